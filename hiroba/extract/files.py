"""The one door of this room: any file in, what could be read of it out, every failure a code."""

from __future__ import annotations

import importlib
import stat
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

from hiroba.extract import compound_file, office, transcript
from hiroba.extract.archives import Limits, find_trouble
from hiroba.extract.formats import LATER, READERS, find_format
from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.strange_xml import DamagedError
from hiroba.extract.unlocking import unlocked

# What parsers raise for broken input; lxml's XMLSyntaxError is a SyntaxError.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RecursionError, UnicodeError, KeyError, SyntaxError, DamagedError)
PACKED = frozenset({"docx", "pptx", "xlsx", "odt", "ods", "odp", "epub", "xlsb"})
LOCKABLE = frozenset({"pdf", "archive"})
"""Formats whose `extract(path, password)` opens them; others are unlocked as a whole first (unlocking)."""


def extract(
    path: Path, name: str | None = None, limits: Limits | None = None, password: str | None = None
) -> Extraction:
    """Read a file by what it is; `name` is the name people know it by where `path` is a stored copy.

    Never raises for what a file contains: `error` says why nothing, or only a part, could be read
    (EXTRACT-01 … 09, 30 … 32; EXTRACT-40 for formats that `sandbox.Sandbox` takes through LibreOffice).
    `password` opens what it locks (EXTRACT-43: it does not). What a file carries may come as sources of bytes.
    Runs in this process without limits of time and memory; strangers' files go through `sandbox.Sandbox`."""
    trouble = _trouble_at_the_door(path)
    if trouble:
        return Extraction(error=trouble)
    try:
        kind = find_format(path, name)
        if isinstance(kind, Trouble):
            return unlocked(path, password) if kind.code == "EXTRACT-02" and password else Extraction(error=kind)
        return _read(path, kind, limits, password)
    except MemoryError:
        return Extraction(error=Trouble("EXTRACT-06"))
    except _DAMAGED:
        return Extraction(error=Trouble("EXTRACT-03"))
    except Exception as failure:  # a parser met what its author never imagined: the file is kept, the batch goes on
        return Extraction(error=Trouble("EXTRACT-08", {"reason": type(failure).__name__}))


def _trouble_at_the_door(path: Path) -> Trouble | None:
    try:
        status = path.lstat()
    except OSError:
        return Trouble("EXTRACT-32")
    if not stat.S_ISREG(status.st_mode):
        return Trouble("EXTRACT-31")
    return None if status.st_size else Trouble("EXTRACT-07")


def _read(path: Path, kind: str, limits: Limits | None, password: str | None) -> Extraction:
    trouble = find_trouble(path, limits) if kind in PACKED else None
    if trouble:
        return Extraction(error=trouble)
    if kind in office.TARGETS:
        return _old(path, kind)
    if kind in LATER:  # nothing published says what Ichitaro writes: guessing at it would not be honest
        return Extraction(error=Trouble("EXTRACT-46") if kind == "jtd" else Trouble("EXTRACT-01", {"format": kind}))
    module = importlib.import_module(f"hiroba.extract.{READERS[kind]}")
    extraction: Extraction = module.extract(path, password) if kind in LOCKABLE and password else module.extract(path)
    if kind == "docx":
        extraction = transcript.retold(extraction)
    return replace(extraction, facts={"format": kind, **extraction.facts})


def _old(path: Path, kind: str) -> Extraction:
    """What can be said of a format that LibreOffice turns into another: whether it carries macros (EXTRACT-35)."""
    with path.open("rb") as file:
        is_compound = file.read(8) == compound_file.MAGIC
    has_macros = is_compound and "_VBA_PROJECT" in compound_file.CompoundFile(path).names()
    warnings = (Trouble("EXTRACT-35"),) if has_macros else ()
    return Extraction(warnings=warnings, error=Trouble(office.NEEDED, {"format": kind}))
