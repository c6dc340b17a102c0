"""What a zip-based file declares of itself, judged before a byte of it is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from hiroba.extract.passages import Trouble

MEGABYTE = 1024 * 1024
_ENTITY = tuple("<!ENTITY".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_PROLOGUE = (
    64 * 1024
)  # bytes of an XML part in which a document type can reasonably stand; the parser itself is safe too


@dataclass(frozen=True, slots=True)
class Limits:
    """What a packed file may become. Sizes in bytes; far above any office document, far below a bomb."""

    unpacked: int = 300 * MEGABYTE
    ratio: int = 200
    ratio_matters_above: int = 50 * MEGABYTE
    members: int = 10_000


def find_trouble(path: Path, limits: Limits | None = None) -> Trouble | None:
    """Say why a zip-based file must not be unpacked, or None.

    EXTRACT-02 an OpenDocument file is encrypted, EXTRACT-03 the directory is damaged, EXTRACT-04 too large once
    unpacked, EXTRACT-30 an XML part declares entities (the way of "billion laughs" and of reading other files)."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            return (
                _size_trouble(members, limits or Limits(), path.stat().st_size)
                or _encryption_trouble(archive)
                or _entity_trouble(archive, members)
            )
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
        return Trouble("EXTRACT-03")


def _size_trouble(members: list[zipfile.ZipInfo], limits: Limits, packed: int) -> Trouble | None:
    unpacked = sum(member.file_size for member in members)
    # Compared with the file itself, not the declared packed sizes: overlapping members cannot hide their ratio.
    is_bomb = unpacked > limits.ratio_matters_above and unpacked > limits.ratio * max(packed, 1)
    if unpacked > limits.unpacked or is_bomb or len(members) > limits.members:
        return Trouble("EXTRACT-04", {"megabytes": unpacked // MEGABYTE, "members": len(members)})
    return None


def _encryption_trouble(archive: zipfile.ZipFile) -> Trouble | None:
    manifest = "META-INF/manifest.xml"  # OpenDocument 1.3, part 2, 3.4: encryption is said there
    if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
        return Trouble("EXTRACT-02")
    return None


def _entity_trouble(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Trouble | None:
    for member in members:
        if not member.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        try:
            with archive.open(member) as part:
                prologue = part.read(_PROLOGUE)
                if any(entity in prologue for entity in _ENTITY):
                    return Trouble("EXTRACT-30", {"part": member.filename[:100]})
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            continue  # one damaged part: the format's reader says what it could not read
    return None
