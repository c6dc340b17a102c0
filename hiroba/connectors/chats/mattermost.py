"""A bulk export of Mattermost: one file of JSON lines (`mmctl export create`), alone or in a zip beside `data/`.

Posts have no key of their own there: one is made of room, thread, author and time, so that a second export of the
same post is the same message, also when its words were put right meanwhile.
Source: Mattermost, "Bulk loading data", data format version 1."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

from hiroba.connectors.chats.emoji import emoji_of
from hiroba.connectors.chats.exports import BROKEN, Files
from hiroba.connectors.chats.json_stream import lines
from hiroba.connectors.chats.markdown import cleaned
from hiroba.connectors.chats.telling import Mention, NamedFile, NotTaken, OutsidePerson, Reaction, Room, Said, Told
from hiroba.connectors.chats.times import find_time

Entry = dict[str, Any]
_VERSION = re.compile(rb'\s*\{\s*"type"\s*:\s*"version"')
_CALLED = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9._-]{0,62}[a-z0-9]|[a-z0-9])", re.IGNORECASE)
_EVERYBODY = frozenset({"all", "channel", "here"})
_SKIPPED = frozenset({"version", "scheme", "role", "bot", "thread_follower", "info"})


def is_export(files: Files) -> bool:
    """Tell whether a file of JSON lines begins with the version of this format."""
    return bool(_export_file(files))


def _export_file(files: Files) -> str:
    for name in [name for name in files.names() if name.lower().endswith((".jsonl", ".json"))][:50]:
        try:
            with files.open(name) as file:
                if _VERSION.match(file.read(200).removeprefix(b"\xef\xbb\xbf")):
                    return name
        except BROKEN:
            continue
    return ""


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell the export, in no order. CHATS-17 for what has no place here."""
    name = _export_file(files)
    telling = _Telling(files, name)
    for line in lines(files, name):
        if isinstance(line, NotTaken):
            yield line
            continue
        number, entry = line
        try:
            yield from telling.line(entry, f"{name}#{number}")
        except (TypeError, ValueError, AttributeError, KeyError):  # fields of other shapes than they have
            yield NotTaken(f"{name}#{number}", "CHATS-04")


class _Telling:
    def __init__(self, files: Files, name: str) -> None:
        self._paths = set(files.names())
        self._base = name.rpartition("/")[0]
        self._teams: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._direct: set[str] = set()
        self._moments: Counter[str] = Counter()

    def line(self, entry: Entry, where: str) -> Iterator[Told]:
        kind = str(entry.get("type") or "")
        content = entry.get(kind)
        if kind in _SKIPPED:
            return
        if not isinstance(content, dict):
            yield NotTaken(where, "CHATS-04")
        elif kind == "team":
            self._teams[str(content["name"])] = str(content.get("display_name") or content["name"])
        elif kind == "channel":
            yield self._channel(content)
        elif kind == "user":
            yield from self._user(content)
        elif kind == "direct_channel":
            members = _strings(content.get("members"))
            yield _direct(members, str(content.get("header") or ""))
        elif kind in ("post", "direct_post"):
            yield from self._post(content, kind == "direct_post", where)
        else:
            yield NotTaken(where, "CHATS-17", {"kind": kind[:60]})

    def _channel(self, content: Entry) -> Room:
        team, name = str(content.get("team") or ""), str(content["name"])
        about = [str(content.get(each) or "") for each in ("purpose", "header")]
        return Room(
            f"{team}/{name}",
            str(content.get("display_name") or name),
            "closed" if content.get("type") == "P" else "open",
            within=self._teams.get(team, team),
            about="\n".join(filter(None, about)),
            is_closed_down=bool(content.get("deleted_at")),
        )

    def _user(self, content: Entry) -> Iterator[Told]:
        key = str(content["username"])
        full = f"{content.get('last_name') or ''} {content.get('first_name') or ''}".strip()
        if full.isascii():
            full = f"{content.get('first_name') or ''} {content.get('last_name') or ''}".strip()
        self._people[key] = full or str(content.get("nickname") or key)
        yield OutsidePerson(key, self._people[key], str(content.get("email") or ""), key)
        for team in _dicts(content.get("teams")):
            for channel in _dicts(team.get("channels")):
                yield Room(f"{team.get('name')}/{channel.get('name')}", "", "open", (key,))

    def _post(self, post: Entry, is_direct: bool, where: str) -> Iterator[Told]:
        if is_direct:
            direct = _direct(_strings(post.get("channel_members")))
            room = direct.key
            if room not in self._direct:
                self._direct.add(room)
                yield direct
        else:
            room = f"{post['team']}/{post['channel']}"
        root = yield from self._said(post, room, "", where)
        if root:
            for reply in _dicts(post.get("replies")):
                yield from self._said(reply, room, root, where)

    def _said(self, post: Entry, room: str, thread: str, where: str) -> Generator[Told, None, str]:
        author, text = str(post.get("user") or ""), cleaned(str(post.get("message") or ""))
        sent_at = find_time(post.get("create_at"))
        if sent_at is None:
            yield NotTaken(where, "CHATS-05")
            return ""
        key = self._key(f"{room}\n{thread}\n{author}\n{post.get('create_at')}")
        if author not in self._people:
            self._people[author] = author
            yield OutsidePerson(author, author)
        files = tuple(self._file(each) for each in _dicts(post.get("attachments")))
        kind = str(post.get("type") or "")
        event = kind.removeprefix("system_")[:60] if kind.startswith("system_") else ""
        gone = find_time(post.get("delete_at")) if post.get("delete_at") else None
        yield Said(
            key,
            room,
            author,
            sent_at,
            "" if event or gone else text,
            thread=thread or key,
            edited_at=find_time(post.get("edit_at")) if post.get("edit_at") else None,
            deleted_at=gone,
            mentions=tuple(self._mentions(text)),
            reactions=tuple(_reactions(post)),
            files=files,
            is_pinned=bool(post.get("is_pinned")),
            event=event,
            params={"text": text[:2000]} if event else {},
        )
        return key

    def _key(self, named: str) -> str:
        """Give a post's key; the second of one moment has another, as it will have the next time."""
        if len(self._moments) > 10_000:  # such posts stand beside each other
            self._moments.clear()
        self._moments[named] += 1
        count = self._moments[named]
        return hashlib.sha256((named if count == 1 else f"{named}\n{count}").encode()).hexdigest()[:32]

    def _mentions(self, text: str) -> Iterator[Mention]:
        for name in dict.fromkeys(found[1] for found in _CALLED.finditer(text)):
            if name.lower() in self._people:
                yield Mention(f"@{name}", name.lower())
            elif name.lower() in _EVERYBODY:
                yield Mention(f"@{name}")

    def _file(self, entry: Entry) -> NamedFile:
        path = str(entry.get("path") or "").replace("\\", "/").lstrip("./")
        inside = [each for each in (f"{self._base}/data/{path}", f"data/{path}", f"{self._base}/{path}", path) if each]
        found = next((each.lstrip("/") for each in inside if each.lstrip("/") in self._paths), "")
        return NamedFile(path.rpartition("/")[2][:300], found)


def _dicts(value: object) -> list[Entry]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _strings(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _direct(members: tuple[str, ...], about: str = "") -> Room:
    people = tuple(sorted(set(members)))
    return Room("direct/" + ",".join(people), "", "direct" if len(people) < 3 else "group", people, about=about)


def _reactions(post: Entry) -> Iterator[Reaction]:
    for each in _dicts(post.get("reactions")):
        yield Reaction(emoji_of(str(each.get("emoji_name") or ""))[:100], str(each.get("user") or ""))
