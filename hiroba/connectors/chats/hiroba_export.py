"""What Hiroba itself exports of conversation: `talk.jsonl`, alone or in its zip or folder beside `files/`.

Keys carry the office's name, so that two offices' exports taken into a third do not meet. Polls, questions and former
versions stand in the lines too, and are not told: there are no words for them here yet."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from hiroba.connectors.chats.exports import BROKEN, Files
from hiroba.connectors.chats.json_stream import lines
from hiroba.connectors.chats.telling import Mention, NamedFile, NotTaken, OutsidePerson, Reaction, Room, Said, Told
from hiroba.connectors.chats.times import find_time

FORMAT, VERSION = "hiroba-talk", 1
Entry = dict[str, Any]


def is_export(files: Files) -> bool:
    """Tell whether a file named talk.jsonl says in its first line what it is."""
    return bool(_lines_file(files))


def _lines_file(files: Files) -> str:
    for name in [name for name in files.names() if name.rpartition("/")[2].endswith(".jsonl")][:20]:
        try:
            with files.open(name) as file:
                head = json.loads(file.readline(4096))
        except (*BROKEN, ValueError):
            continue
        if isinstance(head, dict) and head.get("type") == FORMAT and head.get("version") == VERSION:
            return name
    return ""


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell the export in its own order. CHATS-04 for lines of another shape, CHATS-05 without a time."""
    name = _lines_file(files)
    telling = _Telling(name.rpartition("/")[0])
    for line in lines(files, name):
        if isinstance(line, NotTaken):
            yield line
            continue
        number, entry = line
        try:
            yield from telling.line(entry, f"{name}#{number}")
        except (TypeError, ValueError, AttributeError, KeyError):
            yield NotTaken(f"{name}#{number}", "CHATS-04")


class _Telling:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._office = ""
        self._direct: set[str] = set()

    def line(self, entry: Entry, where: str) -> Iterator[Told]:
        kind = entry.get("type")
        if kind == FORMAT:
            self._office = str(entry.get("office") or "")
        elif kind == "person":
            mail, login = str(entry.get("mail") or ""), str(entry.get("login") or "")
            yield OutsidePerson(self._key("person", entry["id"]), str(entry.get("name") or login), mail, login)
        elif kind == "channel":
            yield self._room(entry)
        elif kind == "message":
            yield from self._said(entry, where)
        else:
            yield NotTaken(where, "CHATS-17", {"kind": str(kind)[:60]})

    def _key(self, kind: str, number: object) -> str:
        return f"{self._office}/{kind}/{int(str(number))}"

    def _room(self, entry: Entry) -> Room:
        key = self._key("channel", entry["id"])
        members = tuple(self._key("person", each) for each in entry.get("members") or ())
        is_direct = entry.get("is_direct") is True
        if is_direct:
            self._direct.add(key)
        return Room(
            key,
            str(entry.get("name") or ""),
            ("group" if len(members) > 2 else "direct") if is_direct else "closed",
            members,
            about=str(entry.get("purpose") or ""),
            created_at=find_time(entry.get("created_at")),
            is_closed_down=bool(entry.get("closed_at")),
        )

    def _said(self, entry: Entry, where: str) -> Iterator[Told]:
        sent_at = find_time(entry.get("sent_at"))
        if sent_at is None:
            yield NotTaken(where, "CHATS-05")
            return
        room = self._key("channel", entry["channel"])
        author = entry.get("author")
        key = self._key("person", author) if author is not None else f"{self._office}/{entry.get('author_name') or ''}"
        if author is None:
            yield OutsidePerson(key, str(entry.get("author_name") or ""))
        yield Said(
            self._key("message", entry["id"]),
            room,
            key,
            sent_at,
            str(entry.get("body") or ""),
            thread="" if room in self._direct else self._key("message", entry["thread"]),
            topic=str(entry.get("topic") or ""),
            edited_at=find_time(entry["edited_at"]) if entry.get("edited_at") else None,
            deleted_at=find_time(entry["deleted_at"]) if entry.get("deleted_at") else None,
            mentions=tuple(self._mentions(entry)),
            reactions=tuple(self._reaction(each) for each in entry.get("reactions") or ()),
            files=tuple(self._file(each) for each in entry.get("files") or ()),
            is_pinned=entry.get("is_pinned") is True,
            event=str(entry.get("event") or ""),
        )

    def _mentions(self, entry: Entry) -> Iterator[Mention]:
        for each in entry.get("mentions") or ():
            kind, _sep, number = str(each.get("principal") or "").partition(":")
            yield Mention(f"@{each['word']}", self._key("person", number) if kind == "person" else "")

    def _reaction(self, each: Entry) -> Reaction:
        person = each.get("person")
        giver = self._key("person", person) if person is not None else str(each.get("outsider") or "")
        return Reaction(str(each.get("word") or ""), giver)

    def _file(self, each: Entry) -> NamedFile:
        path = str(each.get("path") or "")
        return NamedFile(str(each.get("name") or ""), f"{self._folder}/{path}" if self._folder and path else path)
