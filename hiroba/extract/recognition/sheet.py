"""A page of paper as grey pixels, from a picture or from a PDF, with points for each pixel."""

from __future__ import annotations

import io
import math
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from hiroba.extract import picture
from hiroba.extract.passages import Trouble
from hiroba.extract.pasted import find_picture

Grey = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

DPI = 200  # at which pages of PDFs are drawn; 7-point Mincho is 19 pixels high, which the engine still reads
LONGEST_SIDE = 3_600  # pixels: A4 at 300 dots an inch; more makes nothing clearer
MAX_DRAWN_PIXELS = 16_000_000
_POINTS = 72.0


class SheetError(ValueError):
    """There is no such page, or it cannot be shown; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Sheet:
    """Grey pixels (0 black … 255 white) and how many points one pixel is across and down.

    `origin` maps points (x, y, 1) of a sheet that was drawn upright to those of the page as it came."""

    grey: Grey
    across: float
    down: float
    is_cut_short: bool = False
    is_to_scale: bool = True  # the file says how large the page is; photographs do not
    origin: Matrix | None = None


def open_sheet(path: Path, number: int) -> Sheet:
    """Give page `number` (from 1) of a picture or a PDF, or picture `number` of an Office file; raises SheetError."""
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"PK\3\4"):
        pasted = find_picture(path, number)
        if pasted is None:
            raise SheetError(Trouble("EXTRACT-03"))
        return _decoded(pasted, 1)
    return _drawn(path, number) if b"%PDF-" in head else _decoded(path, number)


def _decoded(path: Path | io.BytesIO, number: int) -> Sheet:
    try:
        page = picture.open_page(path, number)
    except picture.PictureError as failure:
        raise SheetError(failure.trouble) from failure
    grey = picture.flat(page.image).convert("L")
    shrink = min(1.0, LONGEST_SIDE / max(grey.size))
    if shrink < 1.0:
        size = max(1, round(grey.width * shrink)), max(1, round(grey.height * shrink))
        grey = grey.resize(size, Image.Resampling.BOX)
    across, down = page.across * page.image.width / grey.width, page.down * page.image.height / grey.height
    return Sheet(np.array(grey), across, down, page.is_cut_short, page.is_to_scale)


def _drawn(path: Path, number: int) -> Sheet:
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            if not 1 <= number <= len(document):
                raise SheetError(Trouble("EXTRACT-03"))
            with closing(document[number - 1]) as page:
                wide, high = page.get_size()
                scale = min(DPI / _POINTS, math.sqrt(MAX_DRAWN_PIXELS / max(1.0, wide * high)))
                with closing(page.render(scale=scale, grayscale=True, may_draw_forms=False)) as bitmap:
                    grey = np.array(bitmap.to_pil().convert("L"))
    except pdfium.PdfiumError as failure:
        raise SheetError(Trouble("EXTRACT-03")) from failure
    return Sheet(grey, wide / grey.shape[1], high / grey.shape[0])
