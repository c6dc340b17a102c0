"""Pictures (PNG, JPEG, TIFF with many pages, GIF, BMP, WebP, HEIC): a first look that decodes nothing, and their pages.

Places are those of PDFs: `page=3;box=x,y,w,h` in points from the top left of the page as it is shown. A picture that
does not say how many dots an inch it has counts as a sheet of A4 in its longer direction."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from hiroba.extract.passages import Extraction, Part, Trouble

MAX_PIXELS = 150_000_000  # A0 at 300 dots an inch has 140 million
MAX_SIDE = 60_000
MAX_PAGES = 5_000
SMALLEST_SIDE = 24  # pixels; below this no character can be read
MAX_DRAWN_WIDTH = 4_000
MAX_DRAWN_SIDE = 16_000  # WebP's own limit is 16,383
_SANE_DPI = (50.0, 2_400.0)
_POINTS = 72.0
_A4_LONG = 842.0  # points
_FORMATS = ["PNG", "JPEG", "TIFF", "GIF", "BMP", "DIB", "WEBP", "ICO"]
# What Pillow raises for broken pictures, next to OSError and its children.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, OverflowError)
ENGINE = "picture/1"


class PictureError(ValueError):
    """This page cannot be had; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page, upright as the file says it is to be shown, and points for each of its pixels."""

    image: Image.Image
    across: float
    down: float
    is_cut_short: bool = False  # the file ends in the middle of the picture
    is_to_scale: bool = True  # the file says how many dots an inch it has


def extract(path: Path) -> Extraction:
    """Name the pages for recognition, having looked at sizes only.

    EXTRACT-03 broken; PAPER-01 larger than any sheet; PAPER-02 too small to hold writing; PAPER-03 nothing here can
    open it; EXTRACT-14 more pages than are read."""
    try:
        with _opened(path) as image:
            trouble = _trouble_of(image.size)
            if trouble:
                return Extraction(error=trouble, extractor=ENGINE)
            count = _count(image)
            facts = {"pages": str(count), "wide": str(image.width), "high": str(image.height)}
            facts["dpi"] = f"{_dots(image)[0]:g}×{_dots(image)[1]:g}" if _dots(image)[0] else ""
    except PictureError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    except _BROKEN:
        return Extraction(error=Trouble("EXTRACT-03"), extractor=ENGINE)
    too_long = (Trouble("EXTRACT-14", {"read": MAX_PAGES, "pages": count}),) if count > MAX_PAGES else ()
    parts = tuple(Part("recognise", number) for number in range(1, min(count, MAX_PAGES) + 1))
    return Extraction((), too_long, None, facts={k: v for k, v in facts.items() if v}, extractor=ENGINE, parts=parts)


def open_page(path: Path | io.BytesIO, number: int) -> Page:
    """Decode page `number` (from 1), turned as its orientation tag says; its size is checked before.

    A file that ends too early gives what there is. Raises PictureError."""
    try:
        with _opened(path) as image:
            if number > 1:
                image.seek(number - 1)
            trouble = _trouble_of(image.size)
            if trouble:
                raise PictureError(trouble)
            is_cut_short = _load(image)
            dots = _dots(image)
            shown = ImageOps.exif_transpose(image)
            if shown.size != image.size:
                dots = dots[1], dots[0]
            across, down = _points_a_pixel(shown.size, dots)
            return Page(shown.copy(), across, down, is_cut_short, is_to_scale=bool(dots[0]))
    except _BROKEN as failure:
        if isinstance(failure, PictureError):
            raise
        raise PictureError(Trouble("EXTRACT-03")) from failure


def page_sizes(path: Path) -> list[tuple[float, float]]:
    """Give width and height of each page in points, as shown (the frame of the boxes in locators).

    Raises PictureError."""
    try:
        with _opened(path) as image:
            return list(_sizes(image))
    except _BROKEN as failure:
        raise PictureError(Trouble("EXTRACT-03")) from failure


def render(path: Path, page: int, width: int = 1200) -> bytes:
    """Draw page `page` (from 1) as WebP, at most `width` pixels wide: browsers show neither TIFF nor HEIC.

    Raises PictureError."""
    opened = open_page(path, page)
    wide, high = opened.image.width * opened.across, opened.image.height * opened.down
    scale = min(max(1, min(width, MAX_DRAWN_WIDTH)) / wide, MAX_DRAWN_SIDE / high)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    target = io.BytesIO()
    flat(opened.image).convert("RGB").resize(size, Image.Resampling.BOX).save(target, "WEBP", quality=80, method=2)
    return target.getvalue()


def flat(image: Image.Image) -> Image.Image:
    """Give the picture on white paper where it is transparent, in a mode that converts to grey as the eye sees it."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _eight_bits(image)
    return image if image.mode in ("1", "L", "RGB") else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    low, high = image.convert("F").getextrema()
    assert isinstance(low, float) and isinstance(high, float)
    span = max(high - low, 1.0)
    return image.convert("F").point(lambda value: value * (255.0 / span) - low * 255.0 / span).convert("L")


@contextmanager
def _opened(path: Path | io.BytesIO) -> Iterator[Image.Image]:
    """The file as a picture whose pixels are not decoded yet."""
    formats = [*_FORMATS, *_heif_formats()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes are checked here; what else Pillow warns of is in damaged headers
        previous = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            with Image.open(path, formats=formats) as image:
                yield image
        except UnidentifiedImageError as failure:
            raise PictureError(Trouble("PAPER-03" if _is_heif(path) else "EXTRACT-03")) from failure
        finally:
            Image.MAX_IMAGE_PIXELS = previous


def _is_heif(path: Path | io.BytesIO) -> bool:
    if isinstance(path, io.BytesIO):
        return path.getvalue()[4:8] == b"ftyp"
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _heif_formats() -> list[str]:
    try:
        import pi_heif  # an extra: without it HEIC is kept and said to be off
    except ImportError:
        return []
    pi_heif.register_heif_opener()
    return ["HEIF"]


def _trouble_of(size: tuple[int, int]) -> Trouble | None:
    wide, high = size
    if wide * high > MAX_PIXELS or max(size) > MAX_SIDE:
        return Trouble("PAPER-01", {"wide": wide, "high": high})
    return Trouble("PAPER-02", {"wide": wide, "high": high}) if min(size) < SMALLEST_SIDE else None


def _count(image: Image.Image) -> int:
    """How many pages; those of an animation are one, for they show the same place."""
    return int(getattr(image, "n_frames", 1)) if image.format in ("TIFF", "HEIF") else 1


def _sizes(image: Image.Image) -> Iterator[tuple[float, float]]:
    for number in range(min(_count(image), MAX_PAGES)):
        if number:
            image.seek(number)
        across, down = _points_a_pixel(image.size, _dots(image))
        wide, high = image.width * across, image.height * down
        is_lying = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        yield (high, wide) if is_lying else (wide, high)


def _load(image: Image.Image) -> bool:
    """Decode; tell whether the file ended before the picture did."""
    try:
        image.load()
        return False
    except OSError:
        previous, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
        try:
            image.load()
            return True
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = previous


def _dots(image: Image.Image) -> tuple[float, float]:
    """Dots an inch across and down; zeros where the file does not say, or says nonsense."""
    said = image.info.get("dpi")
    try:
        across, down = (float(value) for value in said or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    low, high = _SANE_DPI
    if not (low <= across <= high and low <= down <= high) or (across == down == _POINTS):
        return 0.0, 0.0  # 72 is what programs write that do not know
    return across, down


def _points_a_pixel(size: tuple[int, int], dots: tuple[float, float]) -> tuple[float, float]:
    if dots[0]:
        return _POINTS / dots[0], _POINTS / dots[1]
    return _A4_LONG / max(size), _A4_LONG / max(size)
