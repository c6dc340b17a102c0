"""Who may read a file by its NTFS access list: a self-relative security descriptor ([MS-DTYP] 2.4.6), read by us alone
and with every offset checked, since it comes from elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_DACL_PRESENT, _SELF_RELATIVE = 0x0004, 0x8000
_INHERIT_ONLY = 0x08
# FILE_READ_DATA, GENERIC_READ, GENERIC_ALL; the access mask of [MS-DTYP] 2.4.3.
_READ = 0x00000001 | 0x80000000 | 0x10000000
_ALLOWED = frozenset({0x00})
# Denied, plain and with a condition: a condition we cannot judge counts as met where it denies, as unmet where it
# allows. Entries for objects of a directory do not occur on files; whatever else there is gives nobody anything.
_DENIED = frozenset({0x01, 0x0A})
_DENIED_OBJECT = frozenset({0x06, 0x0C})
EVERYBODY = "S-1-1-0"


class DamagedError(ValueError):
    """The descriptor contradicts itself."""


@dataclass(frozen=True)
class Access:
    """Whose SIDs may read, and whose may not whatever else allows it (on files a denial comes first). With
    `is_unclear` somebody is denied whom we cannot name."""

    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    is_unclear: bool = False


UNKNOWN = Access(is_unclear=True)


def read_access(descriptor: bytes) -> Access:
    """Read a security descriptor; DamagedError when it makes no sense.

    No list at all lets everybody read (S-1-1-0), an empty one nobody."""
    try:
        _revision, _zero, control, *_offsets, dacl = struct.unpack_from("<BBHIIII", descriptor)
    except struct.error as error:
        raise DamagedError("shorter than its head") from error
    if not control & _SELF_RELATIVE:
        raise DamagedError("not self-relative")
    if not control & _DACL_PRESENT or not dacl:
        return Access((EVERYBODY,))
    allowed: list[str] = []
    denied: list[str] = []
    is_unclear = False
    for kind, flags, mask, rest in _entries(descriptor, dacl):
        if flags & _INHERIT_ONLY or not mask & _READ:
            continue
        if kind in _ALLOWED:
            allowed.append(_sid(rest))
        elif kind in _DENIED:
            denied.append(_sid(rest))
        is_unclear = is_unclear or kind in _DENIED_OBJECT
    return Access(tuple(dict.fromkeys(allowed)), tuple(dict.fromkeys(denied)), is_unclear)


def _entries(descriptor: bytes, start: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Give the entries of a list as (type, flags, mask, what follows)."""
    try:
        _revision, _zero, size, count, _more = struct.unpack_from("<BBHHH", descriptor, start)
    except struct.error as error:
        raise DamagedError("the list lies outside") from error
    listed = descriptor[start : start + size]
    if len(listed) < size:
        raise DamagedError("the list is cut off")
    at = 8
    for _number in range(count):
        if at + 8 > len(listed):
            raise DamagedError("an entry lies outside")
        kind, flags, length, mask = struct.unpack_from("<BBHI", listed, at)
        if length < 8 or at + length > len(listed):
            raise DamagedError("an entry is cut off")
        yield kind, flags, mask, listed[at + 8 : at + length]
        at += length


def _sid(data: bytes) -> str:
    """Write a SID as S-1-5-21-… ([MS-DTYP] 2.4.2.1)."""
    if len(data) < 8 or len(data) < 8 + 4 * data[1]:
        raise DamagedError("a SID is cut off")
    parts = struct.unpack_from(f"<{data[1]}I", data, 8)
    return "-".join(["S", str(data[0]), str(int.from_bytes(data[2:8], "big")), *map(str, parts)])
