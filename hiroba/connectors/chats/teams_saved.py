"""Answers of Microsoft Graph that somebody saved as JSON files: teams, channels, chats, members, users and messages, by
their shapes, whatever the files are called."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from hiroba.connectors.chats.exports import BROKEN, Files
from hiroba.connectors.chats.json_stream import entries
from hiroba.connectors.chats.teams_export import kind_of_chat
from hiroba.connectors.chats.teams_message import in_small_letters, looks_like_message, read_message
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Told
from hiroba.connectors.chats.times import find_time

_OWNER = re.compile(r"(teams|channels|chats)\('([^']{1,200})'\)")
_HEAD = 8192


def is_export(files: Files) -> bool:
    """Tell whether one of the first JSON files holds what Graph answers about chats."""
    for name in [name for name in files.names() if name.lower().endswith(".json")][:20]:
        try:
            with files.open(name) as file:
                head = file.read(_HEAD).decode("utf-8", "replace")
        except BROKEN:
            continue
        small = head.lower()
        if all(word in small for word in ('"messagetype"', '"createddatetime"', '"body"')) or '"chattype"' in small:
            return True
    return False


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell all that the files hold, in no order. CHATS-15 for a file in which nothing of it is found."""
    known: set[str] = set()
    for name in files.names():
        if not name.lower().endswith(".json"):
            yield NotTaken(name, "CHATS-15")
            continue
        count = 0
        owner = _owner(files, name)
        for number, entry in enumerate(entries(files, name, _is_known, in_small_letters), 1):
            if isinstance(entry, NotTaken):
                count += 1
                yield entry
                continue
            for told in _tell_entry(entry, f"{name}#{number}", owner, known):
                count += 1
                yield told
        if not count:
            yield NotTaken(name, "CHATS-15")


def _owner(files: Files, name: str) -> str:
    """Give the channel or chat that the answer says it is about."""
    try:
        with files.open(name) as file:
            head = file.read(_HEAD).decode("utf-8", "replace")
    except (*BROKEN, KeyError):
        return ""
    found = dict(_OWNER.findall(head.partition('"value"')[0]))
    return found.get("channels") or found.get("chats") or ""


def _is_known(entry: dict[str, Any]) -> bool:
    return looks_like_message(entry) or bool({"chatType", "membershipType", "userPrincipalName"} & entry.keys())


def _tell_entry(entry: dict[str, Any], where: str, owner: str, known: set[str]) -> Iterator[Told]:
    if looks_like_message(entry):
        yield from _message(entry, where, owner, known)
    elif "chatType" in entry:
        yield chat(entry)
    elif "membershipType" in entry:
        yield channel(entry, (), "")
    elif "userPrincipalName" in entry:
        yield person(entry)
    elif "roles" in entry and owner and (member := person_of_member(entry)):
        yield member
        yield Room(owner, owner, "open", (member.key,))  # its list says what kind it is


def _message(entry: dict[str, Any], where: str, owner: str, known: set[str]) -> Iterator[Told]:
    replies = entry.pop("replies", None)
    message = read_message(entry, where, owner)
    yield from message.troubles
    for each in message.people:
        if each.key not in known:
            known.add(each.key)
            yield each
    if message.said:
        yield message.said
        for reply in replies if isinstance(replies, list) else ():
            if isinstance(reply, dict):
                yield from _message({"replyToId": message.said.key, **reply}, where, message.said.room, known)


def person(entry: dict[str, Any]) -> OutsidePerson:
    """Tell a user as Graph lists them."""
    return OutsidePerson(
        str(entry.get("id") or ""),
        str(entry.get("displayName") or ""),
        str(entry.get("mail") or ""),
        str(entry.get("userPrincipalName") or ""),
    )


def person_of_member(entry: dict[str, Any]) -> OutsidePerson | None:
    """Tell a member of a team, channel or chat as Graph lists them; None for one without an identity."""
    key = str(entry.get("userId") or "")
    return OutsidePerson(key, str(entry.get("displayName") or ""), str(entry.get("email") or "")) if key else None


def chat(entry: dict[str, Any], members: tuple[str, ...] = ()) -> Room:
    """Tell a chat as Graph lists it."""
    inside = [person_of_member(each) for each in entry.get("members") or () if isinstance(each, dict)]
    key = str(entry.get("id") or "")
    return Room(
        key,
        str(entry.get("topic") or ""),
        kind_of_chat(key, str(entry.get("chatType") or "")),
        tuple(dict.fromkeys([*members, *(each.key for each in inside if each)])),
        created_at=find_time(entry.get("createdDateTime")),
    )


def channel(entry: dict[str, Any], members: tuple[str, ...], within: str) -> Room:
    """Tell a channel as Graph lists it. `members` are those of its team for a standard channel, its own for others."""
    key = str(entry.get("id") or "")
    is_open = str(entry.get("membershipType") or "standard").lower() == "standard"
    return Room(
        key,
        str(entry.get("displayName") or key),
        "open" if is_open else "closed",
        members,
        within,
        str(entry.get("description") or ""),
        find_time(entry.get("createdDateTime")),
        bool(entry.get("isArchived")),
    )
