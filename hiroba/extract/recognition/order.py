"""From stretches of writing to lines in the order in which people read them.

Tables row by row and cell by cell; columns of running text one after the other; all else from top to bottom. The idea
of cutting a page along its white gaps is Nagy's XY-cut (1984); that a gap divides columns only where full lines of
text stand on both sides is ours: cells of a table without rules are read along their row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from hiroba.extract.recognition.engine import Writing
from hiroba.extract.recognition.rules import Table

_ON_ONE_LINE = 0.5  # of the lower one's height overlaps
_FEWEST_LINES = 3  # of a column
_FULL_LINE = 0.7  # of a column's width: running text fills most of its lines that far
_FULL_LINES = 0.4  # of a column's lines are full ones
_SHORTEST_LINE = 7  # characters in the middle of a column's lines, in em
_GUTTER = 0.8  # em between columns


@dataclass(slots=True)
class Row:
    """What is read as one line: stretches from left to right. `table` numbers the table it stands in, from 1."""

    writings: list[Writing]
    table: int = 0
    column: int = 0  # lines of different columns never make one paragraph
    is_vertical: bool = False
    cells: list[int] = field(default_factory=list)  # in a table: which cell each stretch stands in


@dataclass(slots=True)
class Block:
    """Something placed as a whole: a stretch of writing, or all rows of a table."""

    x0: float
    y0: float
    x1: float
    y1: float
    writing: Writing | None = None
    rows: list[Row] = field(default_factory=list)

    @property
    def em(self) -> float:
        """About the size of a character."""
        return self.y1 - self.y0 if self.writing else 0.0


def in_reading_order(
    writings: Sequence[Writing], tables: Sequence[Table] = (), settled: Sequence[Block] = ()
) -> list[Row]:
    """Give the lines of a page, each with its stretches from left to right; `settled` blocks keep their order."""
    free, blocks = list(writings), list(settled)
    for number, table in enumerate(tables, 1):
        left, top, right, bottom = table.box
        inside = [w for w in free if left < _middle(w)[0] < right and top < _middle(w)[1] < bottom]
        if len(inside) < 2:
            continue
        free = [w for w in free if w not in inside]
        rows = list(_table_rows(inside, table, number))
        blocks.append(Block(left, top, right, bottom, None, rows))
    blocks += [Block(w.x0, w.y0, w.x1, w.y1, w) for w in free]
    return list(_ordered(blocks, _Counter()))


class _Counter:
    def __init__(self) -> None:
        self.column = 0

    def next(self) -> int:
        self.column += 1
        return self.column


def _middle(writing: Writing) -> tuple[float, float]:
    return (writing.x0 + writing.x1) / 2, (writing.y0 + writing.y1) / 2


def _ordered(blocks: list[Block], columns: _Counter) -> Iterator[Row]:
    cut = _columns_of(blocks)
    if cut is None:
        yield from _lines(blocks, columns.next())
        return
    gutter, top, bottom = cut
    between = [block for block in blocks if top < (block.y0 + block.y1) / 2 < bottom]
    yield from _ordered([block for block in blocks if (block.y0 + block.y1) / 2 <= top], columns)
    yield from _ordered([block for block in between if (block.x0 + block.x1) / 2 < gutter], columns)
    yield from _ordered([block for block in between if (block.x0 + block.x1) / 2 >= gutter], columns)
    yield from _ordered([block for block in blocks if (block.y0 + block.y1) / 2 >= bottom], columns)


def _columns_of(blocks: list[Block]) -> tuple[float, float, float] | None:
    """Give the gutter between the largest two columns of text and the stretch of page it divides, if there is any."""
    best: tuple[int, tuple[float, float, float]] | None = None
    for gutter in _gutters(blocks):
        crossing = sorted((b for b in blocks if b.x0 < gutter < b.x1), key=lambda block: block.y0)
        edges = [float("-inf"), *(edge for block in crossing for edge in (block.y0, block.y1)), float("inf")]
        for top, bottom in zip(edges[::2], edges[1::2], strict=True):
            inside = [b for b in blocks if b.y0 > top and b.y1 < bottom and not b.x0 < gutter < b.x1]
            left = [block for block in inside if block.x1 <= gutter]
            right = [block for block in inside if block.x0 >= gutter]
            size = min(len(left), len(right))
            if (best is None or size > best[0]) and _are_columns(left, right):
                best = size, (gutter, top, bottom)
    return best[1] if best else None


def _gutters(blocks: list[Block]) -> Iterator[float]:
    """Places just left of where several lines begin."""
    writings = sorted((b for b in blocks if b.writing), key=lambda block: block.x0)
    if not writings:
        return
    em = median(block.em for block in writings)
    group: list[Block] = []
    for block in writings:
        if group and block.x0 > group[0].x0 + em:
            if len(group) >= _FEWEST_LINES:
                yield group[0].x0 - _GUTTER / 2 * em
            group = []
        group.append(block)
    if len(group) >= _FEWEST_LINES:
        yield group[0].x0 - _GUTTER / 2 * em


def _are_columns(left: list[Block], right: list[Block]) -> bool:
    if min(len(left), len(right)) < _FEWEST_LINES or not (_is_column(left) and _is_column(right)):
        return False
    top = max(min(b.y0 for b in left), min(b.y0 for b in right))
    bottom = min(max(b.y1 for b in left), max(b.y1 for b in right))
    return bottom - top > _FEWEST_LINES * median(block.em for block in left if block.writing)


def _is_column(blocks: list[Block]) -> bool:
    """Whether these are lines of running text, as opposed to cells."""
    lines = [block for block in blocks if block.writing]
    if len(lines) < _FEWEST_LINES:
        return False
    width = max(b.x1 for b in lines) - min(b.x0 for b in lines)
    em = median(block.em for block in lines)
    full = sum(block.x1 - block.x0 > _FULL_LINE * width for block in lines)
    return width > _SHORTEST_LINE * em and full >= _FULL_LINES * len(lines)


def _lines(blocks: list[Block], column: int) -> Iterator[Row]:
    """Read along the lines of one column, from top to bottom."""
    rows: list[list[Block]] = []
    for block in sorted(blocks, key=lambda each: (each.y0 + each.y1) / 2):
        if rows and not block.rows and not rows[-1][0].rows and _is_on_line(rows[-1], block):
            rows[-1].append(block)
        else:
            rows.append([block])
    for row in rows:
        if row[0].rows:
            yield from row[0].rows
        else:
            ordered = sorted(row, key=lambda block: block.x0)
            yield Row([block.writing for block in ordered if block.writing], column=column)


def _is_on_line(row: list[Block], block: Block) -> bool:
    """Whether the block stands beside what is in the row, at its height."""
    if any(min(each.x1, block.x1) - max(each.x0, block.x0) > 0.5 * block.em for each in row):
        return False
    nearest = min(row, key=lambda each: max(each.x0 - block.x1, block.x0 - each.x1))
    overlap = min(nearest.y1, block.y1) - max(nearest.y0, block.y0)
    return overlap > _ON_ONE_LINE * min(nearest.y1 - nearest.y0, block.y1 - block.y0)


def _table_rows(inside: list[Writing], table: Table, number: int) -> Iterator[Row]:
    """The rows of a table: what stands in its cells, cell by cell, each cell line by line."""
    cells: dict[tuple[float, float, float, float], list[Writing]] = {}
    for writing in inside:
        cells.setdefault(table.cell_of(*_middle(writing)), []).append(writing)
    bands: dict[float, list[tuple[float, float, float, float]]] = {}
    for cell in sorted(cells):
        top = next((at for at in bands if abs(at - cell[0]) <= 6), cell[0])
        bands.setdefault(top, []).append(cell)
    for top in sorted(bands):
        band = sorted(bands[top], key=lambda cell: cell[1])
        if len(band) == 1 and len(cells[band[0]]) > 3:  # a frame around text
            yield from in_reading_order(cells[band[0]])
            continue
        row = Row([], number)
        for place, cell in enumerate(band):
            for line in in_reading_order(cells[cell]):
                row.writings += line.writings
                row.cells += [place] * len(line.writings)
        yield row
