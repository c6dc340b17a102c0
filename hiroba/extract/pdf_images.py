"""A page of a PDF as an image, so that a cited box can be shown on it; run where memory and time are limited."""

from __future__ import annotations

import io
import math
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium

MAX_WIDTH = 4_000  # pixels
MAX_PIXELS = 12_000_000  # of the whole image: a page of 10,000 × 10 points stays small too
MAX_SIDE = 16_000  # WebP's own limit is 16,383
MAX_LISTED_PAGES = 5_000


class PageError(ValueError):
    """There is no such page, or it cannot be drawn."""


def page_sizes(path: Path) -> list[tuple[float, float]]:
    """Give width and height of each page in points, as shown (the frame of the boxes in locators).

    Raises PageError when the file does not open."""
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            return [document.get_page_size(index) for index in range(min(len(document), MAX_LISTED_PAGES))]
    except pdfium.PdfiumError as failure:
        raise PageError(str(failure)) from failure


def render(path: Path, page: int, width: int = 1200) -> bytes:
    """Draw page `page` (from 1) as WebP, `width` pixels wide or as much of it as MAX_PIXELS allows.

    Notes and form fields are drawn as they are; nothing in the file is run. Raises PageError."""
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            if not 1 <= page <= len(document):
                raise PageError(f"page {page} of {len(document)}")
            with closing(document[page - 1]) as drawn:
                points_wide, points_high = drawn.get_size()
                scale = _scale(points_wide, points_high, width)
                with closing(drawn.render(scale=scale, may_draw_forms=False)) as bitmap:
                    return _webp(bitmap)
    except pdfium.PdfiumError as failure:
        raise PageError(str(failure)) from failure


def _scale(points_wide: float, points_high: float, width: int) -> float:
    """Pixels a point, within the limits."""
    wide, high = max(points_wide, 1.0), max(points_high, 1.0)
    wanted = max(1, min(width, MAX_WIDTH)) / wide
    return min(wanted, math.sqrt(MAX_PIXELS / (wide * high)), MAX_SIDE / high)


def _webp(bitmap: pdfium.PdfBitmap) -> bytes:
    target = io.BytesIO()
    with bitmap.to_pil() as image:
        image.convert("RGB").save(target, "WEBP", quality=80, method=2)
    return target.getvalue()
