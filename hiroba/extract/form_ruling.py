"""Find the boxes of an empty form by its ruled lines, and name each after what is printed before it.

Proposals for whoever describes the form: labels are recognised, boxes measured, kinds taken from the print inside."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hiroba.extract.form_alignment import Page, ink_of
from hiroba.extract.form_boxes import DOTS, Mask, Word, grown, rulings
from hiroba.extract.form_places import Choice, Field, rows_of
from hiroba.extract.form_reading import page_at_dots, recognise
from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.recognition.engine import EngineMissingError
from hiroba.extract.recognition.sheet import SheetError

ENGINE = "form/1"
MAX_PROPOSED = 120
_STEP = 4  # pixels: boxes are looked for on a coarser grid
_LEAST = 36  # pixels at DOTS: no box is lower or narrower (4.5 mm)
_UNITS = re.compile(r"[年月日時分円人名件回歳個枚%()()・〒\-―ー~〜、,:: 令和平成昭和西暦]*")


@dataclass(frozen=True)
class _Cell:
    left: int
    top: int
    right: int
    bottom: int
    text: str = ""

    def place_on(self, number: int) -> str:
        """Give the locator of this box on a page."""
        scale = 72 / DOTS
        sides = (max(0, self.left), max(0, self.top), self.right - self.left, self.bottom - self.top)
        return f"page={number};box=" + ",".join(f"{side * scale:.2f}" for side in sides)


def measure(paths: Sequence[Path], asked: dict[str, Any]) -> Extraction:
    """Give `wide` and `high` of page `page` in points and the proposed `fields` (JSON rows of form_places) as facts.

    Without an engine that recognises, there is the size alone. Errors of pages as recognition gives them."""
    number = int(asked["page"])
    try:
        page = page_at_dots(paths[0], number)
    except SheetError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    try:
        fields = propose(page, recognise(page), number)
    except EngineMissingError:
        fields = []
    facts = {"wide": f"{page.shape[1] * 72 / DOTS:g}", "high": f"{page.shape[0] * 72 / DOTS:g}"}
    facts["fields"] = json.dumps(rows_of(fields), ensure_ascii=False)
    warnings = () if fields else (Trouble("FORM-10"),)
    return Extraction((), warnings, facts=facts, extractor=ENGINE)


def propose(page: Page, words: Sequence[Word], number: int) -> list[Field]:
    """Give a field for each ruled box that holds nothing but units, named after the nearest label left of or above it.

    Boxes side by side without a label of their own (a letter a box) are one field."""
    cells = [_with_text(cell, words) for cell in cells_of(page)]
    ticks = _ticks(ink_of(page) > 0, cells, words, number)
    ticked = {field.name for field in ticks}
    offered = {
        cell: choices
        for cell in cells
        if (choices := _choices_in(cell, words, number)) and not ticked & {choice.value for choice in choices}
    }
    open_cells = [cell for cell in cells if _UNITS.fullmatch(cell.text)]
    labels = [cell for cell in cells if cell not in offered and not _UNITS.fullmatch(cell.text)]
    fields: list[Field] = []
    names: set[str] = set()
    for cell in sorted([*_joined(open_cells), *offered], key=lambda cell: (cell.top, cell.left)):
        name = _name(cell, labels)
        if name and name not in names and len(fields) < MAX_PROPOSED:
            names.add(name)
            kind = "choice" if cell in offered else _kind(cell.text)
            fields.append(Field(name, kind, cell.place_on(number), offered.get(cell, ())))
    return fields + [field for field in ticks if field.name not in names]


def _choices_in(cell: _Cell, words: Sequence[Word], number: int) -> tuple[Choice, ...]:
    """Short words that stand well apart on one line (新規 ・ 継続): what is circled. Each place leaves room for it."""
    inside = sorted(_inside(cell, words), key=lambda word: word.left)
    found = [word for word in inside if word.text.strip("・ ")]
    is_apart = all(after.left - before.right > 1.5 * (_height(before)) for before, after in pairwise(found))
    is_line = all(abs(word.top - found[0].top) < _height(word) / 2 for word in found)
    if not (2 <= len(found) <= 8 and is_apart and is_line and all(len(word.text) <= 10 for word in found)):
        return ()
    if _UNITS.fullmatch("".join(word.text for word in found)):
        return ()
    return tuple(_choice(word, number) for word in found)


def _height(word: Word) -> float:
    return word.bottom - word.top


def _ticks(ink: Mask, cells: Sequence[_Cell], words: Sequence[Word], number: int) -> list[Field]:
    """The words with a small square before them, each a field of its own."""
    found = [(word, _square_before(ink, cell, word)) for cell in cells for word in _inside(cell, words)]
    return [Field(word.text.strip(), "check", square.place_on(number)) for word, square in found if square is not None]


def _square_before(ink: Mask, cell: _Cell, word: Word) -> _Cell | None:
    top, left = max(0, int(word.top) - 12), max(cell.left, int(word.left) - 90)
    lines = rulings(ink[top : int(word.bottom) + 12, left : max(left, int(word.left) - 1)], 22)
    rows, columns = np.flatnonzero(lines.any(axis=1)), np.flatnonzero(lines.any(axis=0))
    if not len(rows):
        return None
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    is_square = 22 <= high <= 64 and 0.7 < wide / high < 1.4
    x, y = left + int(columns[0]), top + int(rows[0])
    return _Cell(x - 3, y - 3, x + int(wide) + 3, y + int(high) + 3) if is_square else None


def _choice(word: Word, number: int) -> Choice:
    around = _Cell(int(word.left) - 26, int(word.top) - 16, int(word.right) + 26, int(word.bottom) + 16)
    return Choice(word.text.strip("・ "), around.place_on(number))


def cells_of(page: Page) -> list[_Cell]:
    """Give the ruled boxes of a page, from the top, then from the left."""
    lines = grown(rulings(ink_of(page) > 0, 50), 2)
    high, wide = (side // _STEP for side in lines.shape)
    coarse: Mask = np.asarray(lines[: high * _STEP, : wide * _STEP].reshape(high, _STEP, wide, _STEP).any(axis=(1, 3)))
    found = []
    for top, left, bottom, right, area in _regions(coarse):
        is_rectangle = area >= 0.9 * (bottom - top) * (right - left)
        is_inside = top > 0 and left > 0 and bottom < high and right < wide
        cell = _Cell(left * _STEP, top * _STEP, right * _STEP, bottom * _STEP)
        if is_rectangle and is_inside and min(cell.right - cell.left, cell.bottom - cell.top) >= _LEAST:
            found.append(cell)
    return sorted(found, key=lambda cell: (round(cell.top / 12), cell.left))


def _regions(lines: Mask) -> list[tuple[int, int, int, int, int]]:
    """Connected paper between lines: (top, left, bottom, right, area), ends not included."""
    free = ~lines
    found = []
    for row, column in zip(*np.nonzero(free), strict=True):
        if free[row, column]:
            found.append(_flood(free, int(row), int(column)))
    return found


def _flood(free: Mask, row: int, column: int) -> tuple[int, int, int, int, int]:
    """Take one region away from `free`, and give its extent."""
    waiting = deque([(row, column)])
    free[row, column] = False
    top, left, bottom, right, area = row, column, row, column, 0
    while waiting:
        r, c = waiting.popleft()
        area += 1
        top, left, bottom, right = min(top, r), min(left, c), max(bottom, r), max(right, c)
        for y, x in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= y < free.shape[0] and 0 <= x < free.shape[1] and free[y, x]:
                free[y, x] = False
                waiting.append((y, x))
    return top, left, bottom + 1, right + 1, area


def _inside(cell: _Cell, words: Sequence[Word]) -> list[Word]:
    return [
        word
        for word in words
        if cell.left <= (word.left + word.right) / 2 <= cell.right
        and cell.top <= (word.top + word.bottom) / 2 <= cell.bottom
    ]


def _with_text(cell: _Cell, words: Sequence[Word]) -> _Cell:
    inside = _inside(cell, words)
    text = "".join(word.text for word in sorted(inside, key=lambda word: (round(word.top / 20), word.left)))
    return _Cell(cell.left, cell.top, cell.right, cell.bottom, re.sub(r"\s", "", text))


def _joined(cells: list[_Cell]) -> list[_Cell]:
    """Boxes of about one letter that touch in a row, as one."""
    found: list[_Cell] = []
    for cell in cells:
        last = found[-1] if found else None
        is_narrow = cell.right - cell.left < 1.6 * (cell.bottom - cell.top)
        is_next = last is not None and abs(last.top - cell.top) < 12 and 0 <= cell.left - last.right < 24
        if last is not None and is_narrow and is_next and abs(last.bottom - cell.bottom) < 12:
            found[-1] = _Cell(last.left, last.top, cell.right, last.bottom, last.text + cell.text)
        else:
            found.append(cell)
    return found


def _name(cell: _Cell, labels: list[_Cell]) -> str:
    """The label in the same row before it, else the one above it."""
    middle, centre = (cell.top + cell.bottom) / 2, (cell.left + cell.right) / 2
    before = [each for each in labels if each.top <= middle <= each.bottom and each.right <= cell.left + 12]
    above = [each for each in labels if each.left <= centre <= each.right and each.bottom <= cell.top + 12]
    nearest = max(before, key=lambda each: each.right, default=None) or max(
        above, key=lambda each: each.bottom, default=None
    )
    return nearest.text[:60] if nearest else ""


def _kind(text: str) -> str:
    if "年" in text and "月" in text:
        return "date"
    return "number" if re.fullmatch(r"[円人名件回歳個枚%日]", text) else "text"
