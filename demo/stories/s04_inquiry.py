"""照会の旅: the same inquiry travels four steps and six days each quarter, its words unchanged; the money office asks again in another layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from demo.calendar import add_months, at, business_day, era_month, fiscal_name, fiscal_year, month_day
from demo.papers import Attachment, Mail, Paper, Row, Sheet, Xlsx
from demo.stories.telling import papers_of, this_month

TEXTS = Path(__file__).parents[1] / "texts"
SUBJECT = "「相談窓口の件数」について（照会）"
# 面接, 電話, 訪問 of six quarters; both offices ask for exactly these.
COUNTS = ((184, 402, 31), (201, 388, 47), (176, 415, 44), (223, 441, 52), (198, 407, 49), (211, 429, 58))
INQUIRY = """各部 庶務担当 様

企画課 荻野です。
{quarter}の相談窓口の件数について、別紙により{due}までにご回答ください。
なお、件数は面接、電話、訪問の別とし、該当がない場合は0と記入してください。
本件は基本計画の進行管理のために用いるものです。"""
STEPS = ("部", "課", "係", "返")


@dataclass(frozen=True)
class Quarter:
    """One round of the inquiry: the day it set out, its counts, and what people wrote over it."""

    number: int
    name: str
    start: date
    counts: tuple[int, int, int]
    said: dict[str, str]

    @property
    def due(self) -> str:
        told: str = month_day(business_day(self.start, 6))
        return told

    def key(self, step: int) -> str:
        return f"s04-{self.start:%Y%m}-{step}"


def _said() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in (TEXTS / "s04_quarters.txt").read_text(encoding="utf-8").splitlines():
        mark, _, words = line.partition(" ")
        if mark == "%":
            last: dict[str, str] = {}
            found[words] = last
        elif mark != "#":
            last[mark] = words
    return found


def _quarters(today: date) -> Iterator[Quarter]:
    """Yield the last six rounds; each asks on the 5th of the month after a quarter of the fiscal year."""
    month = this_month(today)
    while month.month not in (1, 4, 7, 10):
        month = add_months(month, -1)
    for number in range(1, 7):
        asked = add_months(month, (number - 6) * 3)
        ended = add_months(asked, -1)
        name = f"{fiscal_name(fiscal_year(ended))}第{((ended.month - 4) % 12) // 3 + 1}四半期"
        yield Quarter(number, name, business_day(asked.replace(day=5)), COUNTS[number - 1], _said()[str(number)])


def papers(today: date) -> Iterator[Paper]:
    """Yield mails and sheets of every round, and what came of mapping them."""
    for quarter in _quarters(today):
        yield from _round(quarter)
        yield _of_finance(quarter)
    yield from papers_of(today, "s04_map.txt")


def _round(quarter: Quarter) -> Iterator[Paper]:
    """Yield the mails of one round, each quoting the one before whole, and the filled sheet."""
    original = INQUIRY.format(quarter=quarter.name, due=quarter.due)
    blank = Attachment("別紙_相談窓口の件数.xlsx", _sheet(quarter, filled=False))
    way = (
        ("ogino", ("minami",), "0101 企画課/照会/{}/01_照会.eml", "0101", 0, original),
        ("minami", ("nakagawa", "yasuda", "hirose"), "04 こども部/照会/{}/02_部から課へ.eml", "04", 2, ""),
        ("nakagawa", ("sato", "oono"), "0402 子育て支援課/照会/{}/03_課から係へ.eml", "0402", 3, ""),
        ("oono", ("ichikawa",), "0402 子育て支援課/相談係/照会/{}/04_係の中で.eml", "040202", 4, ""),
    )
    quoted = ""
    for step, (sender, to, path, unit, days, own) in enumerate(way):
        text = own or f"{quarter.said[STEPS[step - 1]].format(due=quarter.due)}\n\n{quoted}"
        quoted = "\n".join(f"> {line}" for line in text.splitlines())
        subject = "Fw: " * step + SUBJECT
        answers = quarter.key(step - 1) if step else ""
        mail = Mail(sender, to, subject, text, attachments=[blank], key=quarter.key(step), in_reply_to=answers)
        yield Paper(
            path.format(quarter.name),
            unit,
            sender,
            at(business_day(quarter.start, days), 9 + step * 2, 13 * step),
            mail,
        )
    yield from _answer(quarter)


def _answer(quarter: Quarter) -> Iterator[Paper]:
    """Yield the answer of the 係 and the sheet as it reached the asker."""
    day = business_day(quarter.start, 5)
    sheet = _sheet(quarter, filled=True)
    path = f"0402 子育て支援課/相談係/照会/{quarter.name}"
    mail = Mail(
        "ichikawa",
        ("nakagawa", "oono"),
        f"Re: Fw: Fw: Fw: {SUBJECT}",
        quarter.said["返"],
        attachments=[Attachment("別紙_相談窓口の件数（回答）.xlsx", sheet)],
        key=quarter.key(4),
        in_reply_to=quarter.key(3),
    )
    yield Paper(f"{path}/05_回答.eml", "040202", "ichikawa", at(day, 11, 40), mail)
    yield Paper(f"{path}/別紙_相談窓口の件数（回答）.xlsx", "040202", "ichikawa", at(day, 11, 35), sheet)
    name = f"0101 企画課/照会/{quarter.name}/集計_相談窓口の件数.xlsx"
    yield Paper(name, "0101", "ogino", at(business_day(quarter.start, 6), 17, 20), _collected(quarter))


def _sheet(quarter: Quarter, filled: bool) -> Xlsx:
    """Return the form of 企画課: three numbers under a merged title."""
    counts = quarter.counts if filled else (None, None, None)
    rows: list[Row] = [
        [f"相談窓口の件数（{quarter.name}）"],
        ["課", "係", "面接", "電話", "訪問"],
        ["子育て支援課", "相談係", *counts],
    ]
    notes = (
        {"C3": "市川：面接は相談簿の「来所」。電話は受話器を取った数。訪問は出た回数"}
        if filled and quarter.number == 5
        else {}
    )
    sheet = Sheet("別紙", rows, merges=["A1:E1"], formats={"C3:E3": "#,##0"}, comments=notes)
    return Xlsx([sheet], "別紙")


def _collected(quarter: Quarter) -> Xlsx:
    """Return what 企画課 made of it: the same three numbers, typed once more."""
    meeting, telephone, visit = quarter.counts
    rows: list[Row] = [["部", "課", "面接", "電話", "訪問", "回答日"]]
    rows += [["こども部", "子育て支援課", meeting, telephone, visit, business_day(quarter.start, 6)]]
    rows += [["福祉部", "高齢福祉課", meeting + 97, telephone * 2 - 13, visit + 140, business_day(quarter.start, 5)]]
    rows += [["福祉部", "障害福祉課", meeting - 41, telephone - 160, visit + 22, business_day(quarter.start, 7)]]
    return Xlsx(
        [
            Sheet("集計", rows, formats={"F2:F4": "era", "C2:E4": "#,##0"}),
            Sheet("控", [["様式は前年のまま"]], hidden=True),
        ]
    )


def _of_finance(quarter: Quarter) -> Paper:
    """Return the form of 財政課 two days later: the same three numbers stood on end, one character a cell above them."""
    meeting, telephone, visit = quarter.counts
    day = business_day(quarter.start, 8)
    cells: dict[str, str | int] = {
        "A3": "業務",
        "A4": "来所による相談",
        "A5": "架電・受電",
        "A6": "居宅等への訪問",
        "A7": "計",
    }
    cells |= {
        "D3": era_month(add_months(quarter.start.replace(day=1), -1)) + "末",
        "D4": meeting,
        "D5": telephone,
        "D6": visit,
    }
    cells |= {"D7": meeting + telephone + visit, "A9": quarter.said["財"]}
    sheet = Sheet(
        "調査票",
        cells=cells,
        grid={"A1": "窓口業務調査票"},
        merges=["A3:C3", "A4:C4", "A5:C5", "A6:C6", "A7:C7", "A9:D9"],
        formats={"D4:D7": "#,##0"},
    )
    path = f"0103 財政課/照会/窓口業務調査/{quarter.name}/子育て支援課（相談）.xlsx"
    return Paper(path, "0103", "baba", at(day, 15, 10 + quarter.number), Xlsx([sheet]))
