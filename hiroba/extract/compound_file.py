"""The streams of an OLE2 compound file ([MS-CFB]): what it is, whether it is encrypted, and what each stream holds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and above are marks, not sector numbers
_MOST_ENTRIES = 20_000
_ENTRY = 128


_MINI_CUTOFF, _MINI_SIZE = 4096, 64  # streams shorter than this lie in the mini stream, in sectors of 64 bytes
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """Read-only view of a compound file; broken chains end where they break, nothing loops, nothing raises."""

    def __init__(self, path: Path, longest: int = 64 * 1024 * 1024) -> None:
        with path.open("rb") as file:
            self._data = file.read(longest)
        shift = struct.unpack_from("<H", self._data.ljust(512, b"\0"), 30)[0]
        self._size = 1 << (shift if shift in (9, 12) else 9)
        self._table = self._allocation_table()
        self._entries = list(self._directory())
        self._streams: dict[tuple[str, ...], _Entry] = {}
        self._mini: bytes | None = None
        self._mini_table: list[int] = []

    def names(self) -> set[str]:
        """Give the names of all storages and streams, wherever they stand in the tree."""
        return {entry.name for entry in self._entries if entry.name}

    def streams(self) -> dict[tuple[str, ...], _Entry]:
        """Give every stream by its path: the storages it lies in and its name. Give an entry to `read`."""
        if self._streams:
            return self._streams
        found = self._streams
        seen: set[int] = set()
        root = next((entry for entry in self._entries if entry.kind == _ROOT), None)
        waiting: list[tuple[int, tuple[str, ...]]] = [(root.child, ())] if root else []
        while waiting:
            number, folder = waiting.pop()
            if number in seen or number >= len(self._entries):
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += [(entry.left, folder), (entry.right, folder)]
            if entry.kind == _STORAGE:
                waiting.append((entry.child, (*folder, entry.name)))
            elif entry.kind == _STREAM:
                found[*folder, entry.name] = entry
        return found

    def read(self, entry: _Entry) -> bytes:
        """Give all bytes of a stream, as far as its chain goes."""
        if entry.size >= _MINI_CUTOFF:
            return b"".join(self._sectors(entry.start, entry.size // self._size + 1))[: entry.size]
        mini = self._mini_stream()
        pieces: list[bytes] = []
        number, seen = entry.start, set[int]()
        while number < len(self._mini_table) and number not in seen and len(pieces) * _MINI_SIZE < entry.size:
            seen.add(number)
            pieces.append(mini[number * _MINI_SIZE : (number + 1) * _MINI_SIZE])
            number = self._mini_table[number]
        return b"".join(pieces)[: entry.size]

    def _mini_stream(self) -> bytes:
        if self._mini is None:
            root = next((entry for entry in self._entries if entry.kind == _ROOT), None)
            self._mini = b"".join(self._sectors(root.start, root.size // self._size + 1)) if root else b""
            first = struct.unpack_from("<I", self._data.ljust(512, b"\xff"), 60)[0]
            table = b"".join(self._sectors(first, len(self._mini) // _MINI_SIZE * 4 // self._size + 1))
            self._mini_table = list(struct.unpack_from(f"<{len(table) // 4}I", table))
        return self._mini

    def start_of(self, *names: str, length: int = 65536) -> bytes:
        """Give the first bytes of the first stream that has one of these names; empty when there is none."""
        for entry in self._entries:
            # Streams in the mini stream are too short to be one of the main streams asked for.
            if entry.name in names and entry.size >= _MINI_CUTOFF:
                return b"".join(self._sectors(entry.start, length // self._size + 1))[: min(entry.size, length)]
        return b""

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _allocation_table(self) -> list[int]:
        header = self._data[:512].ljust(512, b"\xff")
        numbers = [number for number in struct.unpack_from("<109I", header, 76) if number < _END]
        following, left = struct.unpack_from("<2I", header, 68)
        seen: set[int] = set()
        while following < _END and following not in seen and left:
            seen.add(following)
            *more, following = self._numbers(following) or [_END]
            numbers += [number for number in more if number < _END]
        return [entry for number in dict.fromkeys(numbers) for entry in self._numbers(number)]

    def _numbers(self, sector: int) -> list[int]:
        data = self._sector(sector)
        return list(struct.unpack_from(f"<{len(data) // 4}I", data))

    def _sectors(self, start: int, most: int) -> Iterator[bytes]:
        seen: set[int] = set()
        while start < len(self._table) and start not in seen and len(seen) < most:
            seen.add(start)
            yield self._sector(start)
            start = self._table[start]

    def _directory(self) -> Iterator[_Entry]:
        """Every slot of the directory, empty ones too: entries point at each other by their number."""
        first = struct.unpack_from("<I", self._data.ljust(512, b"\xff"), 48)[0]
        data = b"".join(self._sectors(first, _MOST_ENTRIES * _ENTRY // self._size))
        for offset in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, offset + 64)
            name = data[offset : offset + length - 2].decode("utf-16-le", "replace") if 2 <= length <= 64 else ""
            left, right, child = struct.unpack_from("<3I", data, offset + 68)
            start, size = struct.unpack_from("<2I", data, offset + 116)
            yield _Entry(name, kind, left, right, child, start, size)


def is_encrypted(file: CompoundFile) -> bool:
    """Tell whether the file needs a password: an encrypted package, an encrypted .doc, .xls or .ppt."""
    names = file.names()
    if names & {"EncryptedPackage", "EncryptedSummary", "EncryptedSummaryInformation"}:
        return True
    if len(word := file.start_of("WordDocument", length=512)) > 12:
        return bool(struct.unpack_from("<H", word, 10)[0] & 0x0100)  # [MS-DOC] FibBase.fEncrypted
    return has_password_record(file.start_of("Workbook", "Book"))


def has_password_record(stream: bytes) -> bool:
    """Tell whether the BIFF records begin with FILEPASS ([MS-XLS] 2.4.117), which stands right after BOF."""
    position = 0
    for _ in range(40):
        if position + 4 > len(stream):
            return False
        kind, length = struct.unpack_from("<2H", stream, position)
        if kind == 0x002F:
            return True
        position += 4 + length
    return False
