"""What the pages that show a channel are sent of each message: rendered once, for everybody who may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.template.loader import render_to_string

from hiroba.features.conversation.models import Message
from hiroba.features.conversation.queries import Shown, show_messages
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.reach import Fragment, register_fragments
from hiroba.foundation.people.looks import one_look


def place_of(channel_id: int) -> str:
    """Name what a page shows that is to be told of a channel's messages."""
    return f"channel-{channel_id}"


def declare() -> None:
    """Have the stream show messages as they are said, put right, answered with a word or taken back."""
    register_fragments("passage", _render)


def _render(changes: Sequence[Change]) -> Mapping[int, Fragment]:
    messages = Message.objects.filter(passage_id__in={change.subject_id for change in changes})
    with one_look():
        shown = show_messages(list(messages.select_related("thread", "author")))
    made = {each.message.passage_id: (each, as_html(each)) for each in shown}
    return {
        change.seq or 0: _fragment(change, *made[change.subject_id]) for change in changes if change.subject_id in made
    }


def as_html(shown: Shown) -> str:
    """Give a message as pages show it, the same for everybody: nothing in it depends on who reads."""
    return render_to_string("conversation/_message.html", {"shown": shown})


def _fragment(change: Change, shown: Shown, html: str) -> Fragment:
    message = shown.message
    said = {
        "kind": change.kind,
        "channel": message.thread.channel_id,
        "thread": message.thread_id,
        "message": message.pk,
        "number": message.number,
        "html": html,
    }
    return Fragment(place_of(message.thread.channel_id), "message", json.dumps(said, ensure_ascii=False))
