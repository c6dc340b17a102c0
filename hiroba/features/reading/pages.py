"""Pages of PDFs and images as pictures, drawn once in the sandbox and kept beside the originals' house, rebuildable."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from hiroba.archive.originals import path_of
from hiroba.extract.passages import Extraction
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.refusal import Refusal

WIDTH = 1200


@dataclass(frozen=True)
class Picture:
    """A page as WebP, with its width and height in PDF points: the frame of the boxes in locators."""

    content: bytes
    wide: float
    high: float


@cache
def _sandbox() -> Sandbox:
    """One reader for the server process, started at the first page that is looked at."""
    return Sandbox(readers=1).__enter__()


def _folder(sha256: str) -> Path:
    return Path(settings.HOME, "pages", sha256[:2])


def _kept(sha256: str, number: int) -> Path | None:
    folder = _folder(sha256)
    return next(folder.glob(f"{sha256}-{number}-*.webp"), None) if folder.is_dir() else None


def _size_in(kept: Path) -> tuple[float, float]:
    wide, high = kept.stem.rsplit("-", 1)[1].split("x")
    return float(wide), float(high)


def find_page_size(sha256: str, number: int) -> tuple[float, float] | None:
    """Give a page's width and height in points where it has been drawn before; nothing is drawn for it."""
    kept = _kept(sha256, number)
    return _size_in(kept) if kept is not None else None


def print_page(sha256: str, number: int) -> Extraction:
    """Give a page as a PDF takes it (see hiroba.extract.page_images); drawn confined, kept nowhere."""
    return _sandbox().draw(path_of(sha256), number, 0)


def page_picture(sha256: str, number: int) -> Picture:
    """Give page `number` (from 1) of a PDF or an image, about 1,200 pixels wide; ACCESS-01 where there is none."""
    folder = _folder(sha256)
    kept = _kept(sha256, number)
    if kept is not None:
        return Picture(kept.read_bytes(), *_size_in(kept))
    drawn = _sandbox().draw(path_of(sha256), number, WIDTH)
    if not drawn.attachments:
        raise Refusal("ACCESS-01")
    picture = Picture(drawn.attachments[0].content, float(drawn.facts["wide"]), float(drawn.facts["high"]))
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{os.getpid()}{secrets.token_hex(4)}"
    draft.write_bytes(picture.content)
    draft.replace(folder / f"{sha256}-{number}-{picture.wide:g}x{picture.high:g}.webp")
    return picture
