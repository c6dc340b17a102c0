"""Any page of paper as an image, whatever it came as: WebP for screens, streams that a PDF takes as they are for print.

Run where memory and time are limited: the files are strangers'."""

from __future__ import annotations

import io
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from hiroba.extract import pdf_images, picture
from hiroba.extract.formats import find_format
from hiroba.extract.passages import Trouble

PRINT_DPI = 200  # what offices scan at
MOST_PRINT_SIDE = 5_000  # pixels
JPEG_QUALITY = 80


class PageImageError(ValueError):
    """There is no such page, or it cannot be drawn; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page's image: its bytes, how they are coded, its pixels, and the page's size in points as it is shown."""

    content: bytes
    coding: str  # "webp", "DCTDecode" (colour or grey) or "FlateDecode" (one bit a pixel, 1 is white)
    across: int
    down: int
    colours: int  # 1 or 3
    wide: float
    high: float


def draw(path: Path, page: int, width: int) -> PageImage:
    """Draw page `page` (from 1) as WebP, at most `width` pixels wide. Raises PageImageError."""
    try:
        module = pdf_images if _is_pdf(path) else picture
        content = module.render(path, page, width)
        wide, high = module.page_sizes(path)[page - 1]
        return PageImage(content, "webp", 0, 0, 3, wide, high)
    except pdf_images.PageError as failure:
        raise PageImageError(Trouble("EXTRACT-03")) from failure
    except (picture.PictureError, IndexError, EOFError) as failure:
        raise PageImageError(getattr(failure, "trouble", Trouble("EXTRACT-03"))) from failure


def print_page(path: Path, page: int) -> PageImage:
    """Give page `page` (from 1) as a PDF takes it: black and white as bits, everything else as JPEG.

    Raises PageImageError."""
    image, wide, high = _printed_pdf(path, page) if _is_pdf(path) else _printed_picture(path, page)
    if image.mode == "1":
        return PageImage(zlib.compress(image.tobytes(), 9), "FlateDecode", *image.size, 1, wide, high)
    target = io.BytesIO()
    image = image if image.mode == "L" else image.convert("RGB")
    image.save(target, "JPEG", quality=JPEG_QUALITY)
    return PageImage(target.getvalue(), "DCTDecode", *image.size, 1 if image.mode == "L" else 3, wide, high)


def _is_pdf(path: Path) -> bool:
    return find_format(path) == "pdf"


def _printed_pdf(path: Path, page: int) -> tuple[Image.Image, float, float]:
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            if not 1 <= page <= len(document):
                raise PageImageError(Trouble("EXTRACT-03"))
            with closing(document[page - 1]) as drawn:
                wide, high = drawn.get_size()
                scale = min(PRINT_DPI / 72, MOST_PRINT_SIDE / max(wide, high, 1.0))
                with closing(drawn.render(scale=scale, may_draw_forms=False)) as bitmap:
                    return _plain(bitmap.to_pil()), wide, high
    except pdfium.PdfiumError as failure:
        raise PageImageError(Trouble("EXTRACT-03")) from failure


def _plain(image: Image.Image) -> Image.Image:
    """Give a page without colour as grey: a third of the bytes."""
    red, green, blue = image.convert("RGB").split()
    return red if red.tobytes() == green.tobytes() == blue.tobytes() else image.convert("RGB")


def _printed_picture(path: Path, page: int) -> tuple[Image.Image, float, float]:
    try:
        opened = picture.open_page(path, page)
    except (picture.PictureError, EOFError) as failure:
        raise PageImageError(getattr(failure, "trouble", Trouble("EXTRACT-03"))) from failure
    image = opened.image if opened.image.mode == "1" else picture.flat(opened.image)
    wide, high = image.width * opened.across, image.height * opened.down
    if max(image.size) > MOST_PRINT_SIDE:
        image = image.convert("L") if image.mode == "1" else image
        image.thumbnail((MOST_PRINT_SIDE, MOST_PRINT_SIDE))
    return image, wide, high
