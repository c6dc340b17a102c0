"""From the cells of a sheet to passages: one a row, each cell with its own place, letters on graph paper as words.

Places are `Sheet!C14` and `Sheet!A14:F14`; sheet names stand as they are, unquoted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from hiroba.extract.passages import Mark, Passage, Span

JOIN = " | "
NARROW = 4.2  # characters: columns of this width or less are graph paper (方眼紙)
_WEEKDAYS = set("日月火水木金土")


@dataclass(slots=True)
class Cell:
    """A cell that shows something. Rows and columns count from 0; the last ones are those of its merged range."""

    row: int
    column: int
    text: str
    is_hidden: bool = False
    last_row: int = -1
    last_column: int = -1
    readings: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if self.last_row < 0:
            self.last_row, self.last_column = self.row, self.column


@dataclass(slots=True)
class Sheet:
    """What a sheet shows, row by row in order, and how wide its columns are (in characters)."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    default_width: float = 8.43
    is_hidden: bool = False


@lru_cache(maxsize=16_384)
def column_name(column: int) -> str:
    """Give the letters of a column: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int, last_row: int = -1, last_column: int = -1) -> str:
    """Give `C14`, or `A1:C3` where the last cell is another one."""
    first = f"{column_name(column)}{row + 1}"
    if last_row <= row and last_column <= column:
        return first
    return f"{first}:{column_name(max(last_column, column))}{max(last_row, row) + 1}"


def parse_range(reference: str) -> tuple[int, int, int, int] | None:
    """Read `A1:C3` or `$B$4` as (row, column, last row, last column) from 0; None when it is none."""
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", reference.upper())
    if not found:
        return None
    row, column = int(found[2]) - 1, column_index(found[1])
    if not found[3]:
        return row, column, row, column
    return row, column, int(found[4]) - 1, column_index(found[3])


@lru_cache(maxsize=16_384)
def column_index(letters: str) -> int:
    """Give the number of a column from 0: A → 0."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def sheet_passages(sheet: Sheet) -> Iterator[Passage]:
    """Give a passage for each row that shows something."""
    for cells in sheet.rows:
        if cells:
            yield _row_passage(sheet, [_merged(sheet, run) for run in _runs(sheet, cells)])
    yield from _downward_words(sheet)


def _row_passage(sheet: Sheet, cells: list[Cell]) -> Passage:
    spans: list[Span] = []
    marks: list[Mark] = []
    position = 0
    for cell in cells:
        end = position + len(cell.text)
        spans.append(Span(position, end, _place(sheet, cell)))
        marks += [Mark(position + m.start, position + m.end, m.kind, m.value) for m in cell.readings]
        if cell.is_hidden or sheet.is_hidden:
            marks.append(Mark(position, end, "hidden"))
        position = end + len(JOIN)
    first, last = cells[0], cells[-1]
    locator = spans[0].locator
    if len(cells) > 1:
        locator = f"{sheet.name}!{address(first.row, first.column, first.row, last.last_column)}"
    return Passage(locator, JOIN.join(cell.text for cell in cells), "row", 0, tuple(spans), tuple(marks))


def _place(sheet: Sheet, cell: Cell) -> str:
    return f"{sheet.name}!{address(cell.row, cell.column, cell.last_row, cell.last_column)}"


def _runs(sheet: Sheet, cells: list[Cell]) -> Iterator[list[Cell]]:
    """Cells one by one, or together where each holds one letter of a word."""
    run: list[Cell] = [cells[0]]
    for left, right in pairwise(cells):
        is_next = right.column == left.last_column + 1 and left.is_hidden == right.is_hidden
        if is_next and _is_letter(left.text) and _is_letter(right.text):
            run.append(right)
        else:
            yield from _words(sheet, run)
            run = [right]
    yield from _words(sheet, run)


def _words(sheet: Sheet, run: list[Cell]) -> list[list[Cell]]:
    return [run] if _is_word(sheet, run) else [[cell] for cell in run]


def _is_letter(text: str) -> bool:
    """One character, with its variation selector or accent."""
    return len(text) == 1 or (0 < len(text) < 4 and all(_is_attached(char) for char in text[1:]))


def _is_attached(char: str) -> bool:
    return unicodedata.combining(char) > 0 or "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100"


def _is_word(sheet: Sheet, run: list[Cell]) -> bool:
    """On graph paper any two letters; in ordinary columns only what is no row of marks, numbers or weekdays."""
    if len(run) < 2:
        return False
    if all(_width(sheet, cell) <= NARROW for cell in run):
        return True
    letters = {cell.text for cell in run}
    japanese = sum(_is_japanese(cell.text) for cell in run)
    return len(run) > 2 and 2 * japanese > len(run) and len(letters) > 2 and not letters <= _WEEKDAYS


def _is_japanese(text: str) -> bool:
    """Kana and kanji; marks such as ○ and ー are none."""
    return text not in "〇ー" and text[0] >= "\u3041" and unicodedata.category(text[0])[0] == "L"


def _width(sheet: Sheet, cell: Cell) -> float:
    return sum(sheet.widths.get(column, sheet.default_width) for column in range(cell.column, cell.last_column + 1))


def _merged(sheet: Sheet, run: list[Cell]) -> Cell:
    if len(run) == 1:
        return run[0]
    first, last = run[0], run[-1]
    last_row = max(cell.last_row for cell in run)
    return Cell(first.row, first.column, "".join(c.text for c in run), first.is_hidden, last_row, last.last_column)


def _downward_words(sheet: Sheet) -> Iterator[Passage]:
    """Words written down a column, a letter a cell, as a further passage (their letters are also in the rows)."""
    above: dict[int, list[Cell]] = {}
    for cells in [*sheet.rows, []]:
        now: dict[int, list[Cell]] = {}
        for cell in cells:
            if _is_letter(cell.text) and _is_japanese(cell.text):
                run = above.pop(cell.column, [])
                is_next = bool(run) and run[-1].last_row + 1 == cell.row
                if run and not is_next:
                    above[-cell.column - 1] = run
                now[cell.column] = [*run, cell] if is_next else [cell]
        for run in above.values():
            if len(run) > 2 and len({cell.text for cell in run}) > 2 and not {c.text for c in run} <= _WEEKDAYS:
                yield _downward_passage(sheet, run)
        above = now


def _downward_passage(sheet: Sheet, run: list[Cell]) -> Passage:
    first, last = run[0], run[-1]
    place = f"{sheet.name}!{address(first.row, first.column, last.last_row, first.last_column)}"
    text = "".join(cell.text for cell in run)
    is_hidden = sheet.is_hidden or first.is_hidden
    return Passage(place, text, "row", 0, (), (Mark(0, len(text), "hidden"),) if is_hidden else ())
