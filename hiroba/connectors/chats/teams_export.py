"""The folder that Microsoft's data export of Teams writes: `teams/` with channels, members and messages, `users/` with
everybody's chats.

What it does not hold: members of private channels and of chats, attachments. Members of those are therefore only who
is known to have been there: whose export holds the chat, who wrote in it; and not who left after that.
Source: the layout as public importers read it; whether every version of the tool writes the same is not verified."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hiroba.connectors.chats.exports import Files
from hiroba.connectors.chats.json_stream import entries, whole
from hiroba.connectors.chats.teams_message import (
    NEVER,
    in_small_letters,
    left_and_came,
    looks_like_message,
    read_message,
)
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, RoomKind, Said, Told
from hiroba.connectors.chats.times import find_time

_TEAM_FILE = re.compile(r"(?:^|/)teams/([^/]+)/(channels|messages|teamMembers)_[^/]*\.json$", re.IGNORECASE)
_USER_FILE = re.compile(r"(?:^|/)users/([^/]+)/[^/]+\.json$", re.IGNORECASE)
_DIRECT = re.compile(r"19:([0-9a-f-]{36})_([0-9a-f-]{36})@unq\.gbl\.spaces", re.IGNORECASE)
_LISTS = ("teams/teamsList.json", "users/usersList.json")


def is_export(files: Files) -> bool:
    """Tell whether these files are such an export, by its two folders of JSON."""
    names = files.names()
    return any(_TEAM_FILE.search(name) or _USER_FILE.search(name) for name in names) or any(
        name.endswith(_LISTS) for name in names
    )


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell the export, in no order; see `arranging`. CHATS-01 where a file is missing that belongs to it."""
    names = files.names()
    base = next((name[: -len(each)] for name in names for each in _LISTS if name.endswith(each)), None)
    if base is None:
        found = next(found for name in names if (found := _TEAM_FILE.search(name) or _USER_FILE.search(name)))
        base = found.string[: found.start()] + ("/" if found.string[found.start()] == "/" else "")
    telling = _Telling(files, base)
    yield from telling.people()
    yield from telling.teams()
    yield from telling.chats()
    yield from telling.unread(names)


@dataclass
class _Presence:
    """Who was seen in a room, and until when; who left it."""

    seen: dict[str, dt.datetime] = field(default_factory=dict)
    left: dict[str, dt.datetime] = field(default_factory=dict)

    def see(self, key: str, at: dt.datetime) -> None:
        if key:
            self.seen[key] = max(at, self.seen.get(key, NEVER))

    def note(self, said: Said) -> None:
        gone, came = left_and_came(said)
        for key in gone:
            self.left[key] = max(said.sent_at, self.left.get(key, NEVER))
        for key in came & self.seen.keys():
            self.see(key, said.sent_at)
        if not said.event:
            self.see(said.author, said.sent_at)

    def members(self) -> tuple[str, ...]:
        return tuple(key for key, at in self.seen.items() if self.left.get(key, NEVER) < at)


class _Telling:
    def __init__(self, files: Files, base: str) -> None:
        self._files, self._base = files, base
        self._names = set(files.names())
        self._told: dict[str, str] = {}
        self._read: set[str] = set()

    def _list(self, name: str, is_needed: bool = True) -> Iterator[dict[str, Any] | NotTaken]:
        self._read.add(name)
        if name not in self._names and not is_needed:
            return
        found = whole(self._files, name, in_small_letters)
        if isinstance(found, NotTaken):
            yield found
            return
        rows = found.get("value", []) if isinstance(found, dict) else found
        yield from (each for each in rows if isinstance(each, dict)) if isinstance(rows, list) else ()

    def people(self) -> Iterator[Told]:
        for each in self._list(f"{self._base}users/usersList.json"):
            if isinstance(each, NotTaken):
                yield each
            elif key := str(each.get("id") or each.get("userId") or ""):
                yield from self._person(key, each)

    def _person(self, key: str, each: dict[str, Any]) -> Iterator[Told]:
        name = str(each.get("displayName") or each.get("name") or "")
        self._told[key] = name
        upn = str(each.get("userPrincipalName") or each.get("userName") or "")
        yield OutsidePerson(key, name, str(each.get("mail") or ""), upn)

    def teams(self) -> Iterator[Told]:
        listed: dict[str, dict[str, Any]] = {}
        for name in ("teamsList", "teamsSettings"):
            for each in self._list(f"{self._base}teams/{name}.json", is_needed=name == "teamsList"):
                if isinstance(each, NotTaken):
                    yield each
                elif key := str(each.get("groupsId") or each.get("id") or ""):
                    listed[key] = {**listed.get(key, {}), **each}
        inside = {found[1] for name in self._names if (found := _TEAM_FILE.search(name))}
        for key in sorted(inside):
            yield from self._team(key, listed.get(key, {}))
        for key in sorted(listed.keys() - inside):  # a team in which the export found nothing to write
            yield NotTaken(f"{self._base}teams/{key}", "CHATS-01", {"name": str(listed[key].get("name") or key)})

    def _team(self, key: str, team: dict[str, Any]) -> Iterator[Told]:
        base = f"{self._base}teams/{key}"
        within = str(team.get("displayName") or team.get("name") or key)
        members: list[str] = []
        for each in self._list(f"{base}/teamMembers_{key}.json"):
            if isinstance(each, NotTaken):
                yield each
            elif person := str(each.get("userId") or each.get("id") or ""):
                members.append(person)
                yield from self._person(person, each)
        listed: dict[str, Room] = {}
        for each in self._list(f"{base}/channels_{key}.json"):
            if isinstance(each, NotTaken):
                yield each
            elif each.get("id"):
                room = _channel(each, within, tuple(members), bool(team.get("isArchived")))
                listed[room.key] = room
                yield room
        yield from self._messages(f"{base}/messages_{key}.json", within, listed)

    def _messages(self, name: str, within: str, listed: dict[str, Room]) -> Iterator[Told]:
        presences: dict[str, _Presence] = {}
        for said in self._said(name, has_threads=True):
            yield said
            if isinstance(said, Said):
                presences.setdefault(said.room, _Presence()).note(said)
        for key, presence in presences.items():  # of a channel that no list names we know no more than of a private one
            if key not in listed or listed[key].kind == "closed":
                yield Room(key, listed[key].name if key in listed else key, "closed", presence.members(), within)

    def _said(self, name: str, has_threads: bool) -> Iterator[Told]:
        self._read.add(name)
        for number, entry in enumerate(entries(self._files, name, looks_like_message, in_small_letters), 1):
            if isinstance(entry, NotTaken):
                yield entry
                continue
            message = read_message(entry, f"{name}#{number}", has_threads=has_threads)
            yield from message.troubles
            for person in message.people:
                if self._told.get(person.key, None) is None or (person.name and not self._told[person.key]):
                    self._told[person.key] = person.name
                    yield person
            if message.said:
                yield message.said

    def chats(self) -> Iterator[Told]:
        presences: dict[str, _Presence] = {}
        named: dict[str, dict[str, Any]] = {}
        for name in sorted(self._names):
            if found := _USER_FILE.search(name):
                yield from self._user_file(name, found[1], presences, named)
        for key, presence in presences.items():
            yield _chat(key, presence, named.get(key, {}))

    def _user_file(
        self, name: str, owner: str, presences: dict[str, _Presence], named: dict[str, dict[str, Any]]
    ) -> Iterator[Told]:
        if "message" not in name.rpartition("/")[2].lower():
            for each in self._list(name):
                if isinstance(each, dict) and each.get("chatType") and each.get("id"):
                    named[str(each["id"])] = each
            return
        for told in self._said(name, has_threads=False):
            yield told
            if isinstance(told, Said):
                presence = presences.setdefault(told.room, _Presence())
                presence.note(told)
                presence.see(owner, told.sent_at)

    def unread(self, names: list[str]) -> Iterator[NotTaken]:
        """Name what lies in the export and nobody read."""
        for name in names:
            if name.startswith(self._base) and name not in self._read:
                yield NotTaken(name, "CHATS-15")


def _channel(each: dict[str, Any], within: str, members: tuple[str, ...], is_closed_down: bool) -> Room:
    is_open = str(each.get("membershipType") or "standard").lower() == "standard"
    return Room(
        str(each["id"]),
        str(each.get("displayName") or each["id"]),
        "open" if is_open else "closed",
        members if is_open else (),
        within,
        str(each.get("description") or ""),
        find_time(each.get("createdDateTime")),
        is_closed_down or bool(each.get("isArchived")),
    )


def kind_of_chat(key: str, said: str = "") -> RoomKind:
    """Tell what a chat is, by what is said of it or by its key."""
    kinds: dict[str, RoomKind] = {"oneonone": "direct", "group": "group", "meeting": "meeting"}
    if said.lower() in kinds:
        return kinds[said.lower()]
    if _DIRECT.fullmatch(key) or key.startswith("48:"):
        return "direct"
    return "meeting" if key.startswith("19:meeting_") else "group"


def _chat(key: str, presence: _Presence, named: dict[str, Any]) -> Room:
    kind = kind_of_chat(key, str(named.get("chatType") or ""))
    members = presence.members()
    if pair := _DIRECT.fullmatch(key):
        members = tuple(dict.fromkeys([pair[1], pair[2]]))
    return Room(key, str(named.get("topic") or ""), kind, members, created_at=find_time(named.get("createdDateTime")))
