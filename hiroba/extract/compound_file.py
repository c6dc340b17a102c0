"""The streams of an OLE2 compound file ([MS-CFB]): enough to tell what it is and whether it is encrypted."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and above are marks, not sector numbers
_MOST_ENTRIES = 20_000
_ENTRY = 128


class CompoundFile:
    """Read-only view of a compound file; broken chains end where they break, nothing loops, nothing raises."""

    def __init__(self, path: Path, longest: int = 64 * 1024 * 1024) -> None:
        with path.open("rb") as file:
            self._data = file.read(longest)
        shift = struct.unpack_from("<H", self._data.ljust(512, b"\0"), 30)[0]
        self._size = 1 << (shift if shift in (9, 12) else 9)
        self._table = self._allocation_table()
        self._entries = list(self._directory())

    def names(self) -> set[str]:
        """Give the names of all storages and streams, wherever they stand in the tree."""
        return {name for name, _, _ in self._entries}

    def start_of(self, *names: str, length: int = 65536) -> bytes:
        """Give the first bytes of the first stream that has one of these names; empty when there is none."""
        for name, start, size in self._entries:
            # Streams under 4096 bytes live in the mini stream: too short to be one of the main streams asked for.
            if name in names and size >= 4096:
                return b"".join(self._sectors(start, length // self._size + 1))[: min(size, length)]
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

    def _directory(self) -> Iterator[tuple[str, int, int]]:
        first = struct.unpack_from("<I", self._data.ljust(512, b"\xff"), 48)[0]
        data = b"".join(self._sectors(first, _MOST_ENTRIES * _ENTRY // self._size))
        for offset in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length = struct.unpack_from("<H", data, offset + 64)[0]
            if 2 <= length <= 64:
                name = data[offset : offset + length - 2].decode("utf-16-le", "replace")
                yield name, *struct.unpack_from("<2I", data, offset + 116)


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
