"""Recordings beside their text: what a browser can play, from where, and which bytes of it were asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from hiroba.archive.models import Revision
from hiroba.archive.originals import PIECE, path_of
from hiroba.extract.times import seconds_in
from hiroba.foundation.refusal import Refusal

# What FFmpeg calls the packing → the type we say it is, whatever the file's name says; video/… where it has a picture.
_TYPES = {
    "wav": "wav",
    "mp3": "mpeg",
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "webm",
    "ogg": "ogg",
    "flac": "flac",
    "aac": "aac",
}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True)
class Player:
    """How a page plays a revision of a record: "audio" or "video", the fixed type, and the second it begins at."""

    record_id: int
    revision: int
    element: str
    media_type: str
    begin: int


def find_player(revision: Revision, here: str = "") -> Player | None:
    """Give how a revision can be played; None when it is no recording, or none that browsers play."""
    subtype = _TYPES.get(revision.facts.get("packing", ""))
    element = "video" if revision.facts.get("media") == "video" else "audio"
    if subtype is None:
        return None
    return Player(revision.record_id, revision.number, element, f"{element}/{subtype}", seconds_of(here) or 0)


def seconds_of(locator: str) -> int | None:
    """Give the second a locator names (t=1:02:03 is 3723); None when it names no time."""
    seconds = seconds_in(locator[2:]) if locator.startswith("t=") else None
    return None if seconds is None else int(seconds)


def media_response(sha256: str, media_type: str, asked: str) -> HttpResponseBase:
    """Give the bytes that a Range header asks for (RFC 9110, one range), or all of them, under a type that is ours.

    416 for a range past the end; ARCHIVE-01 when the bytes are missing from the disk. Memory stays flat."""
    path = path_of(sha256)
    if not path.exists():
        raise Refusal("ARCHIVE-01")
    size = path.stat().st_size
    stretch = _stretch(asked, size)
    if stretch is None:
        return _guarded(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    start, end = stretch
    is_part = bool(asked) and _RANGE.fullmatch(asked) is not None
    response = StreamingHttpResponse(_pieces(path, start, end), status=206 if is_part else 200, content_type=media_type)
    response["Content-Length"] = str(end - start)
    response["Content-Disposition"] = "inline"
    if is_part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _guarded(response)


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _stretch(asked: str, size: int) -> tuple[int, int] | None:
    """Give first byte and the one after the last; a header that we do not understand asks for everything."""
    found = _RANGE.fullmatch(asked)
    if found is None or found[0] == "bytes=-":
        return 0, size
    first, last = found.groups()
    if not first:  # the last N bytes
        return (max(0, size - int(last)), size) if int(last) and size else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None


async def _pieces(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := await asyncio.to_thread(file.read, min(PIECE, left))):
            left -= len(piece)
            yield piece
