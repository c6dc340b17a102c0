"""Where a record is read that has a page of its own kind in another room: each room declares it, the record's page and
every citation lead there. Rooms never import each other; they meet here."""

from __future__ import annotations

from collections.abc import Callable

# A record's id and a locator in it → the address where it is read, "" where that record is read like any other.
FindHome = Callable[[int, str], str]
_homes: dict[str, FindHome] = {}


def declare_home(kind: str, find: FindHome) -> None:
    """Let a room say where records of `kind` are read. The page there asks for the reader's right by itself."""
    _homes[kind] = find


def home_of(kind: str, record_id: int, here: str) -> str:
    """Give the address where a record is read at a place; "" where that is the record's own page."""
    find = _homes.get(kind)
    return find(record_id, here) if find else ""
