"""Bytes stored once under their SHA-256, write-once, on disk for good before anybody is told so."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import mimetypes
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from hiroba.archive.models import Original
from hiroba.extract.formats import HEAD, is_recording, is_store_of_mails
from hiroba.foundation.refusal import Refusal

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """Where bytes lie now and what they are called."""

    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Give the path of an original; two levels of folders keep each of them small."""
    return Path(settings.ORIGINALS_DIR) / sha256[:2] / sha256[2:4] / sha256


def pieces_of(file: BinaryIO) -> Iterable[bytes]:
    """Read a file piece by piece, so that memory stays flat whatever its size."""
    while piece := file.read(PIECE):
        yield piece


def store_bytes(pieces: Iterable[bytes], limit: int | None = None) -> Stored:
    """Write, fsync and name the bytes by their SHA-256; the same bytes twice are kept once.

    INGEST-04 past `limit` bytes (default: settings.RECORDING_LIMIT for recordings and stores of mails, UPLOAD_LIMIT for
    everything else), INGEST-05 when the disk is full; in both cases nothing of it stays behind."""
    incoming = Path(settings.INCOMING_DIR)
    incoming.mkdir(parents=True, exist_ok=True)
    draft = incoming / f"{os.getpid()}-{secrets.token_hex(8)}"
    try:
        stored = _write_draft(draft, pieces, limit)
        _keep(draft, path_of(stored.sha256))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refusal("INGEST-05") from error
        raise
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    return stored


def _write_draft(draft: Path, pieces: Iterable[bytes], limit: int | None) -> Stored:
    digest, size = hashlib.sha256(), 0
    with draft.open("xb") as file:
        for piece in pieces:
            limit = _limit_of(piece) if limit is None else limit
            size += len(piece)
            if size > limit:
                raise Refusal("INGEST-04", limit_mb=limit // (1024 * 1024))
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Stored(digest.hexdigest(), size)


def _limit_of(head: bytes) -> int:
    is_large = is_recording(head[:HEAD]) or is_store_of_mails(head[:HEAD])
    return int(settings.RECORDING_LIMIT if is_large else settings.UPLOAD_LIMIT)


def _keep(draft: Path, final: Path) -> None:
    """Give the draft its final name. A link never replaces: the first writer of equal bytes wins, others agree."""
    final.parent.mkdir(parents=True, exist_ok=True)
    draft.chmod(0o440)
    with contextlib.suppress(FileExistsError):
        os.link(draft, final)
    for folder in (final.parent, final.parent.parent, final.parent.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def add_original(stored: Stored, file_name: str) -> Original:
    """Give the row of these bytes, written if it is the first time they come."""
    media_type = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
    original, _ = Original.objects.get_or_create(
        sha256=stored.sha256,
        defaults={"size": stored.size, "media_type": media_type, "stored_at": timezone.now()},
    )
    return original


def add_originals(named: Mapping[Stored, str]) -> dict[str, Original]:
    """Give the rows of many stored bytes by their SHA-256, written where it is the first time they come."""
    now = timezone.now()
    rows = {
        stored.sha256: Original(
            sha256=stored.sha256,
            size=stored.size,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            stored_at=now,
        )
        for stored, name in named.items()
    }
    Original.objects.bulk_create(rows.values(), batch_size=500, ignore_conflicts=True)
    found: dict[str, Original] = {}
    asked = list(rows)
    for start in range(0, len(asked), 500):
        chunk = Original.objects.filter(sha256__in=asked[start : start + 500])
        found |= {original.sha256: original for original in chunk}
    return found


def sweep_incoming(older_than_seconds: float = 86_400) -> int:
    """Remove drafts that a crash left behind; drafts of running uploads are younger."""
    removed = 0
    incoming = Path(settings.INCOMING_DIR)
    now = timezone.now().timestamp()
    for draft in incoming.iterdir() if incoming.is_dir() else ():
        if now - draft.stat().st_mtime > older_than_seconds:
            draft.unlink(missing_ok=True)
            removed += 1
    return removed
