"""Give an original, or a whole scan, out of the house so that nothing in it can run in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from hiroba.archive.originals import PIECE, path_of
from hiroba.foundation.refusal import Refusal


def original_response(sha256: str, file_name: str) -> StreamingHttpResponse:
    """Stream an original as a download: never shown inline, never sniffed, sandboxed should it be opened anyway.

    Memory stays flat whatever its size. ARCHIVE-01 when its bytes are missing from the disk."""
    path = path_of(sha256)
    if not path.exists():
        raise Refusal("ARCHIVE-01")
    response = StreamingHttpResponse(_pieces(path), content_type="application/octet-stream")
    response["Content-Length"] = str(path.stat().st_size)
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
