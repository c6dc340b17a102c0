"""時刻を決めて送る: written now, sent at its time, once; shown to whoever wrote it and cancellable until then."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from hiroba.archive import saying
from hiroba.features.conversation.actions import LONGEST, Words, reply, speak
from hiroba.features.conversation.models import Message, ScheduledMessage
from hiroba.features.conversation.queries import channels_visible_to, get_channel, get_thread
from hiroba.features.conversation.sending import Asked, ask_with, require_askable
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

FARTHEST = dt.timedelta(days=366)
MOST_WAITING = 200  # of one person


def schedule_message(
    person: Person, place: tuple[int, int], words: Words, send_at: dt.datetime, asked: Asked | None = None
) -> ScheduledMessage:
    """Keep a message to be sent to a channel, or a thread of it (`place`: channel, thread or 0), at a time. The same
    key is the same one. TALK-01 without words, TALK-06 too long, TALK-07 in a channel that has ended, TALK-23 for a
    time that is over or more than a year away, TALK-24 with files, TALK-25 for too many; GATE-01, GATE-02."""
    channel_id, thread_id = place
    thread = get_thread(person, thread_id) if thread_id else None
    channel = thread.channel if thread else get_channel(person, channel_id)
    before = ScheduledMessage.objects.filter(person=person, key=words.key[:64]).first() if words.key else None
    if before is not None:
        return before
    _require_sendable(words, send_at)
    if channel.closed_at is not None:
        raise Refusal("TALK-07")
    if scheduled_of(person).filter(ended_at=None).count() >= MOST_WAITING:
        raise Refusal("TALK-25", most=MOST_WAITING)
    if asked:
        require_askable(person, channel, words.body, asked)
    row = ScheduledMessage(
        person=person,
        channel=channel,
        thread=thread,
        body=words.body,
        topic=words.topic,
        is_confirmed=words.is_confirmed,
        is_receipt_asked=bool(asked and asked.receipt),
        owner=asked.owner[:100] if asked else "",
        key=words.key[:64] or uuid.uuid4().hex,
        made_at=timezone.now(),
        send_at=send_at,
    )
    try:
        row.save()
    except IntegrityError:  # the same one, sent twice at the same moment
        return ScheduledMessage.objects.get(person=person, key=row.key)
    return row


def _require_sendable(words: Words, send_at: dt.datetime) -> None:
    if words.file_items:
        raise Refusal("TALK-24")
    if not words.body.strip():
        raise Refusal("TALK-01")
    if len(words.body) > LONGEST:
        raise Refusal("TALK-06", most=LONGEST)
    now = timezone.now()
    if not now < send_at <= now + FARTHEST:
        raise Refusal("TALK-23")
    saying.require_sayable(f"{words.topic}\n{words.body}", is_confirmed=words.is_confirmed, place="msg=new")


def cancel_scheduled(person: Person, scheduled_id: int) -> None:
    """Take back what waits to be sent, or put away what could not be. ACCESS-01 for somebody else's, TALK-26 once it is
    being sent or was."""
    mine = ScheduledMessage.objects.filter(pk=scheduled_id, person=person)
    if not mine.exists():
        raise Refusal("ACCESS-01")
    if mine.exclude(code="").delete()[0]:
        return
    if not mine.filter(begun_at=None, ended_at=None).update(ended_at=timezone.now()):
        raise Refusal("TALK-26")


def scheduled_of(person: Person) -> QuerySet[ScheduledMessage]:
    """List what waits to be sent, and what could not be, of the person's own: the next first."""
    waiting = ScheduledMessage.objects.filter(person=person, ended_at=None)
    refused = ScheduledMessage.objects.filter(person=person).exclude(code="")
    return (waiting | refused).select_related("channel", "thread").order_by("ended_at", "send_at", "pk")


def new_key() -> str:
    """Give a key under which something is sent once, for a form to carry."""
    return uuid.uuid4().hex


def names_of(person: Person, rows: list[ScheduledMessage]) -> list[tuple[ScheduledMessage, bool]]:
    """Give each with whether its channel can (still) be read, and so be named, by the person."""
    readable = set(channels_visible_to(person).filter(pk__in={each.channel_id for each in rows}).values_list("pk"))
    return [(each, (each.channel_id,) in readable) for each in rows]


def send_due(now: dt.datetime | None = None, most: int = 20) -> int:
    """Send what is due, the oldest first; give how many were. What its author may no longer say is kept with the code
    of why. Killed in between, the next call goes on: the key lets no message be sent twice."""
    due = ScheduledMessage.objects.filter(ended_at=None, send_at__lte=now or timezone.now())
    count = 0
    for row in due.select_related("person").order_by("send_at", "pk")[:most]:
        begun = ScheduledMessage.objects.filter(pk=row.pk, ended_at=None)
        if begun.update(begun_at=timezone.now()):  # else cancelled in between
            _send(row)
            count += 1
    return count


def _send(row: ScheduledMessage) -> None:
    words = Words(row.body, f"later-{row.pk}-{row.key}"[:64], row.topic, row.is_confirmed)
    asked = Asked(row.is_receipt_asked, row.owner)
    message: Message | None = None
    code = ""
    try:
        message = _said(row, words)
        ask_with(row.person, message, asked)
    except Refusal as refusal:  # sent or not, what could not be done stands with the author
        code = refusal.code
    ScheduledMessage.objects.filter(pk=row.pk).update(message=message, code=code, ended_at=timezone.now())


def _said(row: ScheduledMessage, words: Words) -> Message:
    if row.thread_id is not None:
        return reply(row.person, row.thread_id, words)
    return speak(row.person, row.channel_id, words)
