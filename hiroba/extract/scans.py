"""What a scanner's file holds: separator sheets, blank pages, and the pages between them; and such pages as a file.

`survey` and `split` are run confined by `tasks.run_task`. The file itself is never altered: a part is a new file."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from hiroba.extract import picture
from hiroba.extract.passages import Attachment, Extraction, Trouble

MAX_PAGES = 2_000
LOOKED_AT_WIDTH = 1_240  # pixels: A4 at 150 dots an inch; a separator's code is 60 mm wide
BLANK_PART = 0.00012  # of a page that is ink: some three letters; holes, edges and specks are left out
_EDGE = 0.06  # of a page's width and height where holes, shadows and staples are
ENGINE = "scan/1"
_LOSSLESS = {"group3", "group4", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "tiff_ccitt"}


def survey(paths: Sequence[Path], asked: dict[str, Any]) -> Extraction:
    """Look at each page of a scan: facts `pages` is a JSON list of {"is_blank", "codes"}; the texts of QR codes are as
    they stand, nobody has judged them. EXTRACT-14 after MAX_PAGES; EXTRACT-03, PAPER-01 … when it does not open."""
    path = paths[0]
    pages: list[dict[str, Any]] = []
    try:
        count = count_pages(path)
        for number in range(1, min(count, MAX_PAGES) + 1):
            pages.append(_look_at(path, number))
    except picture.PictureError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    except (pdfium.PdfiumError, OSError):
        return Extraction(error=Trouble("EXTRACT-03"), extractor=ENGINE)
    warnings = (Trouble("EXTRACT-14", {"read": MAX_PAGES, "pages": count}),) if count > MAX_PAGES else ()
    return Extraction((), warnings, facts={"pages": json.dumps(pages), "count": str(count)}, extractor=ENGINE)


def split(paths: Sequence[Path], asked: dict[str, Any]) -> Extraction:
    """Give the pages `asked["pages"]` (from 1) of a scan as the one attachment: PDF pages as they are, frames of a TIFF
    without loss, everything else as PNG. EXTRACT-03 when there are no such pages."""
    path, numbers = paths[0], [int(number) for number in asked["pages"]]
    try:
        content, suffix, media = _pdf_of(path, numbers) if is_pdf(path) else _picture_of(path, numbers)
    except (pikepdf.PdfError, pdfium.PdfiumError, picture.PictureError, IndexError, EOFError, OSError):
        return Extraction(error=Trouble("EXTRACT-03"), extractor=ENGINE)
    return Extraction(attachments=(Attachment(f"part.{suffix}", content, media),), extractor=ENGINE)


def is_pdf(path: Path) -> bool:
    """Tell a PDF by its first bytes."""
    with path.open("rb") as file:
        return b"%PDF-" in file.read(1024)


def count_pages(path: Path) -> int:
    """Count the pages; raises PdfiumError or PictureError when the file does not open."""
    if is_pdf(path):
        with closing(pdfium.PdfDocument(path)) as document:
            return len(document)
    return len(picture.page_sizes(path))


def _look_at(path: Path, number: int) -> dict[str, Any]:
    grey = _grey(path, number)
    found = [each for each in zxingcpp.read_barcodes(grey) if each.format == zxingcpp.BarcodeFormat.QRCode]
    codes = [each.text for each in found if each.text]
    return {"is_blank": not codes and is_blank(grey), "codes": codes[:4]}


def _grey(path: Path, number: int) -> NDArray[np.uint8]:
    if is_pdf(path):
        with closing(pdfium.PdfDocument(path)) as document, closing(document[number - 1]) as page:
            scale = min(LOOKED_AT_WIDTH / max(1.0, page.get_width()), 4.0, 6_000 / max(1.0, page.get_height()))
            with closing(page.render(scale=scale, grayscale=True)) as bitmap:
                return np.asarray(bitmap.to_pil().convert("L"))
    opened = picture.open_page(path, number)
    grey = picture.flat(opened.image).convert("L")
    wide = max(1, min(LOOKED_AT_WIDTH, grey.width))
    high = max(1, round(wide * (opened.image.height * opened.down) / max(1.0, opened.image.width * opened.across)))
    return np.asarray(grey.resize((wide, min(high, 6_000)), Image.Resampling.BOX))


def is_blank(grey: NDArray[np.uint8]) -> bool:
    """Tell whether there is nothing on a page but paper, holes and the shadow of its edge."""
    high, wide = grey.shape
    inner = grey[int(high * _EDGE) : high - int(high * _EDGE), int(wide * _EDGE) : wide - int(wide * _EDGE)]
    if not inner.size:
        return True
    paper = float(np.median(inner))
    if paper < 90:  # a black page is not an empty one
        return False
    # Specks of a FAX stand alone; a stroke has dark neighbours.
    dark = inner < paper - 60
    joined = dark[1:, 1:] & dark[:-1, 1:] & dark[1:, :-1] & dark[:-1, :-1]
    return float(joined.mean()) < BLANK_PART


def _pdf_of(path: Path, numbers: list[int]) -> tuple[bytes, str, str]:
    target = io.BytesIO()
    with pikepdf.open(path) as whole, pikepdf.new() as part:
        for number in numbers:
            part.pages.append(whole.pages[number - 1])
        part.save(target, deterministic_id=True)
    return target.getvalue(), "pdf", "application/pdf"


def _picture_of(path: Path, numbers: list[int]) -> tuple[bytes, str, str]:
    frames: list[Image.Image] = []
    with Image.open(path) as image:
        is_tiff = image.format == "TIFF"
        compression = str(image.info.get("compression", ""))
        for number in numbers:
            image.seek(number - 1)
            frames.append(image.copy())
        dpi = image.info.get("dpi")
    target = io.BytesIO()
    kept = compression if compression in _LOSSLESS else "tiff_adobe_deflate"
    options: dict[str, Any] = {"dpi": dpi} if dpi else {}
    if is_tiff:
        frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:], compression=kept, **options)
        return target.getvalue(), "tif", "image/tiff"
    frames[0].save(target, "PNG", **options)
    return target.getvalue(), "png", "image/png"
