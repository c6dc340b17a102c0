"""Where a conversation is read: in its channel, at the message."""

from __future__ import annotations

from django.urls import reverse

from hiroba.features.conversation.models import Message, Thread
from hiroba.foundation.web.homes import declare_home

KIND = "conversation"


def locator_of(message_id: int) -> str:
    """Give a message's place in its record."""
    return f"msg={message_id}"


def declare() -> None:
    """Lead whoever opens a thread's record to the thread."""
    declare_home(KIND, _find)


def _find(record_id: int, here: str) -> str:
    thread = Thread.objects.filter(record_id=record_id).only("pk").first()
    if thread is None:
        return ""
    number = here.removeprefix("msg=")
    if not (here.startswith("msg=") and number.isascii() and number.isdigit() and len(number) < 18):
        return reverse("thread", args=[thread.pk])
    is_there = Message.objects.filter(pk=int(number), thread=thread).exists()
    at = f"?at={number}#message-{number}" if is_there else ""
    return reverse("thread", args=[thread.pk]) + at
