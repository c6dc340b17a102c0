"""From lines in reading order to passages: paragraphs and rows of tables, with places and unsure stretches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby, pairwise

from hiroba.extract.passages import Mark, Passage, Span
from hiroba.extract.pdf_lines import Box, Line, joined_text, paragraphs
from hiroba.extract.recognition.engine import Writing
from hiroba.extract.recognition.order import Row
from hiroba.extract.recognition.preparation import Prepared
from hiroba.extract.recognition.spelling import by_neighbours, by_words, with_japanese_signs

# On scans and FAXes this marks one stretch in six and finds three of four that are wrong (of the shared pages).
UNSURE_BELOW = 0.95
UNSURE_BELOW_VERTICAL = 0.88  # Tesseract is never as sure
CELL_GAP = "　"  # between the cells of a row; the places of the cells are spans
_WIDE_GAP = 2.0  # em: a wider gap on one line separates cells
_WORD_GAP = 0.3  # em


@dataclass(slots=True)
class Piece:
    """A stretch of a line's text, with its place in points and how sure it is."""

    start: int
    end: int
    box: Box
    sureness: float
    is_unsure: bool


@dataclass(slots=True)
class Written(Line):
    """A line of the page that knows its pieces. Its own box is that of the page as it was read, upright and level;
    those of its pieces are of the page as it came."""

    pieces: tuple[Piece, ...] = ()
    column: int = 0


def passages_of(rows: Sequence[Row], page: Prepared, number: int) -> Iterator[Passage]:
    """Give one passage a paragraph or row, in points of the page as it came."""
    lines = [_line(row, page) for row in rows if any(writing.text.strip() for writing in row.writings)]
    for _, together in groupby(lines, key=lambda line: (line.column, line.is_row)):
        for paragraph in paragraphs(list(together)):
            text, places = joined_text(paragraph)
            yield _passage(
                text, [(start, line) for (start, _, _), line in zip(places, paragraph.lines, strict=True)], number
            )


def _line(row: Row, page: Prepared) -> Written:
    text, pieces = "", []
    is_row = bool(row.table)
    limit = UNSURE_BELOW_VERTICAL if row.is_vertical else UNSURE_BELOW
    for previous, writing in pairwise([None, *row.writings]):
        assert writing is not None
        em = writing.y1 - writing.y0
        if previous is not None:
            gap = writing.x0 - previous.x1
            is_row |= gap > _WIDE_GAP * em
            text += CELL_GAP if gap > _WIDE_GAP * em or row.table else " " if gap > _WORD_GAP * em else ""
        start = len(text)
        text += with_japanese_signs(writing.text)
        pieces.append(Piece(start, len(text), box_of(writing, page), writing.sureness, writing.sureness < limit))
    boxes = [_read_box(writing, page) for writing in row.writings]
    em = max(box.x1 - box.x0 if row.is_vertical else box.y1 - box.y0 for box in boxes)
    return Written(text, _around(boxes), em, row.is_vertical, is_row, tuple(pieces), row.column)


def _read_box(writing: Writing, page: Prepared) -> Box:
    """The box in points of the page as it was read."""
    return Box(writing.x0 * page.across, writing.y0 * page.down, writing.x1 * page.across, writing.y1 * page.down)


def _around(boxes: Sequence[Box]) -> Box:
    return reduce(Box.around, boxes)


def box_of(writing: Writing, page: Prepared) -> Box:
    """Give the box in points of the page as it came, also where the page was turned to be read."""
    corners = [page.place(x, y) for x in (writing.x0, writing.x1) for y in (writing.y0, writing.y1)]
    if not page.quarter_turns and page.origin is None:  # a turn by a degree or two: keep the line's height
        (left, middle), (right, other) = (
            page.place(x, (writing.y0 + writing.y1) / 2) for x in (writing.x0, writing.x1)
        )
        half = (writing.y1 - writing.y0) / 2 * page.down
        return Box(left, min(middle, other) - half, right, max(middle, other) + half)
    return Box(
        min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners), max(y for _, y in corners)
    )


def _passage(text: str, lines: list[tuple[int, Line]], number: int) -> Passage:
    text, changed = by_words(by_neighbours(text))
    spans: list[Span] = []
    marks: list[Mark] = []
    boxes: list[Box] = []
    for start, line in lines:
        assert isinstance(line, Written)
        for piece in line.pieces:
            boxes.append(piece.box)
            spans.append(Span(start + piece.start, start + piece.end, piece.box.locator(number)))
            marks += _marks(piece, start, changed)
    is_row = lines[0][1].is_row
    return Passage(
        _around(boxes).locator(number), text, "row" if is_row else "paragraph", 0, tuple(spans), tuple(marks)
    )


def _marks(piece: Piece, offset: int, changed: list[int]) -> Iterator[Mark]:
    """What to look at again: the stretch the engine was unsure of, else the characters that its neighbours changed."""
    start, end, value = offset + piece.start, offset + piece.end, str(round(piece.sureness * 100))
    if piece.is_unsure:
        yield Mark(start, end, "unsure", value)
    else:
        yield from (Mark(place, place + 1, "unsure", value) for place in changed if start <= place < end)
