"""Walk a folder or a single file as a person sees it, and say what was passed over."""

from __future__ import annotations

import datetime as dt
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What office programs and systems leave behind beside the real files.
_LEFTOVERS = {"thumbs.db", "desktop.ini", ".ds_store"}
_LEFTOVER_STARTS = ("~$", ".~lock.", "._")


@dataclass(frozen=True)
class Found:
    """A file to take in. `relative` uses "/" and is NFC, so that the same file from a Mac is the same file."""

    path: Path
    relative: str
    size: int
    modified_at: dt.datetime


@dataclass(frozen=True)
class PassedOver:
    """A thing that was not taken in, with the code that says why."""

    relative: str
    code: str


def readable_name(raw: str) -> str:
    """Turn a file name as the system gave it into text: undecodable bytes as CP932 if they are, composed (NFC)."""
    data = os.fsencode(raw)
    for encoding in ("utf-8", "cp932"):
        try:
            return unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def walk(start: Path) -> Iterator[Found | PassedOver]:
    """Give every regular file under `start` (or `start` itself) in a stable order. Links are never followed."""
    if not start.is_dir() or start.is_symlink():
        yield _look(start, readable_name(start.name))
        return
    for folder, below, names in os.walk(start, onerror=None, followlinks=False):
        below.sort()
        for name in sorted(names):
            if not is_leftover(name):
                path = Path(folder, name)
                yield _look(path, readable_name(str(path.relative_to(start)).replace(os.sep, "/")))


def is_leftover(name: str) -> bool:
    """Tell whether a file is only what a program left behind (lock files, thumbnails)."""
    return name.lower() in _LEFTOVERS or name.startswith(_LEFTOVER_STARTS)


def _look(path: Path, relative: str) -> Found | PassedOver:
    try:
        state = path.lstat()
    except OSError:
        return PassedOver(relative, "INGEST-08")
    if not stat.S_ISREG(state.st_mode):
        return PassedOver(relative, "INGEST-09")
    modified = dt.datetime.fromtimestamp(state.st_mtime, tz=dt.UTC)
    return Found(path, relative, state.st_size, modified)


def is_unchanged(found: Found) -> bool:
    """Tell whether the file still has the size and time it was found with: False means somebody is writing it."""
    try:
        state = found.path.lstat()
    except OSError:
        return False
    modified = dt.datetime.fromtimestamp(state.st_mtime, tz=dt.UTC)
    return state.st_size == found.size and modified == found.modified_at
