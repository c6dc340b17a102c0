"""Give an original out of the house so that nothing in it can run in the browser."""

from __future__ import annotations

from django.http import FileResponse

from hiroba.archive.originals import path_of
from hiroba.foundation.refusal import Refusal


def original_response(sha256: str, file_name: str) -> FileResponse:
    """Stream an original as a download: never shown inline, never sniffed, sandboxed should it be opened anyway.

    ARCHIVE-01 when its bytes are missing from the disk."""
    path = path_of(sha256)
    if not path.exists():
        raise Refusal("ARCHIVE-01")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=file_name)
    response["Content-Type"] = "application/octet-stream"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
