"""An export of Slack: lists of people and rooms, and a file a day for each room. What is deleted there is not in it."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import defaultdict
from collections.abc import Generator, Iterator
from typing import Any

from hiroba.connectors.chats.emoji import emoji_of, with_emoji
from hiroba.connectors.chats.exports import Files, below_one_folder
from hiroba.connectors.chats.json_stream import entries, whole
from hiroba.connectors.chats.markdown import cleaned, escaped, fenced, inline_code, link
from hiroba.connectors.chats.telling import (
    Mention,
    NamedFile,
    NotTaken,
    OutsidePerson,
    Quoted,
    Reaction,
    Room,
    RoomKind,
    Said,
    Told,
)
from hiroba.connectors.chats.times import find_time

Entry = dict[str, Any]
_LISTS: tuple[tuple[str, RoomKind], ...] = (
    ("channels.json", "open"),
    ("groups.json", "closed"),
    ("mpims.json", "group"),
    ("dms.json", "direct"),
)
_DAY = re.compile(r"([^/]+)/\d{4}-\d\d-\d\d\.json$")
_TOKEN = re.compile(r"```(.+?)```|`([^`\n]+)`|<([^<>\n]{1,3000})>", re.DOTALL)
_MARKED = re.compile(r"(?<![A-Za-z0-9*_~])([*_~])(?=[^\s*_~])([^\n]{1,2000}?)(?<=[^\s])\1(?![A-Za-z0-9*_~])")
_SIGNS = {"*": "**", "_": "*", "~": "~~"}
# Subtypes that are words of somebody; every other one is an event of the room.
_WORDS = frozenset(
    {
        "",
        "bot_message",
        "me_message",
        "thread_broadcast",
        "file_share",
        "file_comment",
        "reply_broadcast",
        "slackbot_response",
    }
)


def is_export(files: Files) -> bool:
    """Tell whether this is such an export: users.json beside channels.json, or days of messages."""
    base = below_one_folder(files)
    names = {name.removeprefix(base) for name in files.names()}
    return "users.json" in names and ("channels.json" in names or any(_DAY.fullmatch(name) for name in names))


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell the export, in no order. CHATS-01 where a list is missing; files that lie only at Slack have no path."""
    telling = _Telling(files)
    yield from telling.people()
    yield from telling.rooms()
    yield from telling.messages()


class _Telling:
    def __init__(self, files: Files) -> None:
        self._files, self._base = files, below_one_folder(files)
        self._names: dict[str, str] = {}
        self._folders: dict[str, str] = {}  # of days → key of the room
        self._paths = self._paths_of_files()

    def _paths_of_files(self) -> dict[str, str]:
        """Files that the export carries, by the id they have at Slack: `attachments/ID-name`, `__uploads/ID/name`."""
        found = {}
        for name in self._files.names():
            parts = name.removeprefix(self._base).split("/")
            if len(parts) >= 3 and parts[0] == "__uploads":
                found[parts[1]] = name
            elif len(parts) >= 2 and parts[-2] == "attachments":
                found[parts[-1].partition("-")[0]] = name
        return found

    def _list(self, name: str) -> Iterator[Entry | NotTaken]:
        found = whole(self._files, self._base + name)
        if isinstance(found, NotTaken):
            yield found
        elif isinstance(found, list):
            yield from (each for each in found if isinstance(each, dict))

    def people(self) -> Iterator[Told]:
        for each in self._list("users.json"):
            if isinstance(each, NotTaken):
                yield each
                continue
            profile = _dict(each.get("profile"))
            names = (profile.get("real_name"), each.get("real_name"), profile.get("display_name"), each.get("name"))
            name = next((str(name) for name in names if name), "")
            key = str(each.get("id") or "")
            self._names[key] = name
            yield OutsidePerson(key, name, str(profile.get("email") or ""), is_machine=bool(each.get("is_bot")))

    def rooms(self) -> Iterator[Told]:
        listed = {name.removeprefix(self._base) for name in self._files.names()}
        for name, kind in _LISTS:
            if name not in listed and kind != "open":  # exports of open channels have no other list
                continue
            for each in self._list(name):
                if isinstance(each, NotTaken):
                    yield each
                elif each.get("id"):
                    room = _room(each, kind)
                    self._folders |= {room.key: room.key, room.name: room.key}
                    yield room

    def messages(self) -> Iterator[Told]:
        days: dict[str, list[str]] = defaultdict(list)
        for name in self._files.names():
            if found := _DAY.fullmatch(name.removeprefix(self._base)):
                days[found[1]].append(name)
        for folder, names in days.items():
            room = self._folders.get(folder, folder)
            for name in sorted(names):
                for number, entry in enumerate(entries(self._files, name, _looks_right), 1):
                    if isinstance(entry, NotTaken):
                        yield entry
                    else:
                        yield from self._message(entry, room, f"{name}#{number}")

    def _message(self, entry: Entry, room: str, where: str) -> Iterator[Told]:
        try:
            yield from self._read(entry, room, where)
        except (TypeError, ValueError, AttributeError, KeyError):  # fields of other shapes than they have
            yield NotTaken(where, "CHATS-04")

    def _read(self, entry: Entry, room: str, where: str) -> Iterator[Told]:
        key, subtype = str(entry.get("ts") or ""), str(entry.get("subtype") or "")
        if entry.get("type") not in (None, "message") or not key:
            yield NotTaken(where, "CHATS-04")
            return
        sent_at = find_time(key)
        if sent_at is None:
            yield NotTaken(where, "CHATS-05")
            return
        author = yield from self._author(entry)
        files = tuple(self._file(each) for each in _dicts(entry.get("files")))
        is_gone = subtype == "tombstone"
        is_words = subtype in _WORDS or is_gone
        body, mentions = self._text(str(entry.get("text") or ""))
        cards = "" if is_gone else "\n\n".join(self._cards(entry))
        edited = entry.get("edited")
        yield Said(
            key,
            room,
            author,
            sent_at,
            "" if is_gone or not is_words else "\n\n".join(filter(None, [body, cards])),
            thread=str(entry.get("thread_ts") or key),
            edited_at=find_time(edited.get("ts")) if isinstance(edited, dict) else None,
            deleted_at=sent_at if is_gone else None,
            mentions=tuple(mentions),
            reactions=tuple(_reactions(entry)),
            files=files,
            quoted=tuple(self._quoted(entry)),
            is_pinned=bool(entry.get("pinned_to")),
            event="" if is_words else subtype[:60],
            params={} if is_words else {"text": body[:2000]},
        )

    def _author(self, entry: Entry) -> Generator[Told, None, str]:
        profile = _dict(entry.get("bot_profile"))
        own = _dict(entry.get("user_profile"))
        key = str(entry.get("user") or entry.get("bot_id") or entry.get("username") or "")
        if key and key not in self._names:
            name = str(own.get("real_name") or profile.get("name") or entry.get("username") or key)
            self._names[key] = name
            yield OutsidePerson(key, name, is_machine=bool(entry.get("bot_id")))
        return key

    def _file(self, entry: Entry) -> NamedFile:
        key = str(entry.get("id") or "")
        size = entry.get("size")
        return NamedFile(
            str(entry.get("name") or entry.get("title") or key)[:300],
            self._paths.get(key, ""),
            str(entry.get("permalink") or entry.get("url_private") or "")[:2000],
            size if isinstance(size, int) else None,
            str(entry.get("mimetype") or ""),
        )

    def _cards(self, entry: Entry) -> Iterator[str]:
        for each in _dicts(entry.get("attachments")):
            if not (each.get("is_share") or each.get("is_msg_unfurl")):
                title = self._text(str(each.get("title") or ""))[0]
                text = self._text(str(each.get("text") or ("" if title else each.get("fallback")) or ""))[0]
                words = link(title, str(each.get("title_link") or "")) if title else ""
                yield "\n\n".join(filter(None, [words, text]))

    def _quoted(self, entry: Entry) -> Iterator[Quoted]:
        for each in _dicts(entry.get("attachments")):
            if each.get("is_share") or each.get("is_msg_unfurl"):
                body = self._text(str(each.get("text") or each.get("fallback") or ""))[0]
                yield Quoted(
                    body,
                    str(each.get("author_name") or ""),
                    str(each.get("ts") or ""),
                    find_time(str(each.get("ts") or "")),
                    bool(each.get("is_share")),
                )

    def _text(self, text: str) -> tuple[str, list[Mention]]:
        """Turn Slack's own marks into Markdown, and give whom it addresses."""
        mentions: list[Mention] = []
        parts, at = [], 0
        for token in _TOKEN.finditer(cleaned(text)):
            parts.append(_marked(token.string[at : token.start()]))
            parts.append(self._token(token, mentions))
            at = token.end()
        parts.append(_marked(cleaned(text)[at:]))
        return "".join(parts).strip(), mentions

    def _token(self, token: re.Match[str], mentions: list[Mention]) -> str:
        if token[1] is not None:
            return f"\n{fenced(html.unescape(token[1]).strip())}\n"
        if token[2] is not None:
            return inline_code(html.unescape(token[2]))
        target, _bar, label = token[3].partition("|")
        if target.startswith("@"):
            name = self._names.get(target[1:]) or label or target[1:]
            mentions.append(Mention(f"@{escaped(name, False)}", target[1:]))
            return mentions[-1].text
        if target.startswith("#"):
            return escaped(f"#{label or target[1:]}", False)
        if target.startswith("!"):
            name = label.removeprefix("@") or target[1:].partition("^")[0]
            mentions.append(Mention(f"@{escaped(name, False)}"))
            return mentions[-1].text
        plain = html.unescape(target)
        return link(escaped(html.unescape(label or plain), False), plain)


def _dict(value: object) -> Entry:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Entry]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _looks_right(entry: Entry) -> bool:
    return "ts" in entry and "type" in entry


def _room(each: Entry, kind: RoomKind) -> Room:
    topic, purpose = (each.get(name) for name in ("topic", "purpose"))
    about = [str(said.get("value") or "") for said in (purpose, topic) if isinstance(said, dict)]
    key = str(each["id"])
    members = tuple(str(member) for member in each.get("members") or () if isinstance(member, str))
    return Room(
        key,
        str(each.get("name") or ("" if kind in ("direct", "group") else key)),
        "closed" if kind == "open" and each.get("is_private") else kind,
        members,
        about="\n".join(filter(None, about)),
        created_at=find_time(each.get("created")),
        is_closed_down=bool(each.get("is_archived")),
    )


def _reactions(entry: Entry) -> Iterator[Reaction]:
    for each in _dicts(entry.get("reactions")):
        users = each.get("users")
        for user in dict.fromkeys(users if isinstance(users, list) else ()):
            yield Reaction(emoji_of(str(each.get("name") or ""))[:100], str(user))


def _marked(text: str) -> str:
    """Slack's *bold*, _italic_ and ~struck~; everything else is text."""
    parts, at = [], 0
    for found in _MARKED.finditer(text):
        sign = _SIGNS[found[1]]
        parts += [_plain(text[at : found.start()]), f"{sign}{_plain(found[2])}{sign}"]
        at = found.end()
    return "".join([*parts, _plain(text[at:])])


def _plain(text: str) -> str:
    return with_emoji(escaped(html.unescape(text)))
