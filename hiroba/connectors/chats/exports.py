"""The files of an export: a folder, a zip or a tar file, or a single file, read where they are. No name leads out
of it, nothing is unpacked to disk, and no file becomes larger than it declares."""

from __future__ import annotations

import contextlib
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from hiroba.connectors.chats.telling import NotTaken
from hiroba.connectors.folder import readable_name
from hiroba.extract.packed import clean_name

MEGABYTE = 1024 * 1024
MOST_UNPACKED = 64 * 1024 * MEGABYTE  # bytes of all files of one archive
RATIO, RATIO_MATTERS_ABOVE = 200, 100 * MEGABYTE  # JSON packs well: chats to a twentieth, a bomb to a thousandth
MOST_FILES = 1_000_000
LARGEST_SMALL = 256 * MEGABYTE  # of a file that is read as a whole (lists of people and rooms)
_LOCKED = 0x1
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    tarfile.TarError,
)


class Files(Protocol):
    """An export's files by their names ("/" between folders)."""

    def names(self) -> list[str]:
        """Give the names, sorted."""
        ...

    def size(self, name: str) -> int:
        """Give a file's size in bytes as it declares itself."""
        ...

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open a file; KeyError when there is none, one of BROKEN when it cannot be read."""
        ...

    def troubles(self) -> list[NotTaken]:
        """Give what was left out of the list of names."""
        ...


@dataclass
class Folder:
    """A folder on disk; links are never followed."""

    root: Path

    def __post_init__(self) -> None:
        self._paths: dict[str, Path] = {}
        self._troubles: list[NotTaken] = []
        for path in sorted(self.root.rglob("*")):
            mode = path.lstat().st_mode
            name = readable_name(path.relative_to(self.root).as_posix())
            if stat.S_ISREG(mode) and not any(each.is_symlink() for each in self._above(path)):
                self._paths[name] = path
            elif not stat.S_ISDIR(mode):
                self._troubles.append(NotTaken(name, "CHATS-12"))

    def _above(self, path: Path) -> Iterator[Path]:
        return (each for each in path.parents if each != self.root and each.is_relative_to(self.root))

    def names(self) -> list[str]:
        """Give the names, sorted."""
        return sorted(self._paths)

    def size(self, name: str) -> int:
        """Give a file's size."""
        return self._paths[name].stat().st_size

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open a file."""
        return self._paths[name].open("rb")

    def troubles(self) -> list[NotTaken]:
        """Give what is no plain file."""
        return self._troubles


@dataclass
class Single:
    """A file alone."""

    path: Path

    def names(self) -> list[str]:
        """Give its name."""
        return [readable_name(self.path.name)]

    def size(self, _name: str) -> int:
        """Give its size."""
        return self.path.stat().st_size

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open it."""
        if name not in self.names():
            raise KeyError(name)
        return self.path.open("rb")

    def troubles(self) -> list[NotTaken]:
        """Give nothing: a file alone is what it is."""
        return []


class Packed:
    """A zip or tar archive. What it declares was judged before anything is unpacked."""

    def __init__(self, path: Path) -> None:
        """Open it and read its list; one of BROKEN when it is damaged."""
        self._troubles: list[NotTaken] = []
        self._members: dict[str, Any] = {}
        self._zip: zipfile.ZipFile | None = None
        if zipfile.is_zipfile(path):
            self._zip = zipfile.ZipFile(path)
            self._list_zip(self._zip)
        else:
            self._tar = tarfile.open(path)  # noqa: SIM115 (its members are read for as long as this object lives)
            self._list_tar()
        self._judge(path)

    def _list_zip(self, archive: zipfile.ZipFile) -> None:
        for info in archive.infolist():
            if not info.is_dir():
                kind = stat.S_IFMT(info.external_attr >> 16)
                is_plain = info.create_system != 3 or kind in (0, stat.S_IFREG)
                self._add(_zip_name(info), info, is_plain and not info.flag_bits & _LOCKED)

    def _list_tar(self) -> None:
        for info in self._tar:
            if not info.isdir():
                self._add(info.name, info, info.isreg() and not info.issparse())
            if len(self._members) > MOST_FILES:
                return

    def _add(self, name: str, info: Any, is_plain: bool) -> None:
        clean = clean_name(name)
        if not is_plain or clean != name.replace("\\", "/").removeprefix("./") or clean in self._members:
            self._troubles.append(NotTaken(name[:300], "CHATS-12"))
        else:
            self._members[clean] = info

    def _judge(self, path: Path) -> None:
        unpacked = sum(map(self.size, self._members))
        is_bomb = unpacked > RATIO_MATTERS_ABOVE and unpacked > RATIO * max(path.stat().st_size, 1)
        if is_bomb or unpacked > MOST_UNPACKED or len(self._members) > MOST_FILES:
            raise TooLargeError(unpacked // MEGABYTE)

    def names(self) -> list[str]:
        """Give the names, sorted."""
        return sorted(self._members)

    def size(self, name: str) -> int:
        """Give the size a file declares: it is never read further."""
        info = self._members[name]
        return int(info.file_size if self._zip else info.size)

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open a file."""
        info = self._members[name]
        if self._zip is not None:
            return self._zip.open(info)
        file = self._tar.extractfile(info)
        if file is None:
            raise KeyError(name)
        return file

    def troubles(self) -> list[NotTaken]:
        """Give the names that lead elsewhere, come twice, are locked or are no plain files."""
        return self._troubles


class TooLargeError(ValueError):
    """An archive declares more than any export holds."""

    def __init__(self, megabytes: int) -> None:
        super().__init__(megabytes)
        self.megabytes = megabytes


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as it was written: UTF-8 or CP932, whatever the archive says of it."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return info.filename


def open_files(path: Path) -> Files | NotTaken:
    """Open whatever lies there. CHATS-13 when an archive is damaged, CHATS-14 when it is too large once unpacked."""
    try:
        if path.is_dir():
            return Folder(path)
        if zipfile.is_zipfile(path) or tarfile.is_tarfile(path):
            return Packed(path)
        return Single(path)
    except TooLargeError as error:
        return NotTaken(readable_name(path.name), "CHATS-14", {"megabytes": error.megabytes})
    except BROKEN:
        return NotTaken(readable_name(path.name), "CHATS-13")


def below_one_folder(files: Files) -> str:
    """Give the folder in which everything lies ("name/"), "" when there is none: people pack the folder, too."""
    names = files.names()
    first = names[0].partition("/")[0] + "/" if names and "/" in names[0] else ""
    return first if first and all(name.startswith(first) for name in names) else ""
