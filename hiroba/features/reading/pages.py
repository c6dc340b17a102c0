"""Pages of a PDF as pictures, drawn once in the sandbox and kept beside the originals' house, rebuildable."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from functools import cache
from pathlib import Path

from django.conf import settings

from hiroba.archive.originals import path_of
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.refusal import Refusal

WIDTH = 1200
_drawing = threading.Lock()


@cache
def _sandbox() -> Sandbox:
    """One reader for the server process, started at the first page that is looked at."""
    return Sandbox(readers=1)


def page_picture(sha256: str, number: int) -> bytes:
    """Give page `number` (from 1) of a PDF as PNG, 1,200 pixels wide; ACCESS-01 when there is no such page."""
    kept = Path(settings.HOME, "pages", sha256[:2], f"{sha256}-{number}.png")
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    with _drawing:
        picture = _sandbox().render(path_of(sha256), number, WIDTH)
    if not picture:
        raise Refusal("ACCESS-01")
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}{secrets.token_hex(4)}")
    draft.write_bytes(picture)
    draft.replace(kept)
    return picture
