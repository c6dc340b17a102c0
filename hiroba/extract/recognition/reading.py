"""One page, level and clean, read whichever way it lies: the engine for most of it, Tesseract for vertical writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hiroba.extract.recognition.engine import Writing, read_writings
from hiroba.extract.recognition.order import Block, Row, in_reading_order
from hiroba.extract.recognition.preparation import Prepared, ink_of, turned
from hiroba.extract.recognition.rules import find_tables
from hiroba.extract.recognition.splitting import split_columns
from hiroba.extract.recognition.vertical import (
    TesseractMissingError,
    VerticalBlock,
    as_block,
    find_vertical,
    is_tall,
    read_vertical,
    sureness_of,
)

# Pages the right way up give 0.91 and more, upside down 0.75 and less (drawn pages, scans and FAXes, all four ways).
_WRONG_WAY = 0.82
_LYING = 0.6  # Tesseract is less sure of lines that lie on their side; of columns it is surer than this
_CLEAR = 0.82  # below it (coarse FAXes) the engine, which loses 、。ー, still reads more characters rightly
_MOSTLY = 0.5  # of the length of a page's lines


@dataclass(slots=True)
class PageReading:
    """Lines in reading order; `page` is turned the way it was read."""

    page: Prepared
    rows: list[Row] = field(default_factory=list)
    is_without_tesseract: bool = False  # vertical writing was read by the engine alone


def read_page(page: Prepared) -> PageReading:
    """Read a page, turning it where it lies upside down or on its side; raises EngineMissingError."""
    page, writings = _upright(page)
    blocks = [] if page.quarter_turns % 2 else find_vertical(writings)
    reading = PageReading(page)
    settled: list[Block] = []
    for block in blocks:
        try:
            columns = read_vertical(page.grey, block)
        except TesseractMissingError:
            reading.is_without_tesseract = True
            columns = []
        settled.append(as_block(block, columns if sureness_of(columns) >= _CLEAR else block.columns))
    vertical = {id(each) for block in blocks for each in block.columns}
    reading.rows = _rows(page, [each for each in writings if id(each) not in vertical], settled)
    return reading


def _upright(page: Prepared) -> tuple[Prepared, list[Writing]]:
    """Read the page as it lies and, where that makes little sense, as it may be meant; give what makes more."""
    writings = read_writings(page.grey)
    turns = _turns_needed(page, writings)
    if not turns:
        return page, writings
    other = turned(page, turns)
    again = read_writings(other.grey)
    is_better = sureness_of(again) >= min(_WRONG_WAY, sureness_of(writings))
    return (other, again) if is_better else (page, writings)


def _turns_needed(page: Prepared, writings: Sequence[Writing]) -> int:
    """Quarter turns counter-clockwise that should put the page upright, by a look at its surest signs."""
    is_wrong = bool(writings) and sureness_of(writings) < _WRONG_WAY
    tall = [each for each in writings if is_tall(each)]
    if sum(map(_length, tall)) <= _MOSTLY * sum(map(_length, writings)):
        return 2 if is_wrong else 0
    sample = VerticalBlock((max(tall, key=_length),))
    try:
        is_lying = sureness_of(read_vertical(page.grey, sample, is_upside_down=is_wrong)) < _LYING
    except TesseractMissingError:
        is_lying = False
    return {(False, False): 0, (True, False): 2, (False, True): 1, (True, True): 3}[is_wrong, is_lying]


def _length(writing: Writing) -> float:
    return max(writing.x1 - writing.x0, writing.y1 - writing.y0)


def _rows(page: Prepared, writings: Sequence[Writing], settled: Sequence[Block]) -> list[Row]:
    ink = ink_of(page.grey)
    return in_reading_order(split_columns(writings, page.grey, ink), find_tables(ink), settled)
