"""A visit to Microsoft Teams over Graph: what was said there since the last one, page by page.

For each channel the first visit lists everything with its answers and then asks for changes only (delta); for each
person named in the settings their chats. Graph's delta of a channel leaves out answers, so those of every message that
changed are asked for, and of the RECENT threads that were alive last; once in FRESH_DAYS everything is listed anew, so
that an answer to an old thread comes in late but comes.

Nothing is kept here: after each page a `Checkpoint` is given, to be stored once what came before it is committed."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hiroba.connectors.chats.graph import BusyError, Graph, RefusedError, objects
from hiroba.connectors.chats.teams_message import read_message
from hiroba.connectors.chats.teams_saved import channel, chat, person, person_of_member
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Told

RECENT = 20
FRESH_DAYS = 7
A_PAGE = 50
Value = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which teams (ids; none: all that the application may see) and whose chats (ids or UPNs; none: nobody's)."""

    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checkpoint:
    """How far a visit came, as JSON can hold it. `is_whole`: everything was asked; else the visit goes on from here."""

    value: Value
    is_whole: bool = False


def visit(graph: Graph, wanted: Wanted, checkpoint: Value, now: dt.datetime) -> Iterator[Told | Checkpoint]:
    """Tell what is new, in Graph's order, and checkpoints; people and rooms come before what is said in them.

    CHATS-19 what we may not read, CHATS-20 what is gone. Ends early, with a checkpoint that is not whole, when Graph
    asks for silence. OutsideError as `Graph.get`."""
    walk = _Visit(graph, copy.deepcopy(checkpoint), now)
    is_whole = False
    try:
        for team in walk.teams(wanted.teams):
            yield from walk.team(team)
        for who in wanted.people:
            yield from walk.chats_of(who)
        is_whole = True
    except BusyError:
        pass
    yield Checkpoint(copy.deepcopy(walk.value), is_whole)


class _Visit:
    def __init__(self, graph: Graph, value: Value, now: dt.datetime) -> None:
        self._graph, self.value, self._now = graph, value, now
        self._known: set[str] = set()
        places = self.value.get("places")
        self._places: dict[str, Value] = places if isinstance(places, dict) else {}
        self.value["places"] = self._places

    def teams(self, ids: tuple[str, ...]) -> Iterator[Value]:
        if not ids:
            yield from self._graph.values("/teams?$select=id,displayName")
            return
        for each in ids:
            try:
                yield self._graph.get(f"/teams/{quote(each, safe='')}")
            except RefusedError as error:
                yield {"id": each, "refused": error.status}

    def team(self, team: Value) -> Iterator[Told | Checkpoint]:
        key, within = str(team.get("id") or ""), str(team.get("displayName") or "")
        path = f"/teams/{quote(key, safe='')}"
        if "refused" in team:
            yield _refusal(path, int(team["refused"]))
            return
        try:
            members = yield from self._members(f"{path}/members")
            channels = list(self._graph.values(f"{path}/channels"))
        except RefusedError as error:
            yield _refusal(path, error.status)
            return
        for each in channels:
            try:
                yield from self._channel(each, path, members, within)
            except RefusedError as error:
                yield _refusal(f"{path}/channels/{each.get('id')}", error.status)

    def _members(self, path: str) -> Generator[Told, None, tuple[str, ...]]:
        found = []
        for each in self._graph.values(path):
            if member := person_of_member(each):
                found.append(member.key)
                yield from self._tell_person(member)
        return tuple(found)

    def _tell_person(self, who: OutsidePerson) -> Iterator[OutsidePerson]:
        """Tell somebody once, with the name they sign in by: a member's list gives no more than a mail."""
        if who.key in self._known:
            return
        self._known.add(who.key)
        try:
            path = f"/users/{quote(who.key, safe='')}?$select=id,displayName,mail,userPrincipalName"
            yield person(self._graph.get(path))
        except RefusedError:
            yield who

    def _channel(self, each: Value, path: str, members: tuple[str, ...], within: str) -> Iterator[Told | Checkpoint]:
        key = str(each.get("id") or "")
        path = f"{path}/channels/{quote(key, safe='')}"
        if str(each.get("membershipType") or "standard").lower() != "standard":
            members = yield from self._members(f"{path}/members")
        yield channel(each, members, within)
        place = self._place(key)
        if place.get("phase") != "changes":
            link = str(place.get("link") or f"{path}/messages?$top={A_PAGE}&$expand=replies")
            yield from self._read(place, link, key, path)
            since = _iso(dt.datetime.fromisoformat(place["begun"]) - dt.timedelta(hours=1))
            place |= {"phase": "changes", "link": f"{path}/messages/delta?$filter=lastModifiedDateTime gt {since}"}
        else:
            for root in list(place.get("recent") or ()):
                yield from self._replies(path, key, str(root))
        yield from self._changes(place, key, path)

    def _place(self, key: str) -> Value:
        """Give what the checkpoint holds of a place; begun anew when that is long ago."""
        place = self._places.get(key)
        begun = str(place.get("begun") or "") if isinstance(place, dict) else ""
        is_stale = not begun or self._now - dt.datetime.fromisoformat(begun) > dt.timedelta(days=FRESH_DAYS)
        if not isinstance(place, dict) or (is_stale and place.get("phase") == "changes"):
            place = {"begun": self._now.isoformat(), "phase": "all", "link": "", "recent": []}
            self._places[key] = place
        return place

    def _read(self, place: Value, link: str, room: str, path: str) -> Iterator[Told | Checkpoint]:
        """Tell page after page; each is followed by a checkpoint that leads to the next."""
        while link:
            page = self._graph.get(link.replace(" ", "%20"))
            for entry in objects(page):
                yield from self._message(entry, room, path, place)
            link = str(page.get("@odata.nextLink") or "")
            place["link"] = link or str(page.get("@odata.deltaLink") or "")
            yield Checkpoint(copy.deepcopy(self.value))

    def _changes(self, place: Value, room: str, path: str) -> Iterator[Told | Checkpoint]:
        try:
            yield from self._read(place, str(place["link"]), room, path)
        except RefusedError as error:
            if error.status != 410:
                raise
            self._places.pop(room, None)  # the link is too old: everything is listed anew at the next visit
            yield Checkpoint(copy.deepcopy(self.value))

    def _message(self, entry: Value, room: str, path: str, place: Value) -> Iterator[Told]:
        replies, more = entry.pop("replies", None), str(entry.pop("replies@odata.nextLink", "") or "")
        key = str(entry.get("id") or "")
        if "@removed" in entry:
            return
        yield from self._tell_message(entry, room, key)
        if not path or not key or entry.get("replyToId"):
            return
        recent = [each for each in place.get("recent") or () if each != key]
        place["recent"] = [*recent, key][-RECENT:]
        if isinstance(replies, list):
            for reply in (each for each in replies if isinstance(each, dict)):
                yield from self._tell_message({"replyToId": key, **reply}, room, key)
            for reply in self._graph.values(more) if more else ():
                yield from self._tell_message({"replyToId": key, **reply}, room, key)
        else:
            yield from self._replies(path, room, key)

    def _replies(self, path: str, room: str, root: str) -> Iterator[Told]:
        try:
            for reply in self._graph.values(f"{path}/messages/{quote(root, safe='')}/replies?$top={A_PAGE}"):
                yield from self._tell_message({"replyToId": root, **reply}, room, root)
        except RefusedError as error:
            yield _refusal(f"{path}/messages/{root}/replies", error.status)

    def _tell_message(self, entry: Value, room: str, root: str) -> Iterator[Told]:
        message = read_message(entry, f"{room}/{entry.get('id')}", room)
        yield from message.troubles
        for each in message.people:
            if each.key not in self._known:
                if each.is_machine:
                    self._known.add(each.key)
                    yield each
                else:
                    yield from self._tell_person(each)
        if message.said:
            yield message.said

    def chats_of(self, who: str) -> Iterator[Told | Checkpoint]:
        path = f"/users/{quote(who, safe='')}/chats"
        try:
            for each in self._graph.values(f"{path}?$expand=members&$top={A_PAGE}"):
                for member in each.get("members") or ():
                    if isinstance(member, dict) and (found := person_of_member(member)):
                        yield from self._tell_person(found)
                yield chat(each)
            place = self._place(f"user:{who}")
            place["phase"] = "changes"  # its delta begins with everything
            place["link"] = place.get("link") or f"{path}/getAllMessages/delta?$top={A_PAGE}"
            yield from self._changes(place, f"user:{who}", "")
        except RefusedError as error:
            yield _refusal(path, error.status)


def _refusal(where: str, status: int) -> NotTaken:
    return NotTaken(where, "CHATS-20" if status in (404, 410) else "CHATS-19", {"status": status})


def _iso(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
