"""Archives (.zip, .lzh, .tar, .tar.gz, .gz …): what lies in them, each file handed over as it is, nothing written.

The archive's own passages are the names of its files, `line=N`. Names are never followed: no absolute path, no "..",
no link leaves the archive. Sizes are judged by what the archive declares, before anything is unpacked, and held to
while unpacking."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import lhafile
import pyzipper

from hiroba.extract.archives import MEGABYTE, Limits
from hiroba.extract.passages import Attachment, Extraction, Passage, Trouble

LIMITS = Limits(unpacked=4096 * MEGABYTE, members=20_000)
EXTRACTOR = "archive/1"
PIECE = MEGABYTE
LISTED = 2_000  # names shown; all are handed over
_LARGEST_LZH = 200 * MEGABYTE  # of one member: the library unpacks it in memory
# What systems leave behind for themselves.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]+$)", re.IGNORECASE)
_UTF8_NAME, _LOCKED = 0x800, 0x1
_UNICODE_PATH = 0x7075
_DRIVE = re.compile(r"^[A-Za-z]:")


_BARE: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive as it declares itself: size in bytes, None where only unpacking tells."""

    name: str
    size: int | None
    open: Callable[[], Iterator[bytes]]
    is_plain: bool = True  # no link, no device


def extract(path: Path, password: str | None = None) -> Extraction:
    """List an archive's files and hand them over.

    EXTRACT-02 it is locked and no password was given, EXTRACT-43 the password is wrong, EXTRACT-03 damaged, EXTRACT-04
    too large once unpacked, EXTRACT-45 a kind that cannot be opened. EXTRACT-42 counts what was left out."""
    kind = _kind_of(path)
    if kind in ("7z", "rar", "cab"):
        return Extraction(error=Trouble("EXTRACT-45", {"format": kind}), extractor=EXTRACTOR)
    members = _read_members(path, kind, password)
    if isinstance(members, Trouble):
        return Extraction(error=members, extractor=EXTRACTOR)
    members = [each for each in members if not _LITTER.search(each.name)]
    unpacked = sum(each.size or 0 for each in members)
    packed = max(path.stat().st_size, 1)
    is_bomb = unpacked > LIMITS.ratio_matters_above and unpacked > LIMITS.ratio * packed
    if unpacked > LIMITS.unpacked or is_bomb or len(members) > LIMITS.members:
        return Extraction(
            error=Trouble("EXTRACT-04", {"megabytes": unpacked // MEGABYTE, "members": len(members)}),
            extractor=EXTRACTOR,
        )
    return _found(members, _room(packed))


def _room(packed: int) -> int:
    """How many bytes all members without a declared size may become together."""
    return min(LIMITS.unpacked, max(LIMITS.ratio * packed, LIMITS.ratio_matters_above))


def _found(members: list[Member], room: int) -> Extraction:
    wanted = [each for each in members if each.is_plain and clean_name(each.name)]
    names = [clean_name(each.name) for each in wanted]
    passages = tuple(Passage(f"line={number}", name, "row") for number, name in enumerate(names[:LISTED], 1))
    left = [room]
    attachments = tuple(
        Attachment(name, source=partial(_within, each, left), key=name)
        for name, each in zip(names, wanted, strict=True)
    )
    left_out = len(members) - len(wanted)
    warnings = (Trouble("EXTRACT-42", {"count": left_out}),) if left_out else ()
    return Extraction(
        passages, warnings, attachments=attachments, facts={"files": str(len(wanted))}, extractor=EXTRACTOR
    )


def _within(member: Member, left: list[int]) -> Iterator[bytes]:
    """Unpack a member, but never more than it declared or, where it declared nothing, than is left for such."""
    size = 0
    for piece in member.open():
        size += len(piece)
        if member.size is None:
            left[0] -= len(piece)
        if size > (member.size if member.size is not None else size) or left[0] < 0:
            raise ValueError("more bytes than declared")
        yield piece


def clean_name(name: str) -> str:
    """Give a member's name as folders and a file below the archive, "" when nothing of it can be used."""
    parts = _DRIVE.sub("", name.replace("\\", "/")).split("/")
    return "/".join(part for part in parts if part.strip(" .") and part != "..")


def _kind_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    for magic, kind in ((b"7z\xbc\xaf", "7z"), (b"Rar!", "rar"), (b"MSCF", "cab"), (b"PK", "zip")):
        if head.startswith(magic):
            return kind
    if re.match(rb"..-lh.-", head, re.DOTALL):
        return "lzh"
    return "tar"


def _read_members(path: Path, kind: str, password: str | None) -> list[Member] | Trouble:
    if kind == "zip":
        return _zip_members(path, password)
    if kind == "lzh":
        return _lzh_members(path)
    return _tar_members(path)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _zip_members(path: Path, password: str | None) -> list[Member] | Trouble:
    try:
        archive = pyzipper.AESZipFile(path)
    except (zipfile.BadZipFile, pyzipper.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        return Trouble("EXTRACT-03")
    infos = [info for info in archive.infolist() if not info.is_dir()]
    locked = [info for info in infos if info.flag_bits & _LOCKED]
    if locked and password is None:
        return Trouble("EXTRACT-02")
    secret = None
    if locked and password is not None:
        secret = _fitting_password(archive, min(locked, key=lambda info: info.file_size), password)
        if secret is None:
            return Trouble("EXTRACT-43")
    return [
        Member(_zip_name(info), info.file_size, partial(_zip_pieces, archive, info, secret), _is_plain(info))
        for info in infos
    ]


def _zip_pieces(archive: Any, info: Any, secret: bytes | None) -> Iterator[bytes]:
    yield from _pieces(archive.open(info, pwd=secret))


def _fitting_password(archive: Any, info: Any, password: str) -> bytes | None:
    """The password in the encoding the archive was made with: nothing in a zip file says which."""
    for encoding in ("utf-8", "cp932"):
        try:
            secret = password.encode(encoding)
            for _ in _zip_pieces(archive, info, secret):
                pass
        except (UnicodeEncodeError, RuntimeError, zipfile.BadZipFile, pyzipper.BadZipFile, ValueError):
            continue
        return secret
    return None


def _is_plain(info: Any) -> bool:
    mode = info.external_attr >> 16
    return info.create_system != 3 or not mode or stat.S_IFMT(mode) in (0, stat.S_IFREG)


def _zip_name(info: Any) -> str:
    """The name in its right characters: old Japanese programs write CP932, and macOS UTF-8, without saying so."""
    if said := _unicode_path(info.extra):
        return said
    if info.flag_bits & _UTF8_NAME:
        return str(info.filename)
    raw = str(info.orig_filename).encode("cp437", "replace")
    return _decoded(raw)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "cp932", "euc_jp"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def _unicode_path(extra: bytes) -> str:
    """Info-ZIP's field with the name in UTF-8, "" where there is none."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = (int.from_bytes(extra[at : at + 2], "little") for at in (position, position + 2))
        if kind == _UNICODE_PATH and length > 5:
            return extra[position + 9 : position + 4 + length].decode("utf-8", "replace")
        position += 4 + length
    return ""


def _lzh_members(path: Path) -> list[Member] | Trouble:
    try:
        archive = lhafile.Lhafile(str(path))
    except Exception:  # the library meets damaged headers with whatever happens to fail
        return Trouble("EXTRACT-03")
    return [
        Member(_lzh_name(info), info.file_size, partial(_lzh_pieces, archive, info))
        for info in archive.infolist()
        if info.file_size <= _LARGEST_LZH and info.compress_type != b"-lhd-"
    ]


def _lzh_name(info: Any) -> str:
    raw = info.filename if isinstance(info.filename, bytes) else str(info.filename).encode("latin-1", "replace")
    return _decoded(raw.replace(b"\xff", b"/"))


def _lzh_pieces(archive: Any, info: Any) -> Iterator[bytes]:
    yield archive.read(info.filename)


def _tar_members(path: Path) -> list[Member] | Trouble:
    """The files of a tar archive, packed or not; of what is merely packed (.gz), the one file in it."""
    try:
        archive = tarfile.open(path)  # noqa: SIM115 (its members are read after this function has ended)
        infos = [info for info in archive if not info.isdir()]
    except tarfile.ReadError:
        return _bare_member(path)
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error, lzma.LZMAError):
        return Trouble("EXTRACT-03")
    return [
        Member(_tar_name(info), info.size, partial(_tar_pieces, archive, info), info.isreg() and not info.issparse())
        for info in infos
    ]


def _tar_name(info: tarfile.TarInfo) -> str:
    return _decoded(info.name.encode("utf-8", "surrogateescape"))


def _tar_pieces(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(info)
    if file is not None:
        yield from _pieces(file)


def _bare_member(path: Path) -> list[Member] | Trouble:
    with path.open("rb") as file:
        head = file.read(1024)
    unpack = next((unpack for magic, unpack in _BARE.items() if head.startswith(magic)), None)
    if unpack is None:
        return Trouble("EXTRACT-03")
    return [Member(_gzip_name(head) or "file", None, lambda: _pieces(unpack(path)))]


def _gzip_name(head: bytes) -> str:
    """The name a gzip header carries (RFC 1952, FNAME), "" when it carries none."""
    if head[:2] != b"\x1f\x8b" or head[3] & 0x0C != 0x08:
        return ""
    return _decoded(head[10:].partition(b"\0")[0])
