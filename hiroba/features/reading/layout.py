"""A revision's passages arranged as the original looks: paragraphs, sheets as grids, slides, pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hiroba.archive.lines import lines_of
from hiroba.archive.models import Passage

_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?$")
_PAGE = re.compile(r"page=(\d+)(?:;box=([\d.]+),([\d.]+),([\d.]+),([\d.]+))?")


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one look: "", inserted, deleted, ruby (its reading in `value`), hidden or unsure."""

    text: str
    look: str = ""
    value: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a page as it was read; `box` is where it stands. `pieces` hold what joins it to the next line too."""

    locator: str
    text: str
    pieces: tuple[Piece, ...]
    box: tuple[float, float, float, float] | None = None

    @property
    def is_unsure(self) -> bool:
        """Tell whether the machine doubts something in it."""
        return any(piece.look == "unsure" for piece in self.pieces)


@dataclass(frozen=True)
class Block:
    """One passage as it is shown; `lines` where it stands on a page."""

    ordinal: int
    locator: str
    kind: str
    level: int
    pieces: tuple[Piece, ...]
    is_here: bool
    lines: tuple[Line, ...] = ()
    part: int = 0  # of a passage that is shown in several

    @property
    def anchor(self) -> str:
        """Give the id under which the block is opened: "here" for what was cited."""
        return "here" if self.is_here else f"p{self.ordinal}-{self.part}" if self.part else f"p{self.ordinal}"


@dataclass(frozen=True)
class Cell:
    """One cell of a grid; `locator` opens it, `is_here` marks the cited one."""

    locator: str
    text: str
    is_here: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a grid: its number in the sheet, and a cell for each column shown."""

    number: int
    ordinal: int
    cells: tuple[Cell | None, ...]
    is_here: bool


@dataclass(frozen=True)
class Group:
    """What belongs together: a sheet, a slide, a page, or everything (name "")."""

    name: str
    shape: str  # "flow", "grid", "slide", "page" or "time"
    blocks: tuple[Block, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    page: int = 0
    box: tuple[float, float, float, float] | None = None
    size: tuple[float, float] | None = None
    is_open: bool = False  # of shape "folded": named "quote" or "signature"


def arrange(passages: Sequence[Passage], here: str = "", is_likely: Callable[[str], bool] = bool) -> list[Group]:
    """Group passages in their order. `here` is the locator a citation opened: its passage is marked, and where several
    stand at one place (a slide), the first whose text `is_likely`."""
    places = [passage for passage in passages if is_at(passage, here)]
    cited = next((passage for passage in places if is_likely(passage.text)), next(iter(places), None))
    groups: list[Group] = []
    for (shape, name), members in groupby(passages, key=_group_of):
        groups.append(_group(shape, name, list(members), here, cited))
    return groups


def is_at(passage: Passage, here: str) -> bool:
    """Tell whether a locator names the passage: its own, or that of a span in it (a cell of a row)."""
    return bool(here) and (passage.locator == here or any(span[2] == here for span in passage.spans))


def _group_of(passage: Passage) -> tuple[str, str]:
    locator = passage.locator
    if locator.startswith("t="):
        return "time", ""
    if locator.startswith("page="):
        return "page", locator[5:].split(";")[0]
    if locator.startswith("slide="):
        return "slide", locator[6:].split(";")[0]
    if "!" in locator and _CELL.search(locator.rsplit("!", 1)[1]):
        return ("grid" if passage.kind == "row" else "flow"), locator.rsplit("!", 1)[0]
    return "flow", ""


def _group(shape: str, name: str, members: list[Passage], here: str, cited: Passage | None) -> Group:
    if shape == "grid":
        return _grid(name, members, here, cited)
    blocks = tuple(_block(passage, cited) for passage in members)
    if shape == "page":
        return Group(name, "page", blocks, page=int(name), box=_box(here) if cited in members else None)
    return Group(name, shape, blocks)


def _box(locator: str) -> tuple[float, float, float, float] | None:
    found = _PAGE.match(locator)
    if found is None or found[2] is None:
        return None
    return float(found[2]), float(found[3]), float(found[4]), float(found[5])


def _block(passage: Passage, cited: Passage | None) -> Block:
    return Block(
        passage.ordinal,
        passage.locator,
        passage.kind,
        passage.level,
        tuple(pieces_of(passage)),
        passage is cited,
        lines_on_page(passage) if passage.locator.startswith("page=") else (),
    )


def pieces_of(passage: Passage) -> list[Piece]:
    """Cut a passage's text at its marks; marks that overlap an earlier one are passed over."""
    return _cut(passage.text, passage.marks)


def lines_on_page(passage: Passage) -> tuple[Line, ...]:
    """Cut a passage into the lines it was read in; what joins two lines belongs to the first."""
    found = lines_of(passage.locator, passage.text, passage.spans)
    edges = [0, *(line.start for line in found[1:]), len(passage.text)]
    lines = []
    for line, start, end in zip(found, edges, edges[1:], strict=False):
        marks = [
            [max(at, start) - start, min(until, end) - start, look, value]
            for at, until, look, value in passage.marks
            if at < end and until > start
        ]
        pieces = tuple(_cut(passage.text[start:end], marks))
        lines.append(Line(line.locator, passage.text[line.start : line.end], pieces, _box(line.locator)))
    return tuple(lines)


def _cut(text: str, marks: list[list[Any]]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for start, end, look, value in sorted(marks):
        if start < at or end > len(text) or start >= end:
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], look, value))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces


def column_number(letters: str) -> int:
    """Turn A, B, … AA into 1, 2, … 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _grid(name: str, members: list[Passage], here: str, cited: Passage | None) -> Group:
    columns: dict[int, str] = {}
    for passage in members:
        for _start, _end, locator in _spans(passage):
            found = _CELL.search(locator)
            if found:
                columns[column_number(found[1])] = found[1]
    order = {number: index for index, number in enumerate(sorted(columns))}
    rows = tuple(_row(passage, order, here, cited) for passage in members)
    return Group(name, "grid", columns=tuple(columns[number] for number in sorted(columns)), rows=rows)


def _spans(passage: Passage) -> list[tuple[int, int, str]]:
    return passage.spans or [(0, len(passage.text), passage.locator)]


def _row(passage: Passage, order: dict[int, int], here: str, cited: Passage | None) -> Row:
    cells: list[Cell | None] = [None] * len(order)
    number = 0
    for start, end, locator in _spans(passage):
        found = _CELL.search(locator)
        if found is None:
            continue
        number = number or int(found[2])
        cells[order[column_number(found[1])]] = Cell(locator, passage.text[start:end], locator == here)
    return Row(number, passage.ordinal, tuple(cells), passage is cited)
