"""The part of a manuscript that becomes slides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from demo.papers import Chart, Row, Slide, Value


@dataclass
class Draft:
    """A slide while its lines are read."""

    title: str
    bullets: list[str] = field(default_factory=list)
    table: list[Row] = field(default_factory=list)
    grouped: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    chart: Chart | None = None

    def done(self) -> Slide:
        return Slide(self.title, self.bullets, self.table, self.chart, self.grouped, self.boxes, "\n".join(self.notes))


def slides_of(lines: list[str], row_of: Callable[[str], list[Value]]) -> list[Slide]:
    """Read `== title` slides: `-` items, `|` rows, `[枠]` a box, `[組] a / b` boxes in one group, `[図] kind; title; 4月=23, 5月=21`, `>>` notes."""
    found: list[Draft] = []
    for line in lines:
        if line.startswith("== "):
            found.append(Draft(line[3:].strip()))
        elif line.strip():
            read_line(found[-1], line, row_of)
    return [draft.done() for draft in found]


def read_line(draft: Draft, line: str, row_of: Callable[[str], list[Value]]) -> None:
    """Read one line of a slide."""
    mark, words = line[:3], line[3:].strip()
    if line.startswith("|"):
        draft.table.append(row_of(line))
    elif mark == "[枠]":
        draft.boxes.append(words)
    elif mark == "[組]":
        draft.grouped.extend(part.strip() for part in words.split(" / "))
    elif mark == "[図]":
        draft.chart = chart_of(words)
    elif line.startswith(">> "):
        draft.notes.append(line[3:])
    else:
        draft.bullets.append(line.removeprefix("- "))


def chart_of(words: str) -> Chart:
    """Read `column; 題; 4月=23, 5月=21` into a chart of one series."""
    kind, title, points = (part.strip() for part in words.split(";"))
    pairs = [point.strip().split("=") for point in points.split(",")]
    return Chart(kind, [name for name, _ in pairs], {title: [float(value) for _, value in pairs]}, title)
