"""A telling put in order: people and rooms first, then room by room what was said, by time, a thread's first message
before its answers, each message once. It waits on disk, in a nameless database of its own that is gone afterwards:
a million messages take no more memory than a thousand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told, row_of, told_of
from hiroba.connectors.chats.times import is_ahead

AT_ONCE = 2_000
_TABLE = (
    "CREATE TABLE said (room TEXT, key TEXT, thread TEXT, author TEXT, at INTEGER, version INTEGER,"
    " content TEXT, n INTEGER, PRIMARY KEY (room, key)) WITHOUT ROWID"
)
# The newer of two versions stays; of two of the same time the later told.
_PUT = (
    "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, key) DO UPDATE SET thread = excluded.thread,"
    " at = excluded.at, version = excluded.version, content = excluded.content"
    " WHERE excluded.version > said.version"
)
_IN_ORDER = (
    "SELECT said.content, said.thread <> '' AND root.key IS NULL AND said.thread NOT LIKE 'topic:%'"
    " FROM said LEFT JOIN said AS root"
    " ON root.room = said.room AND root.key = said.thread WHERE said.room = ?"
    " ORDER BY max(said.at, coalesce(root.at, said.at)), said.thread NOT IN ('', said.key), said.at, said.n"
)


def arranged(told: Iterable[Told]) -> Iterator[Told]:
    """Give what was told in order. Never raises for what it says.

    CHATS-08 the first message of a thread is not there (its answers are), CHATS-06 a message comes from the future,
    CHATS-07 two messages of one key differ and neither is newer (the first stays)."""
    arrangement = _Arrangement()
    try:
        for each in told:
            yield from arrangement.take(each)
        yield from arrangement.put_down()
        yield from arrangement.people.values()
        yield from arrangement.all_rooms()
        for room in arrangement.rooms_with_words():
            yield from arrangement.said_in(room)
    finally:
        arrangement.close()


class _Arrangement:
    def __init__(self) -> None:
        self.people: dict[str, OutsidePerson] = {}
        self.rooms: dict[str, Room] = {}
        self._spoken_in: set[str] = set()
        self._waiting: dict[tuple[str, str], tuple[object, ...]] = {}
        self._count = 0
        # "" is a temporary file without a name; what is in it can be made again from the export.
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", "cache_size = -32768"):
            self._store.execute(f"PRAGMA {pragma}")
        self._store.execute(_TABLE)
        self._store.execute("BEGIN")

    def close(self) -> None:
        self._store.close()

    def take(self, told: Told) -> Iterator[NotTaken]:
        if isinstance(told, Said):
            yield from self._take_said(told)
        elif isinstance(told, Room):
            self.rooms[told.key] = _joined(self.rooms.get(told.key), told)
        elif isinstance(told, OutsidePerson):
            self.people[told.key] = _fuller(self.people.get(told.key), told)
        else:
            yield told

    def _take_said(self, said: Said) -> Iterator[NotTaken]:
        self._spoken_in.add(said.room)
        self._count += 1
        at = round(said.sent_at.timestamp() * 1_000_000)
        newest = max(time for time in (said.sent_at, said.edited_at, said.deleted_at) if time)
        version = round(newest.timestamp() * 1_000_000)
        content = json.dumps(row_of(said), ensure_ascii=True, separators=(",", ":"))
        key = (said.room, said.key)
        if key in self._waiting:
            yield from self.put_down()
        self._waiting[key] = (said.room, said.key, said.thread, said.author, at, version, content, self._count)
        if len(self._waiting) >= AT_ONCE:
            yield from self.put_down()

    def put_down(self) -> Iterator[NotTaken]:
        """Write what waits, and tell of messages that contradict each other."""
        before = self._store.total_changes
        self._store.executemany(_PUT, self._waiting.values())
        if self._store.total_changes - before < len(self._waiting):
            for room, key, *_, version, content, _n in self._waiting.values():
                found = self._store.execute(
                    "SELECT version, content FROM said WHERE room = ? AND key = ?", (room, key)
                ).fetchone()
                if found[0] == version and found[1] != content and not _is_same_but_reactions(found[1], str(content)):
                    yield NotTaken(f"{room}/{key}", "CHATS-07")
        self._waiting = {}

    def all_rooms(self) -> Iterator[Room]:
        for room in self.rooms.values():
            yield room if room.members else replace(room, members=self._authors(room.key))
        for key in sorted(self._spoken_in - self.rooms.keys()):  # no list names it: its own words make it
            yield Room(key, key, "closed", self._authors(key))

    def _authors(self, room: str) -> tuple[str, ...]:
        """Give who wrote in a room: where nobody says who was in it, they were, and others perhaps not."""
        rows = self._store.execute("SELECT DISTINCT author FROM said WHERE room = ? AND author <> ''", (room,))
        return tuple(author for (author,) in rows)

    def rooms_with_words(self) -> list[str]:
        return [room for (room,) in self._store.execute("SELECT DISTINCT room FROM said ORDER BY room")]

    def said_in(self, room: str) -> Iterator[Told]:
        for content, is_rootless in self._store.execute(_IN_ORDER, (room,)):
            said = told_of(json.loads(content))
            if isinstance(said, Said):
                if is_rootless:
                    yield NotTaken(f"{room}/{said.key}", "CHATS-08", {"thread": said.thread})
                if is_ahead(said.sent_at):
                    yield NotTaken(f"{room}/{said.key}", "CHATS-06", {"time": said.sent_at.isoformat()})
                yield said


def _is_same_but_reactions(one: str, other: str) -> bool:
    """Tell whether two tellings of a message differ only in what people did with it afterwards."""
    first, second = told_of(json.loads(one)), told_of(json.loads(other))
    if not isinstance(first, Said) or not isinstance(second, Said):
        return False
    return replace(first, reactions=(), is_pinned=False) == replace(second, reactions=(), is_pinned=False)


def _joined(known: Room | None, told: Room) -> Room:
    """Put two tellings of a room together: members of both, and the narrower of what they say of who may come in."""
    if known is None:
        return told
    narrower = told if _WIDTH[told.kind] < _WIDTH[known.kind] else known
    return replace(
        narrower,
        name=known.name if known.name not in ("", known.key) else told.name,
        within=known.within or told.within,
        about=known.about or told.about,
        created_at=known.created_at or told.created_at,
        members=tuple(dict.fromkeys([*known.members, *told.members])),
    )


_WIDTH = {"direct": 0, "group": 1, "meeting": 2, "closed": 3, "open": 4}


def _fuller(known: OutsidePerson | None, told: OutsidePerson) -> OutsidePerson:
    if known is None:
        return told
    return OutsidePerson(
        told.key,
        known.name or told.name,
        known.mail or told.mail,
        known.upn or told.upn,
        known.is_machine or told.is_machine,
    )
