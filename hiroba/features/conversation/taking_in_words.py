"""What was said elsewhere as threads and messages, some hundreds in one transaction, each once however often it
comes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from hiroba.archive import gate, saying
from hiroba.archive.rows_at_once import insert_all
from hiroba.archive.saying_many import add_passages, open_records
from hiroba.connectors.chats.markdown import escaped, link, quoted
from hiroba.connectors.chats.telling import NotTaken, Quoted, Said
from hiroba.extract.passages import Extraction
from hiroba.extract.passages import Passage as ReadPassage
from hiroba.features.conversation.homes import KIND, locator_of
from hiroba.features.conversation.models import (
    Channel,
    Mention,
    Message,
    MessageFile,
    MessageVersion,
    Reaction,
    Thread,
)
from hiroba.features.conversation.taking_in_events import words_of_event
from hiroba.features.conversation.taking_in_files import FileTaker
from hiroba.features.conversation.taking_in_people import People
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.people.models import Person
from hiroba.foundation.web.marked_text import to_plain

AT_ONCE = 500
LONGEST_KEY = 300
LONGEST_BODY = 1_000_000  # characters: what is longer is cut, and told of
LONGEST_TOPIC, BEGINNING, LONGEST_WORD = 200, 60, 32
_MARKUP = re.compile(r"[*_`~\[\]<>|#\\&:@]|^\s*(?:[-+=]|\d{1,9}[.)])", re.MULTILINE)


@dataclass
class _Words:
    """One message, made ready outside of any transaction: nothing in it is what the gate stops."""

    said: Said
    key: str
    thread: str
    topic: str
    body: str
    plain: str
    author_name: str
    author: Person | None
    mentions: list[tuple[str, Person]] = field(default_factory=list)
    reactions: list[tuple[str, int | None, str]] = field(default_factory=list)


class Writer:
    """Writes messages of one channel after another."""

    def __init__(self, person: Person, people: People, files: FileTaker) -> None:
        self._person, self._people, self._files = person, people, files

    def write(self, channel: Channel, part: Sequence[Said], counts: Counter[str]) -> Iterator[NotTaken]:
        """Take in some messages of a channel, threads' first ones before their answers; tell what was not taken."""
        troubles: list[NotTaken] = []
        ready = [self._ready(said, troubles) for said in part]
        with transaction.atomic():
            Channel.objects.select_for_update().get(pk=channel.pk)  # two who bring the same take turns
            channel.refresh_from_db()
            known = self._known(channel, ready)
            new = list({each.key: each for each in ready if each.key not in known}.values())
            made = self._write_new(channel, new)
            changed = sum(self._renew(known[each.key], each) for each in ready if each.key in known)
        counts["messages"] += len(new)
        counts["changed"] += changed
        counts["same"] += len(part) - len(new) - changed
        counts["events"] += sum(bool(each.said.event) for each in new)
        counts["answers"] += sum(each.thread != each.key for each in new if each.said.thread)
        counts["reactions"] += sum(len(each.reactions) for each in new)
        yield from troubles
        for each, message in made:
            yield from self._take_files(channel, each, message, counts)

    def _ready(self, said: Said, troubles: list[NotTaken]) -> _Words:
        where = f"{said.room}/{said.key}"
        body = _body(said, self._people.shown(said.author))
        if len(body) > LONGEST_BODY:
            troubles.append(NotTaken(where, "CHATS-24", {"characters": len(body)}))
            body = body[:LONGEST_BODY]
        body = _past_gate(body, where, troubles)
        topic = _past_gate(" ".join(said.topic.split())[:LONGEST_TOPIC], where, troubles)
        names = " ".join(gate.mask(file.name) for file in said.files)
        plain = "" if said.event or said.deleted_at else f"{_plain(body)}\n{names}".strip()
        words = _Words(
            said,
            key_in_column(said.key),
            key_in_column(said.thread or "talk"),
            topic,
            body,
            plain,
            self._people.name(said.author)[:120],
            self._people.person(said.author),
        )
        for mention in said.mentions:
            if (person := self._people.person(mention.key)) is not None:
                words.mentions.append((mention.text.removeprefix("@")[:100], person))
        for reaction in said.reactions:
            giver = self._people.person(reaction.key)
            outsider = "" if giver else self._people.name(reaction.key)[:120]
            words.reactions.append((reaction.emoji[:LONGEST_WORD], giver.pk if giver else None, outsider))
        words.reactions = list(dict.fromkeys(words.reactions))
        return words

    def _known(self, channel: Channel, ready: Sequence[_Words]) -> dict[str, Message]:
        keys = {each.key for each in ready}
        rows = Message.objects.filter(thread__channel=channel, external_key__in=keys)
        return {message.external_key: message for message in rows}

    def _write_new(self, channel: Channel, new: Sequence[_Words]) -> list[tuple[_Words, Message]]:
        if not new:
            return []
        threads = self._threads(channel, new)
        messages = []
        for each in new:
            thread = threads[each.thread]
            thread.number += 1
            messages.append(self._message(each, thread))
        insert_all(messages)
        made = list(zip(new, messages, strict=True))
        self._write_passages(made, threads)
        self._write_around(made)
        for each, message in made:
            threads[each.thread].last_message_id = message.pk
        with connection.cursor() as cursor:  # bulk_update takes ten times as long
            cursor.executemany(
                "UPDATE conversation_thread SET number = %s, last_message_id = %s WHERE id = %s",
                [(thread.number, thread.last_message_id, thread.pk) for thread in threads.values()],
            )
        Channel.objects.filter(pk=channel.pk).update(last_message_id=messages[-1].pk)
        return made

    def _message(self, each: _Words, thread: Thread) -> Message:
        said = each.said
        return Message(
            thread=thread,
            number=thread.number,
            author=each.author,
            author_name=each.author_name,
            body=each.body,
            sent_at=min(said.sent_at, timezone.now()),
            edited_at=said.edited_at,
            deleted_at=said.deleted_at,
            event=said.event[:48],
            external_key=each.key,
        )

    def _threads(self, channel: Channel, new: Sequence[_Words]) -> dict[str, Thread]:
        """Give the thread of each key, made where it is not there yet: by its first message."""
        first: dict[str, _Words] = {}
        for each in new:
            first.setdefault(each.thread, each)
        rows = Thread.objects.filter(
            record__source=f"talk:{channel.pk}", record__external_key__in=first.keys(), channel=channel
        )
        found = {thread.record.external_key: thread for thread in rows.select_related("record")}
        missing = {key: each for key, each in first.items() if key not in found}
        topics = [self._topic(channel, key, each) for key, each in missing.items()]
        revisions = open_records([saying_topic for saying_topic, _is_given in topics])
        made = [
            Thread(
                channel=channel,
                record_id=revision.record_id,
                revision_id=revision.pk,
                topic=topic.title,
                is_topic_given=is_given,
            )
            for revision, (topic, is_given) in zip(revisions, topics, strict=True)
        ]
        insert_all(made)
        return found | dict(zip(missing, made, strict=True))

    def _topic(self, channel: Channel, key: str, each: _Words) -> tuple[saying.Topic, bool]:
        is_talk = not each.said.thread
        given = each.topic if not is_talk else ""
        title = given or (channel.name if is_talk else _beginning(each.plain)) or channel.name
        topic = saying.Topic(
            source=f"talk:{channel.pk}",
            external_key=key,
            title=title[:LONGEST_TOPIC],
            audience=channel.audience,
            owner=self._person,
            unit=None,
            dated_at=min(each.said.sent_at, timezone.now()),
            kind=KIND,
            reason=channel.reason,
        )
        return topic, bool(given)

    def _write_passages(self, made: Sequence[tuple[_Words, Message]], threads: dict[str, Thread]) -> None:
        spoken = [(each, message) for each, message in made if each.plain]
        rows = [
            (threads[each.thread].revision_id, message.number, self._said(each, message)) for each, message in spoken
        ]
        ids = add_passages(rows, self._person.pk)
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE conversation_message SET passage_id = %s WHERE id = %s",
                [(passage, message.pk) for passage, (_each, message) in zip(ids, spoken, strict=True)],
            )

    def _said(self, each: _Words, message: Message) -> saying.Said:
        by = f"{each.author_name}\n{each.author.login}" if each.author else each.author_name
        return saying.Said(locator_of(message.pk), each.plain, by, message.sent_at)

    def _write_around(self, made: Sequence[tuple[_Words, Message]]) -> None:
        Mention.objects.bulk_create(
            Mention(message=message, word=word, principal=of_person(person.pk), name=person.name)
            for each, message in made
            for word, person in each.mentions
        )
        Reaction.objects.bulk_create(
            Reaction(message=message, word=word, person_id=person, outsider=outsider)
            for each, message in made
            for word, person, outsider in each.reactions
        )

    def _renew(self, message: Message, each: _Words) -> bool:
        """Follow what was edited, deleted or answered with a word over there; what was done here later stays."""
        said = each.said
        changed = self._add_reactions(message, each)
        if message.deleted_at is not None:
            return changed
        if said.deleted_at is not None:
            self._delete(message, said.deleted_at)
            return True
        is_newer = said.edited_at is not None and (message.edited_at is None or said.edited_at > message.edited_at)
        if not is_newer:
            return changed
        if each.body != message.body:
            until = said.edited_at or timezone.now()
            MessageVersion.objects.create(message=message, body=message.body, until_at=until)
            message.body = each.body
            if message.passage_id is not None:
                saying.change_passage(message.passage_id, each.plain, self._person.pk)
        message.edited_at = said.edited_at
        message.save(update_fields=["body", "edited_at"])
        return True

    def _delete(self, message: Message, at: dt.datetime) -> None:
        if message.thread.channel.is_held:
            MessageVersion.objects.create(message=message, body=message.body, until_at=at)
        else:
            message.versions.all().delete()
        message.body, message.deleted_at = "", at
        message.save(update_fields=["body", "deleted_at"])
        message.mentions.all().delete()
        message.reactions.all().delete()
        if message.passage_id is not None:
            saying.remove_passage(message.passage_id, self._person.pk)

    def _add_reactions(self, message: Message, each: _Words) -> bool:
        if not each.reactions or message.deleted_at is not None:
            return False
        there = set(message.reactions.values_list("word", "person_id", "outsider"))
        more = [row for row in each.reactions if row not in there]
        Reaction.objects.bulk_create(
            Reaction(message=message, word=word, person_id=person, outsider=outsider) for word, person, outsider in more
        )
        return bool(more)

    def _take_files(self, channel: Channel, each: _Words, message: Message, counts: Counter[str]) -> Iterator[NotTaken]:
        for place, file in enumerate(each.said.files):
            item, trouble = self._files.take(channel, f"{each.key}/{place}", file)
            if item is not None:
                MessageFile.objects.create(message=message, item_id=item, name=gate.mask(file.name)[:255])
                counts["files"] += 1
            if trouble:
                yield NotTaken(f"{each.said.room}/{each.said.key}", trouble, {"file": gate.mask(file.name)[:200]})


def _body(said: Said, author: str) -> str:
    """Give what a message says with what it shows of others: an answered or forwarded message stands above it."""
    if said.deleted_at:
        return ""
    if said.event:
        return words_of_event(said.event, said.params, author, gate.mask)
    shown = [_quotation(each) for each in said.quoted]
    elsewhere = (file for file in said.files if not file.path and "/hostedContents/" not in file.url)
    links = [link(escaped(file.name), file.url) for file in elsewhere]
    return "\n\n".join(part for part in [*shown, said.body, *links] if part)


def _quotation(each: Quoted) -> str:
    return quoted("\n\n".join(part for part in (f"**{each.author}**" if each.author else "", each.body) if part))


def _past_gate(text: str, where: str, troubles: list[NotTaken]) -> str:
    """Give a text without the numbers that must not be in here, and tell where one was."""
    if not text or gate.examine(_read(text)).code != gate.MY_NUMBER:
        return text
    troubles.append(NotTaken(where, "CHATS-25"))
    masked = gate.mask(text)
    return masked if gate.examine(_read(masked)).code != gate.MY_NUMBER else ""


def _read(text: str) -> Extraction:
    return Extraction((ReadPassage("msg", text),))


def _plain(body: str) -> str:
    """Give a body as the index reads it; most messages have no markup and need no parser."""
    return to_plain(body) if _MARKUP.search(body) else body


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else f"{line[:BEGINNING]}…"


def key_in_column(key: str) -> str:
    """Give a key that fits its column and is still nobody else's."""
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:230]}#{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"[:LONGEST_KEY]
