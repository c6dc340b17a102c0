"""Topics nobody gave: the beginning of the first message, as long as it says that."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hiroba.archive.models import Record
from hiroba.features.conversation.models import Message, Thread
from hiroba.foundation.changes import log
from hiroba.foundation.web.marked_text import to_plain

BEGINNING = 60  # characters of a first message that stand for a topic nobody gave


def beginning_of(text: str) -> str:
    """Give the first words of a text as a topic."""
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else f"{line[:BEGINNING]}…"


def follow_first(message: Message, actor_id: int | None) -> None:
    """Let a thread's topic that nobody gave follow its first message, which was edited or deleted: what is gone there
    does not go on as a title. Inside the caller's transaction. Records record.renamed."""
    thread = Thread.objects.get(pk=message.thread_id)
    if message.number != 1 or thread.is_topic_given:
        return
    said = beginning_of(to_plain(message.body[:2000])) if message.deleted_at is None else ""
    topic = said or _("消された話")
    if topic != thread.topic:
        Thread.objects.filter(pk=thread.pk).update(topic=topic)
        Record.objects.filter(pk=thread.record_id).update(title=topic)
        log.record("record.renamed", "record", thread.record_id, actor_id)
