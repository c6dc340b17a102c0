"""Read the fields of a form from the cells of a spreadsheet, graph paper (ネ申エクセル) included.

It works on the passages that the readers of workbooks give, so Excel old and new and OpenDocument are alike: merged
cells, letters in cells of their own, ranges that cut through a run of such letters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hiroba.extract.cell_rows import parse_range
from hiroba.extract.form_places import Answer, Field
from hiroba.extract.passages import Passage
from hiroba.extract.sheet_drawings import CIRCLE
from hiroba.language import form_values


@dataclass(frozen=True, slots=True)
class Area:
    """A range of cells of a sheet, rows and columns from 0, the last ones included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        is_apart = self.top > other.bottom or other.top > self.bottom
        return self.sheet == other.sheet and not is_apart and self.left <= other.right and other.left <= self.right

    def holds(self, other: Area) -> bool:
        """Whether all of the other lies inside."""
        is_inside = self.top <= other.top and self.bottom >= other.bottom
        return self.sheet == other.sheet and is_inside and self.left <= other.left and self.right >= other.right


def area_of(place: str) -> Area | None:
    """Read `Sheet!C5:H5`; None when it is none."""
    sheet, _, cells = place.rpartition("!")
    found = parse_range(cells)
    return Area(sheet, *found) if sheet and found else None


@dataclass(frozen=True, slots=True)
class _Cell:
    area: Area
    text: str


def read_cells(passages: Iterable[Passage], fields: Sequence[Field], today: date) -> list[Answer]:
    """Give an answer for each field that names cells, in their order; what is not of its kind carries its question."""
    kept = list(passages)
    cells = list(_cells(kept))
    circles = [
        area for each in kept if each.kind == "shape" and each.text == CIRCLE and (area := area_of(each.locator))
    ]
    return [_answer(field, cells, circles, today) for field in fields if area_of(field.place)]


def _cells(passages: Iterable[Passage]) -> Iterable[_Cell]:
    for passage in passages:
        if passage.kind == "row" and passage.spans:  # words written downwards have none: their letters are in the rows
            for span in passage.spans:
                area = area_of(span.locator)
                if area:
                    yield _Cell(area, passage.text[span.start : span.end])


def _answer(field: Field, cells: list[_Cell], circles: list[Area], today: date) -> Answer:
    raw = _text_in(field.place, cells)
    if field.kind == "choice":
        return _circled(field, raw, circles) or _chosen(field, raw, cells)
    if field.kind == "check":
        return Answer(field.name, "1" if form_values.is_marked(raw) else "", raw, 1.0)
    if not raw:
        return Answer(field.name, "", "", 1.0)
    if field.kind == "number":
        value = form_values.read_number(raw)
    else:
        value = form_values.read_date(raw, today) if field.kind == "date" else form_values.read_text(raw)
    return Answer(field.name, value or "", raw, 1.0, "" if value is not None else "FORM-02")


def _circled(field: Field, raw: str, circles: list[Area]) -> Answer | None:
    """The choice that a circle is drawn over, most of it where it touches two; None without a circle."""
    found: set[str] = set()
    for circle in circles:
        over = {choice.value: _common(area_of(choice.place), circle) for choice in field.choices}
        most = max(over.values(), default=0)
        found |= {value for value, cells in over.items() if cells == most and most}
    if not found:
        return None
    is_one = len(found) == 1
    return Answer(field.name, found.pop() if is_one else "", raw, 1.0, "" if is_one else "FORM-03")


def _common(area: Area | None, other: Area) -> int:
    """How many cells two areas share."""
    if area is None or not area.meets(other):
        return 0
    rows = min(area.bottom, other.bottom) - max(area.top, other.top) + 1
    return rows * (min(area.right, other.right) - max(area.left, other.left) + 1)


def _chosen(field: Field, raw: str, cells: list[_Cell]) -> Answer:
    """A mark in (or beside) a choice's own cells decides; else what the field's cells say in words."""
    marked = [
        choice.value for choice in field.choices if choice.place and _is_marked(choice.place, choice.value, cells)
    ]
    if len(marked) == 1:
        return Answer(field.name, marked[0], raw, 1.0)
    said = form_values.read_choice(raw, [choice.value for choice in field.choices]) if not marked else None
    if said is None and (marked or (raw and not any(choice.place for choice in field.choices))):
        return Answer(field.name, "", raw, 1.0, "FORM-03")
    return Answer(field.name, said or "", raw, 1.0)


def _is_marked(place: str, value: str, cells: list[_Cell]) -> bool:
    text = _text_in(place, cells)
    return form_values.is_marked(text.replace(value, "", 1)) if text != value else False


def _text_in(place: str, cells: list[_Cell]) -> str:
    """What stands in a range, row by row; letters in cells of their own join, other cells keep a space between."""
    wanted = area_of(place)
    if wanted is None:
        return ""
    rows: dict[int, list[tuple[int, str]]] = {}
    for cell in cells:
        if cell.area.meets(wanted):
            rows.setdefault(cell.area.top, []).append((cell.area.left, _inside(cell, wanted)))
    lines = (_line([text for _, text in sorted(row)]) for _, row in sorted(rows.items()))
    return "\n".join(line for line in lines if line)


def _line(texts: list[str]) -> str:
    texts = [text.strip() for text in texts if text.strip()]
    return ("" if all(len(text) == 1 for text in texts) else " ").join(texts)


def _inside(cell: _Cell, wanted: Area) -> str:
    """All of a cell's text; of a run of letters that reaches beyond the range only those of its cells."""
    columns = cell.area.right - cell.area.left + 1
    letters = list(cell.text)
    is_run = len(letters) > 1 and cell.area.top == cell.area.bottom and columns % len(letters) == 0
    if wanted.holds(cell.area) or not is_run:
        return cell.text
    step = columns // len(letters)
    first = max(0, math.ceil((wanted.left - cell.area.left) / step))
    last = min(len(letters), (wanted.right - cell.area.left) // step + 1)
    return "".join(letters[first:last])
