"""月例防災連絡会: twenty-four meetings, three decisions, and what took the place of the twenty-fifth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from demo.calendar import add_months, at, business_day, era_month, era_weekday
from demo.papers import Block, Body, Docx, Heading, Paper, Para, Pdf, Sheet, Table, Text, Xlsx
from demo.stories.telling import papers_of, this_month

TEXTS = Path(__file__).parents[1] / "texts"
FOLDER = "0801 防災課/防災連絡会"
MEETINGS = 24
DECIDED = (-17, -8, -1)  # months away; the only meetings of the two years that decided something
MEMBERS = (
    "増田課長（防災課）、杉山係長（防災課）、小池主任（防災課・記録）、村田課長（総務課）、星野係長（人事課）、松井係長（区民課）、"
    "上野課長（高齢福祉課）、三浦課長（清掃課）、大山課長（道路課）、横田課長（公園課）、北村課長（学務課）、大久保館長（図書館）、大谷課長（中央総合支所）"
)


@dataclass
class Meeting:
    """What the minutes of one meeting say."""

    present: str = "全員"
    ended: str = "15:00"
    items: list[tuple[str, str, str]] = field(default_factory=list)


def _meetings() -> dict[str, Meeting]:
    found: dict[str, Meeting] = {}
    for line in (TEXTS / "s08_meetings.txt").read_text(encoding="utf-8").splitlines():
        mark, _, words = line.partition(" ")
        if mark == "%":
            found[words] = last = Meeting()
        elif mark == "出":
            last.present = words
        elif mark == "時":
            last.ended = words
        elif mark == "*":
            title, section, said = (part.strip() for part in words.split("｜"))
            last.items.append((title, section, said))
    return found


def second_thursday(month: date) -> date:
    """Return the day the meeting met: the second Thursday, or the next open day."""
    first = month + timedelta(days=(3 - month.weekday()) % 7)
    met: date = business_day(first + timedelta(days=7))
    return met


def papers(today: date) -> Iterator[Paper]:
    """Yield agenda and minutes of every meeting, and the papers that ended them."""
    told = _meetings()
    for offset in range(-MEETINGS, 0):
        month = add_months(this_month(today), offset)
        key = f"{1 if offset < -12 else 2}-{month.month}"
        decided = told[f"決{offset}"].items if offset in DECIDED else []
        meeting = Meeting(told[key].present, told[key].ended, [*told[key].items, *decided])
        day = second_thursday(month)
        number = offset + MEETINGS + 40
        yield _agenda(number, day, meeting)
        yield _minutes(number, day, meeting, bool(decided))
    yield from papers_of(today, "s08_after.txt")


def _agenda(number: int, day: date, meeting: Meeting) -> Paper:
    """Return the agenda as it went out three days before; its column 目的 has always been empty."""
    sent = at(business_day(day, -3), 11, number % 50)
    title = f"第{number}回 防災連絡会 次第"
    rows: list[list[str | int]] = [["番号", "議題", "報告", "目的"]]
    shown = [item for item in meeting.items if item[0] != "決めたこと"]
    rows += [[index, name, section, ""] for index, (name, section, _) in enumerate(shown, start=1)]
    when = f"日時　{era_weekday(day)}　14時から　場所　防災センター会議室"
    body: Body
    if number % 4 == 3:
        body = Xlsx([Sheet("次第", [[title], [when], [], *rows], merges=["A1:D1", "A2:D2"], widths={"B": 34, "C": 18})])
        return Paper(f"{FOLDER}/第{number}回/次第.xlsx", "0801", "koike", sent, body, "everyone")
    blocks: list[Block] = [Heading(title), Para(when), Table(rows), Para("資料は当日配布します。", align="right")]
    body = Docx(blocks, title, header="防災連絡会")
    return Paper(f"{FOLDER}/第{number}回/次第.docx", "0801", "koike", sent, body, "everyone")


def _minutes(number: int, day: date, meeting: Meeting, decided: bool) -> Paper:
    """Return the minutes: most are Word, some were printed, a few stayed notes."""
    written = at(business_day(day, 2 + number % 4), 16, number % 60)
    title = f"第{number}回 防災連絡会 議事録"
    name = f"{FOLDER}/第{number}回/議事録"
    outcome = "下記のとおり" if decided else "なし"
    if number % 7 == 5:
        lines = [title, f"{era_weekday(day)} 14:00〜{meeting.ended}", f"出欠：{meeting.present}", ""]
        lines += [f"■{name_}（{section}）\n　{said}" for name_, section, said in meeting.items]
        return Paper(
            f"{name}.txt",
            "0801",
            "koike",
            written,
            Text("\n".join([*lines, "", f"決定事項：{outcome}"]), "cp932"),
            "everyone",
        )
    facts = [
        ["回", f"第{number}回（{era_month(day)}）"],
        ["日時", f"{era_weekday(day)} 14:00〜{meeting.ended}"],
        ["出席", MEMBERS],
        ["出欠", meeting.present],
        ["決定事項", outcome],
    ]
    blocks: list[Block] = [Heading(title), Table(facts)]
    for index, (item, section, said) in enumerate(meeting.items, start=1):
        blocks += [Heading(f"{index}　{item}（{section}）", 2), Para(said)]
    blocks.append(Para("記録　防災課 小池", align="right"))
    if number % 5 == 1:
        return Paper(f"{name}.pdf", "0801", "koike", written, Pdf(blocks, title), "everyone")
    return Paper(f"{name}.docx", "0801", "koike", written, Docx(blocks, title, footer="防災課"), "everyone")
