"""Budgets: what every section asked for, what 財政課 made of it and what was adopted, in 千円; one figure was copied wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from demo.calendar import Calendar, at, business_day, era
from demo.life.manuscript import TEXTS, papers_of
from demo.papers import Paper, Row, Sheet, Xlsx
from demo.people import folder, head_of

MISCOPIED = {"遊具の取替え": 46800}  # 財政課's overview turns 公園課's 48,600 of the year before around


@dataclass(frozen=True)
class Item:
    """One line of the budget, amounts in 千円."""

    unit: str
    name: str
    before: int
    asked: int
    assessed: int
    adopted: int
    reason: str
    verdict: str


def items() -> list[Item]:
    """Read every line, in the order of the sections."""
    found = []
    for line in (TEXTS / "life_budgets.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            unit, name, before, asked, assessed, adopted, reason, verdict = (cell.strip() for cell in line.split("|"))
            found.append(Item(unit, name, int(before), int(asked), int(assessed), int(adopted), reason, verdict))
    return found


def papers(today: date) -> Iterator[Paper]:
    """Yield each section's request and answer of this fiscal year's budget, 財政課's overview, and the talk around them."""
    calendar = Calendar(today)
    for index, (unit, lines) in enumerate(groupby(items(), key=lambda item: item.unit)):
        yield section_paper(calendar, unit, list(lines), index)
    yield overview(calendar)
    yield from papers_of(today, "life_budget_talk.txt")


def section_paper(calendar: Calendar, unit: str, lines: list[Item], index: int) -> Paper:
    """Lay out one section's budget: the request sheet first, the answer behind it."""
    day = business_day(calendar.on(10, 6, -1), index % 9)
    year = calendar.fy_name()
    asked: list[Row] = [[f"{year} 予算要求書", None, None, None, "(単位 千円)"]]
    asked += [
        ["課名", folder(unit).split(" ", 1)[1], None, "提出", day],
        ["事業", "前年度当初", "要求額", "増減", "説明"],
    ]
    asked += [[line.name, line.before, line.asked, line.asked - line.before, line.reason] for line in lines]
    asked.append(["計", sum(line.before for line in lines), sum(line.asked for line in lines), None, None])
    answered: list[Row] = [["事業", "要求額", "査定額", "当初予算", "財政課から"]]
    answered += [[line.name, line.asked, line.assessed, line.adopted, line.verdict] for line in lines]
    sheets = [
        Sheet("要求", asked, formats={"B4:D9": "#,##0", "E2": "era"}, merges=["A1:D1"], widths={"A": 26, "E": 40}),
        Sheet("査定", answered, formats={"B2:D9": "#,##0"}, widths={"A": 26, "E": 48}),
    ]
    path = f"{folder(unit)}/予算/{calendar.fy_name()} 予算要求と査定.xlsx"
    return Paper(path, unit, head_of(unit).login, at(day, 17, index % 60), Xlsx(sheets))


def overview(calendar: Calendar) -> Paper:
    """Lay out 財政課's overview in 千円 with the totals in 億円 below, as it was handed to the council."""
    lines = items()
    rows: list[Row] = [["課", "事業", "前年度当初(千円)", "当初予算(千円)", "増減"]]
    for line in lines:
        before = MISCOPIED.get(line.name, line.before)
        rows.append([folder(line.unit).split(" ", 1)[1], line.name, before, line.adopted, line.adopted - before])
    total = sum(line.adopted for line in lines)
    rows.append(["計", None, None, total, f"{total / 100_000:.1f}億円"])
    day = business_day(calendar.on(2, 5, -1))
    sheet = Sheet(
        "主な事業", rows, formats={"C:E": "#,##0"}, comments={"A1": f"{era(day)} 議会に渡した版。差し替えなし"}
    )
    path = f"{folder('0103')}/予算/{calendar.fy_name()} 主な事業の一覧.xlsx"
    return Paper(path, "0103", "baba", at(day, 15), Xlsx([sheet]), "everyone")
