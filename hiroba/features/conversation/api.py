"""Conversation as JSON: read channels and threads, say something."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from hiroba.features.conversation import actions, queries
from hiroba.foundation.web.asking import note, person_of

channels = Router(tags=["conversation"])
threads = Router(tags=["conversation"])


class ChannelOut(Schema):
    """A channel one takes part in; `unread` counts its threads with something new."""

    channel: int
    name: str
    kind: str
    unread: int


class MessageIn(Schema):
    """What is said. The same `key` is the same message, however often it is sent; `topic` only begins a thread;
    `confirmed` says that the readers may know the personal data in it (GATE-02)."""

    body: str
    key: str = ""
    topic: str = ""
    confirmed: bool = False


class SentOut(Schema):
    """The message that was sent, and its place."""

    message: int
    thread: int
    number: int
    locator: str
    record: int


class MessageOut(Schema):
    """One message as it was typed; a deleted one has no body."""

    message: int
    number: int
    author: str
    body: str
    sent_at: dt.datetime
    edited_at: dt.datetime | None
    deleted_at: dt.datetime | None
    reactions: dict[str, int]


@channels.get("", response=list[ChannelOut])
def get_channels(request: HttpRequest) -> list[dict[str, Any]]:
    """List the channels the token's owner takes part in."""
    return [
        {"channel": line.channel.pk, "name": line.name, "kind": line.channel.kind, "unread": line.unread}
        for line in queries.lines_of(person_of(request))
    ]


@channels.post("/{channel_id}/messages", response={201: SentOut})
def post_channel_message(request: HttpRequest, channel_id: int, said: MessageIn) -> Status[dict[str, Any]]:
    """Say something new in a channel."""
    return Status(201, _sent(actions.speak(person_of(request), channel_id, _words(said))))


@threads.get("/{thread_id}", response=list[MessageOut])
def get_thread(request: HttpRequest, thread_id: int, before: int = 0) -> list[dict[str, Any]]:
    """Give the newest messages of a thread, or those before the number `before`."""
    person = person_of(request)
    thread = queries.get_thread(person, thread_id)
    note(request, "thread.read", "record", thread.record_id)
    return [_message(shown) for shown in queries.messages_shown_to(person, thread, before=before).messages]


@threads.post("/{thread_id}/messages", response={201: SentOut})
def post_thread_message(request: HttpRequest, thread_id: int, said: MessageIn) -> Status[dict[str, Any]]:
    """Answer in a thread."""
    return Status(201, _sent(actions.reply(person_of(request), thread_id, _words(said))))


def _words(said: MessageIn) -> actions.Words:
    return actions.Words(said.body, said.key, said.topic[: actions.LONGEST_TOPIC], said.confirmed)


def _sent(message: Any) -> dict[str, Any]:
    return {
        "message": message.pk,
        "thread": message.thread_id,
        "number": message.number,
        "locator": f"msg={message.pk}",
        "record": message.thread.record_id,
    }


def _message(shown: queries.Shown) -> dict[str, Any]:
    message = shown.message
    return {
        "message": message.pk,
        "number": message.number,
        "author": message.author_name,
        "body": message.body,
        "sent_at": message.sent_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "reactions": {tally.word: tally.count for tally in shown.tallies},
    }
