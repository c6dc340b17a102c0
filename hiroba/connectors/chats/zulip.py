"""An export of Zulip (`manage.py export`): realm.json with people and rooms, messages-000001.json …, attachment.json
and uploads/. Its topics are threads.

Source: the tables of Zulip's exporter as its public importers write them; an export of a running server was not at
hand, so older and newer versions may differ."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from hiroba.connectors.chats.emoji import emoji_of
from hiroba.connectors.chats.exports import Files
from hiroba.connectors.chats.json_stream import entries, whole
from hiroba.connectors.chats.markdown import cleaned, escaped
from hiroba.connectors.chats.telling import Mention, NamedFile, NotTaken, OutsidePerson, Reaction, Room, Said, Told
from hiroba.connectors.chats.times import find_time

Entry = dict[str, Any]
_MESSAGES = re.compile(r"messages-\d+\.json$")
_CALLED = re.compile(r"@(_?)\*\*([^*\n|]{1,100})(?:\|(\d+))?\*\*")
_ROOM = re.compile(r"#\*\*([^*\n]{1,200})\*\*")
_PERSONAL, _STREAM = 1, 2
_EVERYBODY = frozenset({"all", "everyone", "channel", "stream", "topic"})


def is_export(files: Files) -> bool:
    """Tell whether realm.json lies beside messages-000001.json."""
    names = files.names()
    base = _base(names)
    return base is not None and any(_MESSAGES.fullmatch(name.removeprefix(base)) for name in names)


def _base(names: list[str]) -> str | None:
    return next((name[: -len("realm.json")] for name in names if name.rpartition("/")[2] == "realm.json"), None)


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell the export, in no order. CHATS-01 where a list is missing."""
    base = _base(files.names()) or ""
    realm = whole(files, f"{base}realm.json")
    if isinstance(realm, NotTaken) or not isinstance(realm, dict):
        yield realm if isinstance(realm, NotTaken) else NotTaken(f"{base}realm.json", "CHATS-02")
        realm = {}
    attached = whole(files, f"{base}attachment.json")
    if isinstance(attached, NotTaken):
        yield attached
        attached = {}
    telling = _Telling(realm, attached if isinstance(attached, dict) else {}, base, set(files.names()))
    yield from telling.people()
    yield from telling.rooms()
    for name in files.names():
        if _MESSAGES.fullmatch(name.removeprefix(base)):
            for number, entry in enumerate(entries(files, name, _looks_right), 1):
                yield from [entry] if isinstance(entry, NotTaken) else telling.message(entry, f"{name}#{number}")


def _looks_right(entry: Entry) -> bool:
    return "recipient" in entry and "content" in entry


class _Telling:
    def __init__(self, realm: Entry, attached: Entry, base: str, names: set[str]) -> None:
        self._realm, self._base, self._paths = realm, base, names
        self._recipients = {each.get("id"): each for each in _dicts(realm.get("zerver_recipient"))}
        self._people = {each.get("id"): str(each.get("full_name") or "") for each in self._profiles()}
        self._members: dict[object, list[str]] = defaultdict(list)
        for each in _dicts(realm.get("zerver_subscription")):
            if each.get("active", True):
                self._members[each.get("recipient")].append(str(each.get("user_profile")))
        self._reactions: dict[object, list[Reaction]] = defaultdict(list)
        for each in _dicts(realm.get("zerver_reaction")):
            reaction = Reaction(emoji_of(str(each.get("emoji_name") or ""))[:100], str(each.get("user_profile")))
            self._reactions[each.get("message")].append(reaction)
        self._files: dict[object, list[NamedFile]] = defaultdict(list)
        for each in _dicts(attached.get("zerver_attachment")):
            for message in each.get("messages") or ():
                self._files[message].append(self._file(each))
        self._rooms: set[str] = set()

    def _profiles(self) -> list[Entry]:
        tables = ("zerver_userprofile", "zerver_userprofile_crossrealm", "zerver_userprofile_mirrordummy")
        return [each for table in tables for each in _dicts(self._realm.get(table))]

    def _file(self, each: Entry) -> NamedFile:
        path = f"{self._base}uploads/{each.get('path_id')}"
        size = each.get("size")
        name = str(each.get("file_name") or "")
        return NamedFile(name, path if path in self._paths else "", size=size if isinstance(size, int) else None)

    def people(self) -> Iterator[Told]:
        for each in self._profiles():
            mail = str(each.get("delivery_email") or each.get("email") or "")
            name = str(each.get("full_name") or "")
            yield OutsidePerson(str(each.get("id")), name, mail, is_machine=bool(each.get("is_bot")))

    def rooms(self) -> Iterator[Told]:
        streams = {each.get("id"): each for each in _dicts(self._realm.get("zerver_stream"))}
        for recipient in self._recipients.values():
            stream = streams.get(recipient.get("type_id"))
            if recipient.get("type") == _STREAM and stream:
                yield Room(
                    f"stream/{stream.get('id')}",
                    str(stream.get("name") or ""),
                    "closed" if stream.get("invite_only") else "open",
                    tuple(self._members[recipient.get("id")]),
                    about=str(stream.get("description") or ""),
                    created_at=find_time(stream.get("date_created")),
                    is_closed_down=bool(stream.get("deactivated")),
                )

    def message(self, entry: Entry, where: str) -> Iterator[Told]:
        key, sender = str(entry.get("id") or ""), str(entry.get("sender") or "")
        recipient = self._recipients.get(entry.get("recipient"))
        sent_at = find_time(entry.get("date_sent"))
        if not key or recipient is None:
            yield NotTaken(where, "CHATS-04")
            return
        if sent_at is None:
            yield NotTaken(where, "CHATS-05")
            return
        room, topic = self._place(recipient, sender), ""
        if isinstance(room, Room):
            if room.key not in self._rooms:
                self._rooms.add(room.key)
                yield room
            room = room.key
        else:
            topic = str(entry.get("subject") or "")
        body, mentions = self._text(str(entry.get("content") or ""))
        edited = find_time(entry.get("last_edit_time")) if entry.get("last_edit_time") else None
        yield Said(
            key,
            room,
            sender,
            sent_at,
            body,
            thread=f"topic:{hashlib.sha256(topic.casefold().encode()).hexdigest()[:24]}" if topic else "",
            topic=topic,
            edited_at=edited,
            mentions=tuple(mentions),
            reactions=tuple(dict.fromkeys(self._reactions.get(entry.get("id"), ()))),
            files=tuple(self._files.get(entry.get("id"), ())),
        )

    def _place(self, recipient: Entry, sender: str) -> Room | str:
        """Give the key of a stream, or the direct room of those who talk."""
        if recipient.get("type") == _STREAM:
            return f"stream/{recipient.get('type_id')}"
        others = [str(recipient.get("type_id"))] if recipient.get("type") == _PERSONAL else []
        members = tuple(sorted({sender, *others, *([] if others else self._members[recipient.get("id")])}))
        return Room("direct/" + ",".join(members), "", "direct" if len(members) < 3 else "group", members)

    def _text(self, text: str) -> tuple[str, list[Mention]]:
        """Turn what only Zulip writes into plain Markdown; give whom it addresses."""
        mentions: list[Mention] = []
        by_name = {name: key for key, name in self._people.items()}

        def call(found: re.Match[str]) -> str:
            shown = f"@{escaped(found[2], False)}"
            key = found[3] or by_name.get(found[2])
            if not found[1] and (key or found[2] in _EVERYBODY):
                mentions.append(Mention(shown, str(key or "")))
            return shown

        called = _CALLED.sub(call, cleaned(text))
        return _ROOM.sub(lambda found: escaped(f"#{found[1]}", False), called), mentions


def _dicts(value: object) -> list[Entry]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
