"""Sheets of OpenDocument spreadsheets: one passage a row, each cell's own address as a span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hiroba.extract.line import Line
from hiroba.extract.open_text import JOIN, TextReader, rows_of
from hiroba.extract.passages import Mark, Passage
from hiroba.extract.strange_xml import Element, elements, find_element, local_name, number_in

MOST_REPEATS = 200  # a row or cell with content that says it is repeated more often is filling
MOST_ROWS = 1_048_576


def column_name(number: int) -> str:
    """Give the letters of a column counted from 1: A … Z, AA …"""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


@dataclass(frozen=True, slots=True)
class _Cell:
    column: int
    width: int  # columns it covers, merged or repeated
    height: int
    element: Element


@dataclass(slots=True)
class SheetReader:
    """Reads one sheet. Rows and cells that are merely repeated filling are counted, never unrolled."""

    name: str
    text: TextReader
    is_hidden: bool = False
    _row: int = 1

    def passages(self, table: Element) -> Iterator[Passage]:
        """Give the rows with content, each followed by its cells' comments and drawings, then the sheet's drawings."""
        for row in rows_of(table):
            repeats = _count(row, "number-rows-repeated")
            cells = list(_cells(row))
            for _ in range(min(repeats, MOST_REPEATS) if cells else 0):
                yield from self._passages_of_row(cells)
                self._row += 1
            self._row += repeats - (min(repeats, MOST_REPEATS) if cells else 0)
        for shapes in elements(table, "shapes"):
            for block in self.text.blocks(shapes, "shape"):
                yield from self._passage(block.line, f"{self.name}!A1", "shape")

    def _passages_of_row(self, cells: list[_Cell]) -> Iterator[Passage]:
        line = Line()
        after: list[Passage] = []
        first, last = cells[0].column, cells[-1].column + cells[-1].width - 1
        for cell in cells:
            locator = self._locator(cell.column, cell.column + cell.width - 1, cell.height)
            content = Line()
            for block in self.text.blocks(cell.element):
                if block.kind in ("comment", "shape", "footnote"):
                    after += self._passage(block.line, locator, block.kind)
                else:
                    content.append(block.line, "\n")
            start = line.length + (len(JOIN) if line.length else 0)
            line.append(content, JOIN)
            line.place(start, locator)
        yield from self._passage(line, self._locator(first, last), "row")
        yield from after

    def _passage(self, line: Line, locator: str, kind: str) -> list[Passage]:
        text, marks, spans = line.finish()
        if not text:
            return []
        hidden = (Mark(0, len(text), "hidden"),) if self.is_hidden else ()
        return [Passage(locator, text, kind, 0, spans, marks + hidden)]  # type: ignore[arg-type]  # a Kind by its callers

    def _locator(self, first: int, last: int, height: int = 1) -> str:
        start = f"{column_name(first)}{self._row}"
        end = f"{column_name(last)}{self._row + height - 1}"
        return f"{self.name}!{start}" if start == end else f"{self.name}!{start}:{end}"


def _cells(row: Element) -> Iterator[_Cell]:
    column = 1
    for element in elements(row, "table-cell", "covered-table-cell"):
        repeats = _count(element, "number-columns-repeated")
        if local_name(element) == "table-cell" and find_element(element, "p") is not None:
            width = _count(element, "number-columns-spanned")
            for at in range(min(repeats, MOST_REPEATS)):
                yield _Cell(column + at, width, _count(element, "number-rows-spanned"), element)
        elif local_name(element) == "table-cell" and len(element):
            yield _Cell(column, 1, 1, element)  # a comment or a drawing in an empty cell
        column += repeats


def _count(element: Element, name: str) -> int:
    return max(1, number_in(element, name, 1, MOST_ROWS))
