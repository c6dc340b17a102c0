"""One message of Microsoft Teams, as Graph writes a chatMessage and the data export with capitals, in our words.

Source: Microsoft Graph v1.0, resource types chatMessage, chatMessageAttachment, eventMessageDetail."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hiroba.connectors.chats.html_markdown import markdown_of
from hiroba.connectors.chats.markdown import cleaned, escaped, link, safe_link
from hiroba.connectors.chats.telling import Mention, NamedFile, NotTaken, OutsidePerson, Quoted, Reaction, Said
from hiroba.connectors.chats.times import find_time

Entry = dict[str, Any]
# What reactions were called before they were emoji.
_OLD_REACTIONS = {"like": "👍", "heart": "❤️", "laugh": "😆", "surprised": "😮", "sad": "🙁", "angry": "😠"}
_EVENT = re.compile(r"(?:#?microsoft\.graph\.)?(\w+?)(?:EventMessageDetail)?$")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAMES = (
    "chatDisplayName",
    "channelDisplayName",
    "teamDisplayName",
    "displayName",
    "teamsAppDisplayName",
    "callEventType",
)
MOST_NAMED = 50  # people named in an event ("8,000 members added")
_FOLDED = ("messageReference", "forwardedMessageReference")


def in_small_letters(entry: Entry) -> Entry:
    """Give the data export's names of fields as Graph writes them (`CreatedDateTime` → `createdDateTime`)."""
    return {name[:1].lower() + name[1:]: value for name, value in entry.items()}


def looks_like_message(entry: Entry) -> bool:
    """Tell whether an object is a chatMessage."""
    return isinstance(entry.get("body"), dict) and "messageType" in entry and "createdDateTime" in entry


@dataclass
class Message:
    """What a chatMessage became: the message if it could be taken, people it names, and what of it was not taken."""

    said: Said | None = None
    people: list[OutsidePerson] = field(default_factory=list)
    troubles: list[NotTaken] = field(default_factory=list)


def read_message(entry: Entry, where: str, room: str = "", has_threads: bool = False) -> Message:
    """Tell a message. `room` where the message itself does not say in which; with threads a message without
    `replyToId` begins one. CHATS-04 it is none, CHATS-05 it has no time; never raises for what is in it."""
    message = Message()
    try:
        _read(entry, where, room, has_threads, message)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError):  # fields of other shapes than they have
        message.said = None
        message.troubles.append(NotTaken(where, "CHATS-04"))
    return message


def room_of(entry: Entry) -> str:
    """Give the key of the channel or chat a message says it is in."""
    identity = entry.get("channelIdentity")
    channel = identity.get("channelId") if isinstance(identity, dict) else None
    return _text(channel) or _text(entry.get("chatId"))


def _read(entry: Entry, where: str, room: str, has_threads: bool, message: Message) -> None:
    key, room = _text(entry.get("id")), room_of(entry) or room
    if not key or not room:
        message.troubles.append(NotTaken(where, "CHATS-04"))
        return
    sent_at = find_time(entry.get("createdDateTime")) or find_time(key)  # a message's id is its time
    if sent_at is None:
        message.troubles.append(NotTaken(f"{room}/{key}", "CHATS-05"))
        return
    common: dict[str, Any] = {
        "key": key,
        "room": room,
        "author": _author(entry.get("from"), message),
        "sent_at": sent_at,
        "thread": _text(entry.get("replyToId")) or (key if has_threads or entry.get("channelIdentity") else ""),
    }
    if detail := _detail(entry):
        message.said = _event(detail, common, message)
    elif deleted_at := find_time(entry.get("deletedDateTime")):
        message.said = Said(**common, topic=_text(entry.get("subject")), deleted_at=deleted_at)
    else:
        message.said = _words(entry, common, message, f"{room}/{key}")


def _text(value: object) -> str:
    return cleaned(value).strip() if isinstance(value, str) else ""


def _list(value: object) -> list[Entry]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _identity(who: object) -> tuple[str, str, bool]:
    """Give key, name and whether it is a machine, of an identity set."""
    for kind in ("user", "application", "device", "conversation", "tag"):
        found = who.get(kind) if isinstance(who, dict) else None
        if isinstance(found, dict) and found.get("id"):
            return _text(found["id"]), _text(found.get("displayName")), kind in ("application", "device")
    return "", "", False


def _author(who: object, message: Message) -> str:
    key, name, is_machine = _identity(who)
    if key:
        message.people.append(OutsidePerson(key, name, is_machine=is_machine))
    return key


def _words(entry: Entry, common: dict[str, Any], message: Message, where: str) -> Said:
    body = entry.get("body") or {}
    content = _text(body.get("content"))
    told = markdown_of(content) if _text(body.get("contentType")).lower() == "html" else None
    parts = _Parts([told.text if told else escaped(content)])
    if told:
        parts.files += [_image(name, url, number) for number, (name, url) in enumerate(told.images, 1)]
    for attachment in _list(entry.get("attachments")):
        _attach(attachment, parts, message, where)
    if _is_blocked(entry.get("policyViolation")):
        message.troubles.append(NotTaken(where, "CHATS-09"))
        parts = _Parts([""])
    addressed = dict(told.addressed) if told else {}
    return Said(
        **common,
        body="\n\n".join(part for part in [*parts.before, *parts.texts] if part),
        topic=_text(entry.get("subject")),
        edited_at=find_time(entry.get("lastEditedDateTime")),
        mentions=tuple(_mentions(_list(entry.get("mentions")), addressed, message)),
        reactions=tuple(_reactions(_list(entry.get("reactions")))),
        files=tuple(parts.files),
        quoted=tuple(parts.quoted),
        is_urgent=_text(entry.get("importance")).lower() in ("high", "urgent"),
    )


@dataclass
class _Parts:
    texts: list[str]
    before: list[str] = field(default_factory=list)
    files: list[NamedFile] = field(default_factory=list)
    quoted: list[Quoted] = field(default_factory=list)


def _image(name: str, url: str, number: int) -> NamedFile:
    label = _text(name)
    return NamedFile(label if "." in label else f"{label or 'image'}-{number}", url=url[:2000], media_type="image")


def _is_blocked(violation: object) -> bool:
    action = violation.get("dlpAction") if isinstance(violation, dict) else ""
    return "block" in str(action).lower()


def _mentions(mentions: list[Entry], addressed: dict[str, str], message: Message) -> Iterator[Mention]:
    for mention in mentions:
        who = mention.get("mentioned")
        is_person = isinstance(who, dict) and isinstance(who.get("user"), dict)
        key, name, _machine = _identity(who)
        if is_person and key:
            message.people.append(OutsidePerson(key, name))
        text = addressed.get(str(mention.get("id")), "") or f"@{escaped(_text(mention.get('mentionText')), False)}"
        if text != "@":
            yield Mention(text, key if is_person else "")


def _reactions(reactions: list[Entry]) -> Iterator[Reaction]:
    seen: set[tuple[str, str]] = set()
    for reaction in reactions:
        kind = _text(reaction.get("reactionType"))
        emoji = (
            f":{_text(reaction.get('displayName')) or kind}:" if kind == "custom" else _OLD_REACTIONS.get(kind, kind)
        )
        key, _name, _machine = _identity(reaction.get("user"))
        if emoji and key and (emoji, key) not in seen:
            seen.add((emoji, key))
            yield Reaction(emoji[:100], key)


def _attach(attachment: Entry, parts: _Parts, message: Message, where: str) -> None:
    kind = _text(attachment.get("contentType"))
    name, url = _text(attachment.get("name")), _text(attachment.get("contentUrl"))
    content = _inner(attachment.get("content"))
    if kind in _FOLDED:
        parts.quoted.append(_forwarded(content) if kind == "forwardedMessageReference" else _referred(content))
    elif kind.endswith("announcementBanner"):
        if title := _text(content.get("title")):
            parts.before.append(f"**{escaped(title, False)}**")
    elif url and (kind == "reference" or kind.endswith("codesnippet") or kind.startswith(("image", "video", "audio"))):
        parts.files.append(NamedFile(name or url.rpartition("/")[2][:200], url=url, media_type=kind))
    elif words := list(_card_words(content)):
        parts.texts.append("\n\n".join(words))
    elif safe_link(url):
        parts.texts.append(link(escaped(name, False), url))
    else:
        message.troubles.append(NotTaken(where, "CHATS-11", {"kind": kind[:100]}))


def _inner(content: object) -> Entry:
    try:
        found = json.loads(content) if isinstance(content, str) else content
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _referred(content: Entry) -> Quoted:
    _key, name, _machine = _identity(content.get("messageSender"))
    return Quoted(
        escaped(_text(content.get("messagePreview"))),
        name,
        _text(content.get("messageId")),
        find_time(content.get("createdDateTime")) or find_time(content.get("messageId")),
    )


def _forwarded(content: Entry) -> Quoted:
    _key, name, _machine = _identity(content.get("originalMessageSender"))
    return Quoted(
        markdown_of(_text(content.get("originalMessageContent"))).text,
        name,
        _text(content.get("originalMessageId")),
        find_time(content.get("originalSentDateTime")),
        is_forwarded=True,
    )


def _card_words(card: object, depth: int = 0) -> Iterator[str]:
    """Give what a card shows, in its order: titles, texts, facts; nothing of what its buttons would do."""
    if depth > 12:
        return
    if isinstance(card, list):
        for each in card[:200]:
            yield from _card_words(each, depth + 1)
    elif isinstance(card, dict):
        for name in ("title", "subtitle", "text", "summary", "activityTitle", "value"):
            if words := _text(card.get(name)):
                yield markdown_of(words).text if "<" in words else escaped(words)
        for name in ("body", "items", "columns", "facts", "sections", "content"):
            yield from _card_words(card.get(name), depth + 1)


def _detail(entry: Entry) -> Entry:
    detail = entry.get("eventDetail")
    return detail if isinstance(detail, dict) and detail else {}


def _event(detail: Entry, common: dict[str, Any], message: Message) -> Said:
    """Tell an event. The data export names its kind by the one field that is filled."""
    named = _text(detail.get("@odata.type")) or _text(detail.get("eventType"))
    inner = detail
    if not named or named.endswith("unknownFutureValue"):
        filled = next(
            ((name, each) for name, each in detail.items() if name != "initiator" and isinstance(each, dict)), None
        )
        named, inner = filled or ("", detail)
    found = _EVENT.match(named)
    code = _CAPITAL.sub("_", found[1] if found else "").lower() or "unknown"
    who, name, _machine = _identity(detail.get("initiator") or inner.get("initiator"))
    if who:
        message.people.append(OutsidePerson(who, name))
    params = {key: value for key in _NAMES if (value := _text(inner.get(key)))}
    members = _list(inner.get("members") or inner.get("callParticipants"))
    people = [_member(each) for each in members[:MOST_NAMED]]
    message.people += [OutsidePerson(key, label) for key, label in people if key]
    if people:
        params["members"] = ", ".join(label or key for key, label in people)
        params["keys"] = ",".join(key for key, _label in people if key)
    if len(members) > MOST_NAMED:
        params["more"] = str(len(members) - MOST_NAMED)
    files = tuple(
        NamedFile(_text(inner.get("callRecordingDisplayName")) or "recording", url=url, media_type="video")
        for url in [_text(inner.get("callRecordingUrl"))]
        if url
    )
    return Said(**{**common, "author": common["author"] or who}, event=code[:60], params=params, files=files)


def _member(entry: Entry) -> tuple[str, str]:
    who = entry.get("participant") if isinstance(entry.get("participant"), dict) else entry
    if isinstance(who, dict) and isinstance(who.get("user"), dict):
        who = who["user"]
    return (
        (_text(who.get("id") or who.get("userId")), _text(who.get("displayName")))
        if isinstance(who, dict)
        else ("", "")
    )


def left_and_came(said: Said) -> tuple[frozenset[str], frozenset[str]]:
    """Give who left a room by an event, and who came."""
    keys = frozenset(filter(None, said.params.get("keys", "").split(",")))
    if said.event in ("members_deleted", "members_left"):
        return keys or frozenset({said.author}), frozenset()
    return frozenset(), keys if said.event in ("members_added", "members_joined") else frozenset()


NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
