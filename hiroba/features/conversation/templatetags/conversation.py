"""How a message is shown."""

from __future__ import annotations

import datetime as dt
import re

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hiroba.features.conversation.models import Message
from hiroba.features.conversation.queries import Shown
from hiroba.foundation.web.dates import date_in_words
from hiroba.foundation.web.marked_text import to_html, to_plain

register = template.Library()
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST_BEGINNING = 40  # characters by which a list names a message


@register.filter
def words_of(shown: Shown) -> SafeString:
    """Show what a message says, with the names it calls."""

    def link_word(word: str) -> SafeString | None:
        called = shown.mentions.get(word)
        return format_html('<span class="called">@{}</span>', called.name) if called else None

    is_poll = shown.marks is not None and shown.marks.poll is not None
    # What can be chosen stands below, with its numbers.
    return to_html(asked(shown.message) if is_poll else shown.message.body, link_word)


@register.filter
def clock(at: dt.datetime) -> str:
    """Write the time of day as 8:41."""
    local = timezone.localtime(at)
    return f"{local.hour}:{local:%M}"


@register.filter
def day_of(message: Message) -> str:
    """Write the day a message was sent."""
    return date_in_words(timezone.localtime(message.sent_at).date())


@register.filter
def beginning(message: Message) -> str:
    """Give the first words of a message, as lists name it."""
    line = " ".join(to_plain(message.body[:500]).split())
    return line if len(line) <= LONGEST_BEGINNING else f"{line[:LONGEST_BEGINNING]}…"


@register.filter
def unturned(name: str) -> str:
    """Give a file's name without what turns the direction of writing: "cod\u202etxt.exe" would be read as another."""
    return _TURNING.sub("", name)


@register.filter
def asked(message: Message) -> str:
    """Give what a poll's message asks, without the list of what can be chosen (its end)."""
    question, _, _ = message.body.rpartition("\n\n")
    return question if question and message.edited_at is None else message.body
