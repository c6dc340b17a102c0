"""The words in which every product's chats are told: people, rooms, what was said, and what could not be taken.

Keys are the product's own and mean nothing elsewhere. Times are aware. Bodies are Markdown in which everything that
was not markup there is escaped. Order of a telling: people, then rooms, then room by room what was said, a thread's
first message before its answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

RoomKind = Literal["open", "closed", "direct", "group", "meeting"]


@dataclass(frozen=True, slots=True)
class OutsidePerson:
    """Somebody over there. `upn` and `mail` are what they may be recognised by here, where the product says them."""

    key: str
    name: str
    mail: str = ""
    upn: str = ""
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A place where people talked, and who was in it. `open`: everybody of `within` may join (a team's channel), no
    more than that. Told twice, its members are those of both; told without any, they are who wrote in it."""

    key: str
    name: str
    kind: RoomKind
    members: tuple[str, ...] = ()
    within: str = ""  # the team, workspace or list it belongs to, by name
    about: str = ""
    created_at: dt.datetime | None = None
    is_closed_down: bool = False  # archived: nobody writes there any more


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the body by which somebody was addressed: `text` stands in it as it is, Markdown and all."""

    text: str
    key: str = ""  # of the person; "" for everybody in the room


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji, or its name between colons where it is the product's own, and who gave it."""

    emoji: str
    key: str


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that came with a message: `path` inside the export where it lies there, else `url`, which is told and
    never fetched, but by a connector that was given the right to."""

    name: str
    path: str = ""
    url: str = ""
    size: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Another message that this one shows: answered to, or handed on from another room."""

    body: str
    author: str = ""  # a name
    key: str = ""  # of the message, where it is known
    sent_at: dt.datetime | None = None
    is_forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One message, or one event of a room (somebody joined, a call began): then `event` is its code."""

    key: str
    room: str
    author: str
    sent_at: dt.datetime
    body: str = ""
    # Key of the thread's first message, its own for that one; "topic:…" where a topic is the thread; "" for none.
    thread: str = ""
    topic: str = ""
    edited_at: dt.datetime | None = None
    deleted_at: dt.datetime | None = None
    mentions: tuple[Mention, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    files: tuple[NamedFile, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    is_urgent: bool = False
    is_pinned: bool = False
    event: str = ""
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something that was not taken, or not as it was there: where it stands in the export, and a code that says why."""

    where: str
    code: str
    params: dict[str, str | int] = field(default_factory=dict)


Told = OutsidePerson | Room | Said | NotTaken
Row = list[Any]


def row_of(told: Told) -> Row:
    """Give what was told as JSON can carry it."""
    if isinstance(told, Said):
        return [
            "said", told.key, told.room, told.author, _stamp(told.sent_at), told.body, told.thread, told.topic,
            _stamp(told.edited_at), _stamp(told.deleted_at),
            [[each.text, each.key] for each in told.mentions],
            [[each.emoji, each.key] for each in told.reactions],
            [[each.name, each.path, each.url, each.size, each.media_type] for each in told.files],
            [[q.body, q.author, q.key, _stamp(q.sent_at), q.is_forwarded] for q in told.quoted],
            told.is_urgent, told.is_pinned, told.event, told.params,
        ]  # fmt: skip
    if isinstance(told, Room):
        return [
            "room", told.key, told.name, told.kind, list(told.members), told.within, told.about,
            _stamp(told.created_at), told.is_closed_down,
        ]  # fmt: skip
    if isinstance(told, OutsidePerson):
        return ["person", told.key, told.name, told.mail, told.upn, told.is_machine]
    return ["not_taken", told.where, told.code, told.params]


def told_of(row: Row) -> Told:
    """Give back what `row_of` was given; ValueError or TypeError for anything else."""
    kind, *rest = row
    if kind == "said":
        return _said(*rest)
    if kind == "room":
        key, name, form, members, within, about, created, closed = rest
        return Room(key, name, form, tuple(members), within, about, _time(created), closed)
    if kind == "person":
        return OutsidePerson(*rest)
    if kind == "not_taken":
        return NotTaken(*rest)
    raise ValueError(kind)


def _said(
    key: str, room: str, author: str, sent: float, body: str, thread: str, topic: str,
    edited: float | None, deleted: float | None,
    mentions: list[Row], reactions: list[Row], files: list[Row], quoted: list[Row],
    urgent: bool, pinned: bool, event: str, params: dict[str, str],
) -> Said:  # fmt: skip
    sent_at = _time(sent)
    if sent_at is None:
        raise ValueError("no time")
    return Said(
        key, room, author, sent_at, body, thread, topic, _time(edited), _time(deleted),
        tuple(Mention(*each) for each in mentions),
        tuple(Reaction(*each) for each in reactions),
        tuple(NamedFile(*each) for each in files),
        tuple(Quoted(q[0], q[1], q[2], _time(q[3]), q[4]) for q in quoted),
        urgent, pinned, event, params,
    )  # fmt: skip


def _stamp(time: dt.datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1_000_000)


def _time(stamp: float | None) -> dt.datetime | None:
    return None if stamp is None else _EPOCH + dt.timedelta(microseconds=stamp)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
