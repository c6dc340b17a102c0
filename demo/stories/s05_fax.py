"""FAX と様式第4号: every morning twelve nurseries fax a number that nobody reads, until somebody asks why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from demo.calendar import add_months, at, business_day, business_days, era, era_month, last_business_day, month_end
from demo.papers import Block, Heading, Image, Paper, Para, Row, Scan, Sheet, Table, Xlsx
from demo.stories.telling import papers_of, this_month

TEXTS = Path(__file__).parents[1] / "texts"
FOLDER = "0402 子育て支援課/入園係/様式第4号"
NURSERIES = {
    "みらい中央": 112,
    "北町": 68,
    "ひばり": 84,
    "南台": 96,
    "川端": 72,
    "けやき": 90,
    "東口": 60,
    "第二みらい": 104,
    "若葉": 78,
    "こだま": 66,
    "みどり台": 88,
    "すみれ": 74,
}
TRIAL = -4  # the month from which nobody faxed any more
BOXES = (
    "施設名",
    "定員",
    "在籍",
    "出席（延べ）",
    "欠席（延べ）",
    "措置費区分",
    "措置停止",
    "広域入所",
    "私的契約",
    "開所日数",
    "所長印",
)
EMPTY = 5


def papers(today: date) -> Iterator[Paper]:
    """Yield the last month of daily sheets, the monthly forms before the trial, some faxes as they came, and the papers around them."""
    chance = Random(1997)
    month = this_month(today)
    last = last_business_day(add_months(month, TRIAL - 1))
    remarks = [
        line for line in (TEXTS / "s05_days.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    days = list(business_days(add_months(month, TRIAL - 1), last))
    for index, day in enumerate(days):
        yield _daily(day, remarks[index % len(remarks)], chance)
        if index in (2, 5, 20):
            yield _fax(day, index, chance)
    for offset in range(TRIAL - 8, TRIAL):
        yield _form(add_months(month, offset), chance)
    yield from papers_of(today, "s05_fax.txt")


def _daily(day: date, remark: str, chance: Random) -> Paper:
    """Return what was typed from the faxes of one morning."""
    rows: list[Row] = [
        ["出席状況（FAX）", None, None, None, None],
        ["日", day],
        ["園", "届いた時刻", "在籍", "出席", "欠席"],
    ]
    present = 0
    for name, enrolled in NURSERIES.items():
        absent = chance.randint(2, 2 + enrolled // 8)
        present += enrolled - absent
        minute = chance.choice((2, 5, 9, 14, 21, 33, 48))
        rows.append([name, "" if name == "ひばり" else f"9:{minute:02d}", enrolled, enrolled - absent, absent])
    rows += [["計", None, sum(NURSERIES.values()), present, sum(NURSERIES.values()) - present], [], ["備考", remark]]
    by = "ichikawa" if "市川が入力" in remark else "shibata"
    sheet = Sheet(
        "入力", rows, merges=["A1:E1", "B18:E18"], formats={"B2": "era", "C4:E16": "#,##0"}, comments=_doubt(remark)
    )
    hour, minute = chance.choice(((10, 4), (10, 17), (10, 31), (11, 2)))
    path = f"{FOLDER}/日々の入力/{day:%Y%m}/出席_{day:%m%d}.xlsx"
    return Paper(path, "040201", by, at(day, hour, minute), Xlsx([sheet]))


def _doubt(remark: str) -> dict[str, str]:
    """Return the comment on the cell that had to be asked about, where one was."""
    if "6か0か" in remark:
        return {"D5": "柴田：60か66か。電話で66と確認"}
    if "1人ちがう" in remark:
        return {"E7": "柴田：園の計算に職員が入っていた"}
    return {}


def _form(month: date, chance: Random) -> Paper:
    """Return 様式第4号 of a month: one character a cell in its head, five of its eleven boxes empty."""
    head: list[Row] = [[], [], [], [], list(BOXES)]
    opened = sum(1 for _ in business_days(month, month_end(month)))
    for name, enrolled in NURSERIES.items():
        absent = opened * (3 + chance.randint(0, enrolled // 12))
        head.append(
            [name, enrolled, enrolled, enrolled * opened - absent, absent, None, None, None, None, opened, None]
        )
    sheet = Sheet(
        "様式第4号",
        head,
        cells={"A3": era_month(month) + "分"},
        grid={"A1": "様式第４号（第３条関係）", "A2": "保育所児童出席状況報告書"},
        merges=["A3:D3"],
        formats={"B6:E17": "#,##0"},
        comments={"F5": "空欄でよい（前任からの引継ぎ）"},
        hidden_columns=["G"] if month.month % 3 == 0 else [],
    )
    moment = at(business_day(add_months(month, 1), 2), 16, 30 + month.month)
    path = f"{FOLDER}/様式第4号_{month:%Y%m}{'（修正）' if month.month % 5 == 0 else ''}.xlsx"
    return Paper(path, "040201", "shibata", moment, Xlsx([sheet], f"様式第4号 {era_month(month)}"))


def _fax(day: date, index: int, chance: Random) -> Paper:
    """Return a fax as the machine keeps it: a grey picture, once as a scanned PDF."""
    names = list(NURSERIES)[:2] if index == 2 else list(NURSERIES)[2:4]
    name = names[index % 2]
    absent = chance.randint(3, 9)
    rows: list[Row] = [["在籍", "出席", "欠席"], [NURSERIES[name], NURSERIES[name] - absent, absent]]
    blocks: list[Block] = [
        Heading("FAX 送信票"),
        Para(f"{name}保育園　→　入園係　　{era(day)}　1枚"),
        Table(rows),
        Para("（送信済の印）再送 2回目です。よろしくお願いします。" if index == 5 else "よろしくお願いします。"),
    ]
    body = Scan(blocks) if index == 20 else Image(blocks)
    ending = "pdf" if index == 20 else "jpg" if index == 5 else "png"
    return Paper(f"{FOLDER}/届いたFAX/{day:%m%d}_{name}.{ending}", "040201", "shibata", at(day, 9, 20 + index), body)
