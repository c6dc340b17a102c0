"""Vertical writing: where it stands, and what Tesseract's jpn_vert reads there.

The main engine reads columns too, but loses 、。ー in them (0.098 against 0.013 of characters wrong)."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, median

import numpy as np
from PIL import Image

from hiroba.extract.recognition.engine import Writing
from hiroba.extract.recognition.order import Block, Row
from hiroba.extract.recognition.sheet import Grey

_TALL = 2.5  # times as high as wide
_FEWEST_COLUMNS = 2  # a single column is a label in a form
_FEWEST_CHARACTERS = 20  # in a block
_FURTHEST = 3.0  # widths from column to column of a block
_WIDEST = 1.5  # of the other columns' width: no column of the block
_MARGIN = 16  # pixels around what Tesseract is given
_SECONDS = 60
_LANGUAGE = "jpn_vert"
_ONE_VERTICAL_BLOCK = "5"  # page segmentation mode


class TesseractMissingError(RuntimeError):
    """The program or its data for vertical Japanese is not installed."""


@dataclass(frozen=True, slots=True)
class VerticalBlock:
    """Columns that stand side by side, right to left, and the engine's own reading of each."""

    columns: tuple[Writing, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Edges: left, top, right, bottom."""
        return (
            min(each.x0 for each in self.columns),
            min(each.y0 for each in self.columns),
            max(each.x1 for each in self.columns),
            max(each.y1 for each in self.columns),
        )


def find_vertical(writings: Sequence[Writing]) -> list[VerticalBlock]:
    """Give the blocks of vertical writing among the stretches that the engine found."""
    blocks: list[list[Writing]] = []
    for writing in sorted(filter(is_tall, writings), key=lambda each: -each.x1):
        near = next((block for block in blocks if _is_beside(block[-1], writing)), None)
        if near is None:
            blocks.append([writing])
        else:
            near.append(writing)
    found = [
        VerticalBlock(tuple(block))
        for block in blocks
        if len(block) >= _FEWEST_COLUMNS and sum(len(each.text) for each in block) >= _FEWEST_CHARACTERS
    ]
    short = [each for each in writings if not is_tall(each)]
    return [_with_short_columns(block, short) for block in found]


def _with_short_columns(block: VerticalBlock, short: Sequence[Writing]) -> VerticalBlock:
    """Take in the last characters of paragraphs, a column too short to be seen as one."""
    left, top, right, bottom = block.box
    width = _WIDEST * median(each.x1 - each.x0 for each in block.columns)
    inside = [
        each
        for each in short
        if left <= (each.x0 + each.x1) / 2 <= right
        and top <= (each.y0 + each.y1) / 2 <= bottom
        and each.x1 - each.x0 <= width
    ]
    return VerticalBlock(tuple(sorted([*block.columns, *inside], key=lambda each: -(each.x0 + each.x1))))


def is_tall(writing: Writing) -> bool:
    """Whether a stretch is a column, or a line of a page that lies on its side."""
    return writing.y1 - writing.y0 > _TALL * (writing.x1 - writing.x0)


def _is_beside(right: Writing, left: Writing) -> bool:
    width = max(right.x1 - right.x0, left.x1 - left.x0)
    overlap = min(right.y1, left.y1) - max(right.y0, left.y0)
    return right.x0 - left.x1 < _FURTHEST * width and overlap > 0.3 * min(right.y1 - right.y0, left.y1 - left.y0)


def read_vertical(grey: Grey, block: VerticalBlock, is_upside_down: bool = False) -> list[Writing]:
    """Give the columns of a block, right to left, as Tesseract reads them; raises TesseractMissingError.

    Of a block that is upside down the places are not to be used."""
    left, top, right, bottom = (round(edge) for edge in block.box)
    left, top = max(0, left - _MARGIN), max(0, top - _MARGIN)
    piece = grey[top : bottom + _MARGIN, left : right + _MARGIN]
    piece = np.rot90(piece, 2) if is_upside_down else piece
    return [
        Writing(w.x0 + left, w.y0 + top, w.x1 + left, w.y1 + top, w.text, w.sureness) for w in _columns(_told(piece))
    ]


def sureness_of(writings: Sequence[Writing]) -> float:
    """Give how sure the reader is of all its characters together (0 … 1)."""
    characters = sum(len(each.text) for each in writings)
    return sum(each.sureness * len(each.text) for each in writings) / characters if characters else 0.0


def as_block(block: VerticalBlock, columns: Sequence[Writing]) -> Block:
    """Give the block for the reading order: its columns as lines, right to left."""
    left, top, right, bottom = block.box
    return Block(left, top, right, bottom, None, [Row([column], is_vertical=True) for column in columns])


def _told(piece: Grey) -> list[dict[str, str]]:
    """Run Tesseract on a piece of the page, through pipes only, and give the rows of its table."""
    program = _program()
    picture = io.BytesIO()
    Image.fromarray(piece).save(picture, "BMP", dpi=(200, 200))
    command = [program, "stdin", "stdout", "-l", _LANGUAGE, "--psm", _ONE_VERTICAL_BLOCK, "--dpi", "200", "tsv"]
    try:
        done = subprocess.run(
            command,
            input=picture.getvalue(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            env={"OMP_THREAD_LIMIT": "1", "LANG": "C.UTF-8", "PATH": os.defpath},
        )
    except (subprocess.SubprocessError, OSError) as failure:
        raise TesseractMissingError from failure
    text = done.stdout.decode("utf-8", "replace")
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def _program() -> str:
    found = shutil.which("tesseract")
    if not found:
        raise TesseractMissingError
    return os.path.realpath(found)


def _columns(rows: list[dict[str, str]]) -> list[Writing]:
    """Tesseract's lines with the words in them."""
    words: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        if row["level"] == "5" and (row["text"] or "").strip():
            words.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(row)
    return [_writing(line) for line in words.values()]


def _writing(words: list[dict[str, str]]) -> Writing:
    left = min(int(word["left"]) for word in words)
    top = min(int(word["top"]) for word in words)
    right = max(int(word["left"]) + int(word["width"]) for word in words)
    bottom = max(int(word["top"]) + int(word["height"]) for word in words)
    sureness = fmean(float(word["conf"]) for word in words) / 100
    return Writing(left, top, right, bottom, "".join(word["text"].strip() for word in words), max(0.0, sureness))
