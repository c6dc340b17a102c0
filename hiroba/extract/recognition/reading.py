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
    read_vertical,
    sureness_of,
)

# Pages the right way up give 0.91 and more, upside down 0.75 and less (drawn pages, scans and FAXes, all four ways).
_WRONG_WAY = 0.82
_LYING = 0.6  # Tesseract is less sure of lines that lie on their side; of columns it is surer than this
_CLEAR = 0.82  # below it (coarse FAXes) the engine, which loses 、。ー, still reads more characters rightly
_MOSTLY = 0.5  # of a page's characters


@dataclass(slots=True)
class PageReading:
    """Lines in reading order; `page` is turned the way it was read."""

    page: Prepared
    rows: list[Row] = field(default_factory=list)
    is_without_tesseract: bool = False  # vertical writing was read by the engine alone


def read_page(page: Prepared) -> PageReading:
    """Read a page, turning it where it lies upside down or on its side; raises EngineMissingError."""
    page, writings = _right_way_up(page)
    blocks, columns, reading = find_vertical(writings), [], PageReading(page)
    for block in blocks:
        try:
            columns.append(read_vertical(page.grey, block))
        except TesseractMissingError:
            reading.is_without_tesseract = True
            columns.append(list(block.columns))
    if _is_lying(writings, blocks, columns, reading):
        upright = turned(page, 1)
        again = read_writings(upright.grey)
        if sureness_of(again) >= _WRONG_WAY:
            return PageReading(upright, _rows(upright, again, []))
    settled = [
        as_block(block, read if sureness_of(read) >= _CLEAR else block.columns)
        for block, read in zip(blocks, columns, strict=True)
    ]
    vertical = {id(each) for block in blocks for each in block.columns}
    reading.rows = _rows(page, [each for each in writings if id(each) not in vertical], settled)
    return reading


def _right_way_up(page: Prepared) -> tuple[Prepared, list[Writing]]:
    """Read the page; where that makes no sense, read it the other way up and take what makes more."""
    writings = read_writings(page.grey)
    sureness = sureness_of(writings)
    if sureness >= _WRONG_WAY or not writings:
        return page, writings
    other = turned(page, 2)
    again = read_writings(other.grey)
    return (other, again) if sureness_of(again) > sureness else (page, writings)


def _is_lying(
    writings: Sequence[Writing],
    blocks: Sequence[VerticalBlock],
    columns: Sequence[Sequence[Writing]],
    reading: PageReading,
) -> bool:
    """Whether what looks like columns are lines of a page on its side: Tesseract makes no sense of them."""
    tall = sum(len(each.text) for block in blocks for each in block.columns)
    if reading.is_without_tesseract or tall <= _MOSTLY * sum(len(each.text) for each in writings):
        return False
    return sureness_of([each for read in columns for each in read]) < _LYING


def _rows(page: Prepared, writings: Sequence[Writing], settled: Sequence[Block]) -> list[Row]:
    ink = ink_of(page.grey)
    return in_reading_order(split_columns(writings, page.grey, ink), find_tables(ink), settled)
