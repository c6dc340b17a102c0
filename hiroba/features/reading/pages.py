"""Pages of a PDF as pictures, drawn once in the sandbox and kept beside the originals' house, rebuildable."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from hiroba.archive.originals import path_of
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


def page_picture(sha256: str, number: int) -> Picture:
    """Give page `number` (from 1) of a PDF, about 1,200 pixels wide; ACCESS-01 when there is no such page."""
    folder = Path(settings.HOME, "pages", sha256[:2])
    kept = next(folder.glob(f"{sha256}-{number}-*.webp"), None) if folder.is_dir() else None
    if kept is not None:
        wide, high = kept.stem.rsplit("-", 1)[1].split("x")
        return Picture(kept.read_bytes(), float(wide), float(high))
    drawn = _sandbox().draw(path_of(sha256), number, WIDTH)
    if not drawn.attachments:
        raise Refusal("ACCESS-01")
    picture = Picture(drawn.attachments[0].content, float(drawn.facts["wide"]), float(drawn.facts["high"]))
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{os.getpid()}{secrets.token_hex(4)}"
    draft.write_bytes(picture.content)
    draft.replace(folder / f"{sha256}-{number}-{picture.wide:g}x{picture.high:g}.webp")
    return picture
