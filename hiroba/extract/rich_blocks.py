"""Blocks of an RTF file while they are read: one sink for the body and one for each thing that hangs on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hiroba.extract.line import Line
from hiroba.extract.passages import Kind

JOIN = " | "


@dataclass(frozen=True, slots=True)
class Block:
    """One passage to be."""

    line: Line
    kind: Kind
    level: int = 0


@dataclass(slots=True)
class Sink:
    """Where text goes: collects lines into paragraphs, cells and rows. `kind` is what its paragraphs are."""

    kind: Kind = "paragraph"
    blocks: list[Block] = field(default_factory=list)
    hanging: list[Block] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    _cell: Line = field(default_factory=Line)
    _cells: list[Line] = field(default_factory=list)
    _inner: list[Line] = field(default_factory=list)

    def end_paragraph(self, kind: Kind, level: int, *, in_table: bool) -> None:
        """A paragraph ends: a block of its own, or a line of the cell it stands in."""
        line, self.line = self.line, Line()
        if in_table:
            self._cell.append(line, "\n")
            return
        self.end_row()  # a table that never said its row ended
        self._keep(line, kind if self.kind == "paragraph" else self.kind, level)

    def end_cell(self) -> None:
        """A cell ends."""
        self._cell.append(self.line, "\n")
        self.line = Line()
        self._cells.append(self._cell)
        self._cell = Line()

    def end_row(self) -> None:
        """A row ends: its cells become one block."""
        if self._cells or self._cell.length:
            self._keep_row([*self._cells, self._cell])
            self._cells, self._cell = [], Line()

    def end_inner_cell(self) -> None:
        """A cell of a table inside a cell ends."""
        self._inner.append(self.line)
        self.line = Line()

    def end_inner_row(self) -> None:
        """A row of a table inside a cell ends: it follows the row it stands in."""
        row = _joined(self._inner)
        self._inner = []
        self.hanging.append(Block(row, "row" if self.kind == "paragraph" else self.kind))

    def end(self) -> None:
        """The text ends where it is."""
        self.end_paragraph(self.kind, 0, in_table=False)

    def _keep_row(self, cells: list[Line]) -> None:
        self._keep(_joined(cells), "row" if self.kind == "paragraph" else self.kind, 0)

    def _keep(self, line: Line, kind: Kind, level: int) -> None:
        self.blocks.append(Block(line, kind, level))
        self.blocks += self.hanging
        self.hanging = []


def _joined(cells: list[Line]) -> Line:
    row = Line()
    for cell in cells:
        row.append(cell, JOIN)
    return row
