"""What people do in conversation: say something, put it right, take it back, answer with a word, mark what is read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from hiroba.archive import saying
from hiroba.archive.actions import withdraw_record
from hiroba.archive.models import Record, RecordState
from hiroba.archive.queries import records_visible_to
from hiroba.archive.rows_at_once import insert_all
from hiroba.features.conversation.files import records_of
from hiroba.features.conversation.homes import KIND, locator_of
from hiroba.features.conversation.marks import drop_marks
from hiroba.features.conversation.models import (
    Channel,
    ChannelKind,
    Joining,
    Level,
    Mention,
    Message,
    MessageFile,
    MessageVersion,
    Reaction,
    ReadMark,
    Thread,
)
from hiroba.features.conversation.queries import get_channel, get_message, get_thread, may_tend
from hiroba.features.conversation.speaking import Called, find_called, storable
from hiroba.features.conversation.topics import beginning_of, follow_first
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.marked_text import to_plain

LONGEST = 20_000  # characters of one message: more is a page or a file
LONGEST_TOPIC = 200


@dataclass(frozen=True)
class Words:
    """What is sent: `key` is the sender's own, so that a message sent again is the same one. `is_confirmed`: the sender
    has seen that personal data is in it and means to send it. `topic` only begins a thread."""

    body: str
    key: str = ""
    topic: str = ""
    is_confirmed: bool = False
    file_items: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        """Keep only what can be kept; see `storable`."""
        for name in ("body", "key", "topic"):
            object.__setattr__(self, name, storable(getattr(self, name)))


def begin_thread(person: Person, channel_id: int, words: Words) -> Message:
    """Say something new in a channel one may read; whoever speaks takes part. The same key gives the same message.

    TALK-01 without words, TALK-06 when too long, TALK-07 in a channel that has ended, GATE-01, GATE-02.
    Records message.sent."""
    channel = get_channel(person, channel_id)
    if (sent := _sent_before(person, words.key)) is not None:
        return sent
    called = _require_sayable(channel, words)
    try:
        return _begin(person, channel, words, called)
    except IntegrityError:
        return _same(person, words.key)


def reply(person: Person, thread_id: int, words: Words) -> Message:
    """Say something in a thread one may read. Refusals and changes as `begin_thread`."""
    thread = get_thread(person, thread_id)
    if (sent := _sent_before(person, words.key)) is not None:
        return sent
    called = _require_sayable(thread.channel, words)
    try:
        return _say(person, thread.pk, words, called)
    except IntegrityError:
        return _same(person, words.key)


def speak(person: Person, channel_id: int, words: Words) -> Message:
    """Say something in a channel: a new thread, but in a direct conversation the one there is."""
    channel = get_channel(person, channel_id)
    only = channel.threads.order_by("pk").first() if channel.kind == ChannelKind.DIRECT else None
    return reply(person, only.pk, words) if only else begin_thread(person, channel_id, words)


def _sent_before(person: Person, key: str) -> Message | None:
    return Message.objects.filter(author=person, key=key[:64]).select_related("thread").first() if key else None


def _same(person: Person, key: str) -> Message:
    sent = _sent_before(person, key)
    if sent is None:
        raise Refusal("TALK-08")
    return sent


def _require_sayable(channel: Channel, words: Words) -> list[Called]:
    if channel.closed_at is not None:
        raise Refusal("TALK-07")
    _require_words(words.body, has_files=bool(words.file_items))
    text = f"{words.topic}\n{words.body}" if words.topic else words.body
    saying.require_sayable(text, is_confirmed=words.is_confirmed, place="msg=new")
    return find_called(words.body) if "@" in words.body else []


def _require_words(body: str, has_files: bool = False) -> None:
    if not body.strip() and not has_files:
        raise Refusal("TALK-01")
    if len(body) > LONGEST:
        raise Refusal("TALK-06", most=LONGEST)


@transaction.atomic
def _begin(person: Person, channel: Channel, words: Words, called: list[Called]) -> Message:
    plain = to_plain(words.body[:2000])
    topic = " ".join(words.topic.split())[:LONGEST_TOPIC] or beginning_of(plain) or channel.name
    thread = open_thread(channel, topic, bool(words.topic.strip()), person, timezone.now())
    return _say(person, thread.pk, words, called)


def open_thread(
    channel: Channel, topic: str, is_given: bool, person: Person, at: dt.datetime, external_key: str = ""
) -> Thread:
    """Make a thread and its record, inside the caller's transaction; nothing is said in it yet."""
    thread = Thread(channel=channel, topic=topic, is_topic_given=is_given)
    revision = saying.open_record(
        saying.Topic(
            source=f"talk:{channel.pk}",
            external_key=external_key or uuid.uuid4().hex,
            title=topic,
            audience=Channel.objects.only("audience").select_related("audience").get(pk=channel.pk).audience,
            owner=person,
            unit=channel.unit,
            dated_at=at,
            kind=KIND,
            reason=channel.reason,
        )
    )
    thread.record, thread.revision_id = revision.record, revision.pk
    thread.save()
    return thread


@transaction.atomic
def _say(person: Person, thread_id: int, words: Words, called: Sequence[Called]) -> Message:
    now = timezone.now()
    thread = Thread.objects.select_for_update(of=("self",)).select_related("channel").get(pk=thread_id)
    if thread.channel.closed_at is not None:
        raise Refusal("TALK-07")
    message = Message(
        thread=thread,
        number=thread.number + 1,
        author=person,
        author_name=person.name,
        body=words.body,
        sent_at=now,
        key=words.key[:64],
    )
    insert_all([message])
    said = saying.Said(locator_of(message.pk), _plain(words), f"{person.name}\n{person.login}", now)
    passage = saying.add_passage(thread.revision_id, message.number, said, person.pk)
    message.passage_id = passage.pk
    with connection.cursor() as cursor:  # this is what a busy office does most: no layer above it
        for statement, values in _AFTER.items():
            cursor.execute(statement, [getattr(message, name) for name in values])
    _call(message, called)
    if words.file_items:
        rows = (MessageFile(message=message, item_id=item, name=name[:255]) for item, name in words.file_items)
        MessageFile.objects.bulk_create(rows)
    _take_part(person, thread, message)
    return message


_AFTER = {
    "UPDATE conversation_message SET passage_id = %s WHERE id = %s": ("passage_id", "pk"),
    "UPDATE conversation_thread SET number = %s, last_message_id = %s WHERE id = %s": ("number", "pk", "thread_id"),
    "UPDATE conversation_channel SET last_message_id = %s "
    "WHERE id = (SELECT channel_id FROM conversation_thread WHERE id = %s)": ("pk", "thread_id"),
}


def _plain(words: Words) -> str:
    plain = to_plain(words.body)
    names = " ".join(name for _, name in words.file_items)
    return f"{plain}\n{names}".strip()


def _call(message: Message, called: Iterable[Called]) -> None:
    rows = [Mention(message=message, word=each.word, principal=each.principal, name=each.name) for each in called]
    if rows:
        Mention.objects.bulk_create(rows)


def _take_part(person: Person, thread: Thread, message: Message) -> None:
    """Whoever speaks takes part in the channel, and has read what they said."""
    at = Joining._meta.get_field("joined_at").get_db_prep_value(message.sent_at, connection)
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [thread.channel_id, person.pk, Level.NORMAL, at, message.pk])
    mark_read(person, thread, message.pk)


def mark_read(person: Person, thread: Thread, until: int) -> None:
    """Note that the person has read a thread up to a message; a mark never goes back."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [thread.pk, person.pk, until])


_JOIN = (
    "INSERT INTO conversation_joining (channel_id, person_id, level, joined_at, read_until) "
    "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (channel_id, person_id) DO NOTHING"
)
_MARK = (
    "INSERT INTO conversation_readmark (thread_id, person_id, read_until) VALUES (%s, %s, %s) "
    "ON CONFLICT (thread_id, person_id) DO UPDATE SET read_until = excluded.read_until "
    "WHERE conversation_readmark.read_until < excluded.read_until"
)


def _at_least(until: int) -> Greatest:
    return Greatest(F("read_until"), Value(until))


@transaction.atomic
def mark_channel_read(person: Person, channel_id: int, until: int = 0) -> None:
    """ここまで読んだ: note that everything in a channel up to a message (default: the newest) is read."""
    channel = get_channel(person, channel_id)
    until = min(until or channel.last_message_id, channel.last_message_id)
    Joining.objects.filter(channel=channel, person=person).update(read_until=_at_least(until))
    ReadMark.objects.filter(thread__channel=channel, person=person, read_until__lte=until).delete()


def revise_message(person: Person, message_id: int, words: Words) -> Message:
    """Put one's own message right; what it said before is kept as its history. ACCESS-02 for somebody else's.
    Records message.revised."""
    message = get_message(person, message_id)
    if message.author_id != person.pk or message.deleted_at is not None:
        raise Refusal("ACCESS-02")
    called = _require_sayable(message.thread.channel, words)
    if words.body == message.body:
        return message
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message.pk, deleted_at=None)
        now = timezone.now()
        MessageVersion.objects.create(message=message, body=message.body, until_at=now)
        message.body, message.edited_at = words.body, now
        message.save(update_fields=["body", "edited_at"])
        message.mentions.all().delete()
        _call(message, called)
        saying.change_passage(message.passage_id or 0, _plain(words), person.pk)
        follow_first(message, person.pk)
    return message


@transaction.atomic
def delete_message(person: Person, message_id: int) -> Message:
    """Take back one's own message, or one in a channel one tends: a tombstone stays. What it said is gone, unless the
    channel is held. ACCESS-02 otherwise. Records message.removed."""
    message = get_message(person, message_id)
    channel = message.thread.channel
    if message.author_id != person.pk and not may_tend(person, channel):
        raise Refusal("ACCESS-02")
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.deleted_at is not None:
        return message
    now = timezone.now()
    if channel.is_held:
        MessageVersion.objects.create(message=message, body=message.body, until_at=now)
    else:
        message.versions.all().delete()
    message.body, message.deleted_at = "", now
    message.save(update_fields=["body", "deleted_at"])
    _withdraw_files(person, message)
    message.mentions.all().delete()
    message.reactions.all().delete()
    if message.passage_id is not None:
        saying.remove_passage(message.passage_id, person.pk)
    follow_first(message, person.pk)
    drop_marks(message, person)
    return message


def _withdraw_files(person: Person, message: Message) -> None:
    """Take back what the person sent with their own message; a file of somebody else is theirs to take back."""
    ids = records_of(message.files.all()).values()
    for record in Record.objects.filter(pk__in=ids, owner=person, state=RecordState.LIVE):
        if message.author_id == person.pk and records_visible_to(person).filter(pk=record.pk).exists():
            withdraw_record(person, record.pk)


LONGEST_WORD = 32


@transaction.atomic
def react(person: Person, message_id: int, word: str) -> bool:
    """Put a word under a message, or take one's own away again; tell whether it stands there now. TALK-09 for a word
    that is none. Records message.marked."""
    message = get_message(person, message_id)
    word = " ".join(storable(word).split())
    if not word or len(word) > LONGEST_WORD or message.deleted_at is not None:
        raise Refusal("TALK-09")
    gone, _ = Reaction.objects.filter(message=message, person=person, word=word).delete()
    if not gone:
        Reaction.objects.create(message=message, person=person, word=word)
    if message.passage_id is not None:
        saying.touch_passage(message.passage_id, person.pk)
    return not gone


@transaction.atomic
def rename_thread(person: Person, thread_id: int, topic: str) -> Thread:
    """Give a thread another topic: whoever began it, or tends its channel. ACCESS-02 otherwise. Records
    record.renamed."""
    thread = get_thread(person, thread_id)
    is_own = thread.messages.filter(number=1, author=person).exists()
    topic = " ".join(storable(topic).split())[:LONGEST_TOPIC]
    if not topic:
        raise Refusal("TALK-01")
    if not is_own and not may_tend(person, thread.channel):
        raise Refusal("ACCESS-02")
    saying.require_sayable(topic, is_confirmed=True, place="topic")
    thread.topic, thread.is_topic_given = topic, True
    thread.save(update_fields=["topic", "is_topic_given"])
    Record.objects.filter(pk=thread.record_id).update(title=topic)
    log.record("record.renamed", "record", thread.record_id, person.pk)
    return thread
