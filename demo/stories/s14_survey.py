"""ネ申エクセル: the survey of work volumes of 26 課, as each of them is used to fill in sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from demo.calendar import Calendar, at, business_day, era
from demo.life.manuscript import TEXTS, papers_of
from demo.papers import Body, Heading, Paper, Para, Row, Scan, Sheet, Table, Value, Xlsx
from demo.people import folder, head_of, unit_name


@dataclass(frozen=True)
class Job:
    """One 業務: how often a year, how many minutes each, and what for."""

    name: str
    count: int
    minutes: int
    purpose: str

    @property
    def hours(self) -> int:
        return round(self.count * self.minutes / 60)


@dataclass(frozen=True)
class Answer:
    """What one 課 sent back, laid out as it always does."""

    unit: str
    layout: str
    jobs: tuple[Job, ...]

    @property
    def name(self) -> str:
        return folder(self.unit).split(" ", 1)[1]


def answers() -> list[Answer]:
    """Read the answers of all 26 課 with their jobs."""
    found: dict[tuple[str, str], list[Job]] = {}
    for line in (TEXTS / "s14_jobs.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, name, count, minutes, purpose = (cell.strip() for cell in line.split("|"))
            unit, layout = head.split()
            found.setdefault((unit, layout), []).append(Job(name, int(count), int(minutes), purpose))
    return [Answer(unit, layout, tuple(jobs)) for (unit, layout), jobs in found.items()]


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 14: the request, 26 answers in five layouts and as scans, and what was made of them."""
    calendar = Calendar(today)
    for index, answer in enumerate(answers()):
        day = business_day(calendar.on(6, 22), index % 14)
        ending = "pdf" if answer.layout == "scan" else "xlsx"
        path = f"{folder('0101')}/業務量調査/回答/{answer.unit}_{answer.name}_業務量調査.{ending}"
        if day > today:
            continue
        moment = at(day, 10 + index % 7, index * 7 % 60)
        yield Paper(path, "0101", "ogino", moment, LAYOUTS[answer.layout](answer, day))
    yield from papers_of(today, "s14.txt")


def as_table(answer: Answer, day: date) -> Body:
    """The sheet as it was sent out, its header merged over two rows."""
    rows: list[Row] = [
        ["業務量調査票", None, None, None, None, None],
        ["課名", answer.name, None, "記入日", day, None],
        ["業務", None, "量", None, None, "何のため・理想"],
        ["番号", "業務名", "年間件数", "1件あたり(分)", "年間(時間)", None],
    ]
    rows += [[n, job.name, job.count, job.minutes, job.hours, job.purpose] for n, job in enumerate(answer.jobs, 1)]
    merges = ["A1:F1", "B2:C2", "A3:B3", "C3:E3", "F3:F4"]
    return Xlsx(
        [Sheet("調査票", rows, merges=merges, formats={"E2": "era", "C5:C9": "#,##0"}, widths={"B": 30, "F": 60})]
    )


def as_grid(answer: Answer, day: date) -> Body:
    """Squared paper: every character in a cell of its own."""
    grid = {"B2": "業務量調査票", "B4": f"課名{answer.name}", "B5": f"記入日{era(day)}"}
    cells: dict[str, Value] = {}
    for index, job in enumerate(answer.jobs):
        top = 7 + index * 4
        grid[f"B{top}"] = job.name
        grid[f"B{top + 1}"] = f"年間{job.count}件"
        grid[f"P{top + 1}"] = f"一件{job.minutes}分"
        grid[f"B{top + 2}"] = job.purpose
        cells[f"AH{top + 1}"] = job.hours
    return Xlsx(
        [
            Sheet(
                "方眼", cells=cells, grid=grid, comments={"AH8": "年間の時間。ここだけ数式のつもりで数字を打っています"}
            )
        ]
    )


def as_hidden(answer: Answer, day: date) -> Body:
    """A plain list with the columns hidden that the 課 keeps for itself."""
    rows: list[Row] = [["課", "業務", "前年件数", "人件費単価(円)", "年間件数", "分/件", "時間/年", "目的"]]
    for job in answer.jobs:
        last_year = round(job.count * (0.9 + len(job.name) % 5 / 20))
        rows.append([answer.name, job.name, last_year, 3850, job.count, job.minutes, job.hours, job.purpose])
    rows.append(["計", None, None, None, None, None, sum(job.hours for job in answer.jobs), f"{era(day)}現在"])
    kept: list[Row] = [["課長が見る前の数"]]
    kept += [[job.name, job.hours + 12] for job in answer.jobs]
    memo = Sheet("控え", kept, hidden=True)
    return Xlsx([Sheet("一覧", rows, hidden_columns=["C", "D"], formats={"G:G": "#,##0"}), memo])


def as_transposed(answer: Answer, day: date) -> Body:
    """Jobs run to the right, questions down."""
    jobs = answer.jobs
    rows: list[Row] = [
        [f"業務量調査 {answer.name} ({era(day)})", *([None] * len(jobs))],
        ["業務名", *(job.name for job in jobs)],
        ["年間件数(件)", *(job.count for job in jobs)],
        ["所要時間(分/件)", *(job.minutes for job in jobs)],
        ["年間時間(時間)", *(job.hours for job in jobs)],
        ["目的・理想", *(job.purpose for job in jobs)],
    ]
    return Xlsx(
        [Sheet("たてよこ", rows, merges=["A1:D1"], shapes=["件数は決算の数。時間は係長の感覚"], widths={"A": 18})]
    )


def as_cards(answer: Answer, day: date) -> Body:
    """A card for each job on a sheet of its own."""
    sheets = []
    for number, job in enumerate(answer.jobs, start=1):
        cells: dict[str, Value] = {
            "B2": f"業務カード {number}",
            "B4": "課",
            "D4": answer.name,
            "B5": "業務の名前",
            "D5": job.name,
            "B7": "一年に何件",
            "D7": job.count,
            "F7": "一件に何分",
            "G7": job.minutes,
            "B8": "あわせて(時間)",
            "D8": job.hours,
            "B10": "なんのため",
            "D10": job.purpose,
            "G12": day,
        }
        merges = ["B2:G2", "D4:G4", "D5:G5", "B10:C11", "D10:G11"]
        sheets.append(Sheet(f"{number}枚目", cells=cells, merges=merges, formats={"G12": "era"}))
    return Xlsx(sheets)


def as_scan(answer: Answer, day: date) -> Body:
    """Printed, stamped and copied."""
    rows: list[Row] = [["業務", "件数", "分", "時間"]]
    rows += [[job.name, job.count, job.minutes, job.hours] for job in answer.jobs]
    words = [Para(f"{job.name}　{job.purpose}") for job in answer.jobs]
    chief = Para(f"課長　{head_of(answer.unit).name}　印", "right")
    return Scan(
        [Heading(f"業務量調査票　{unit_name(answer.unit)}"), Para(era(day), "right"), Table(rows), *words, chief]
    )


LAYOUTS: dict[str, Callable[[Answer, date], Body]] = {
    "table": as_table,
    "grid": as_grid,
    "hidden": as_hidden,
    "transposed": as_transposed,
    "card": as_cards,
    "scan": as_scan,
}
