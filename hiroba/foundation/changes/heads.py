"""The newest number and digest of the access journal, appended at each write to a file outside the database.

It shows a journal whose end was cut off, or that was written anew from some entry on. Backups carry copies away: only
who can change the database and every copy of this file can hide what they did."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from django.conf import settings

LIMIT_BYTES = 1_000_000  # about two busy days at a line a second
NEWEST, EACH = 2_000, 16  # what thinning keeps: all of the newest lines, one in 16 of the older ones
DIGEST_LENGTH = 64


def head_file() -> Path:
    """Give where the heads are."""
    return Path(settings.HOME, "journal-head")


def append_head(number: int, digest: str) -> None:
    """Write down, safe from a power cut, that the journal had come this far. Called after its commit."""
    path = head_file()
    with path.with_name("journal-head.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _open_private(path, os.O_APPEND) as file:
            file.write(f"{number} {digest}\n")
            _sync(file)
            size = file.tell()
        if size > LIMIT_BYTES:
            _thin(path)


def heads() -> Iterator[tuple[int, str]]:
    """Give the numbers and digests in the order of writing; a torn line is passed over."""
    if not head_file().exists():
        return
    with head_file().open() as file:
        for line in file:
            number, _, digest = line.strip().partition(" ")
            if number.isdigit() and len(digest) == DIGEST_LENGTH:
                yield int(number), digest


def _thin(path: Path) -> None:
    """Keep the file small for good: the older the part, the fewer of its lines remain, the first always."""
    lines = path.read_text().splitlines(keepends=True)
    kept = lines[:-NEWEST:EACH] + lines[-NEWEST:]
    thinned = path.with_name("journal-head.new")
    with _open_private(thinned, os.O_TRUNC) as file:
        file.writelines(kept)
        _sync(file)
    thinned.replace(path)


def _open_private(path: Path, how: int) -> TextIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "w")


def _sync(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
