"""What was said, to take along: one zip of JSON lines, readable pages without scripts, and the files.

The lines are what `hiroba.connectors.chats.hiroba_export` reads; docs/operate describes them."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, TypeAlias, TypeVar

from django.db.models import Q

from hiroba.archive import queries as archive
from hiroba.archive.models import Revision
from hiroba.archive.originals import path_of
from hiroba.features.conversation.exporting_pages import channel_page, front_page
from hiroba.features.conversation.files import records_of
from hiroba.features.conversation.models import (
    Channel,
    ChannelKind,
    Message,
    MessageFile,
    MessageVersion,
    Reaction,
    Thread,
)
from hiroba.features.conversation.queries import Shown, channels_visible_to, get_channel, may_tend, show_messages
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

T = TypeVar("T")
Channels: TypeAlias = Sequence[Channel]
FORMAT, VERSION = "hiroba-talk", 1
LINES = "talk.jsonl"
AT_ONCE = 500  # messages in memory
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def own_channels(person: Person) -> list[Channel]:
    """List the channels and direct conversations that the person takes part in and may read now."""
    return list(channels_visible_to(person).filter(joinings__person=person).order_by("pk"))


def tended_channel(person: Person, channel_id: int) -> list[Channel]:
    """Give the one channel, for whoever tends it; ACCESS-01 hidden or missing, ACCESS-02 for others."""
    channel = get_channel(person, channel_id)
    if not may_tend(person, channel):
        raise Refusal("ACCESS-02")
    return [channel]


def write_export(person: Person, channels: Sequence[Channel], target: IO[bytes], office: str) -> dict[str, int]:
    """Write channels, which the caller has fetched as the person, as a zip; give how many channels, messages and files
    are in it. Files that the person may not read, or that are missing, stand by name only. OSError on a full disk."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive_file:
        export = _Export(person, archive_file, office)
        for channel in channels:
            export.take_files(channel)
        with archive_file.open(LINES, "w", force_zip64=True) as lines:
            for line in export.lines(channels):
                lines.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        for channel in channels:
            with archive_file.open(page_name(channel), "w", force_zip64=True) as page:
                for piece in channel_page(channel, export.threads(channel), export.paths):
                    page.write(piece.encode("utf-8", "replace"))
        front = front_page(office, [(page_name(channel), channel) for channel in channels])
        archive_file.writestr("index.html", front.encode("utf-8", "replace"))
    return dict(export.counts) | {"channels": len(channels)}


def page_name(channel: Channel) -> str:
    """Give the path of a channel's page in the zip."""
    return f"channels/{channel.pk}.html"


@dataclass
class _Export:
    person: Person
    zip: zipfile.ZipFile
    office: str
    paths: dict[int, str] = field(default_factory=dict)  # of files, by MessageFile id
    counts: Counter[str] = field(default_factory=lambda: Counter({"messages": 0, "files": 0}))

    def take_files(self, channel: Channel) -> None:
        """Copy the files of a channel that the person may read."""
        for part in _parts(self._files(channel)):
            records = records_of(part)
            allowed = archive.records_visible_to(self.person).filter(pk__in=set(records.values()))
            current = dict(allowed.values_list("pk", "current"))
            revisions = Revision.objects.select_related("original").in_bulk([each for each in current.values() if each])
            for file in part:
                revision = revisions.get(current.get(records.get(file.pk, 0)) or 0)
                if revision is None or revision.original is None:
                    continue
                path = f"files/{file.pk}/{safe_name(file.name)}"
                try:
                    self.zip.write(path_of(revision.original.sha256), path)
                except FileNotFoundError:  # the doctor's to tell; its name stands in the lines
                    continue
                self.paths[file.pk] = path
                self.counts["files"] += 1

    def _files(self, channel: Channel) -> Iterator[MessageFile]:
        shown = Message.objects.filter(thread__channel=channel, deleted_at=None, files__isnull=False).distinct()
        for message in shown.order_by("pk").prefetch_related("files").iterator(chunk_size=AT_ONCE):
            yield from message.files.all()

    def lines(self, channels: Sequence[Channel]) -> Iterator[dict[str, Any]]:
        """Give the lines: what this is, people, then channel by channel what was said, in the order of saying."""
        yield {"type": FORMAT, "version": VERSION, "office": self.office, "by": self.person.login}
        yield from self._people(channels)
        for channel in channels:
            yield _channel_line(channel)
            firsts = dict(
                Message.objects.filter(thread__channel=channel, number=1).values_list("thread", "pk").order_by("pk")
            )
            for part in self.messages(Q(thread__channel=channel)):
                versions = _versions(part)
                given = _words_given(part)
                for shown in part:
                    self.counts["messages"] += 1
                    yield self._message_line(shown, firsts, versions, given)

    def messages(self, which: Q) -> Iterator[list[Shown]]:
        """Give messages in the order of saying, with what stands around them, some at a time."""
        rows = Message.objects.filter(which).select_related("author", "thread__channel").order_by("pk")
        for part in _parts(rows.iterator(chunk_size=AT_ONCE)):
            yield show_messages(part)

    def threads(self, channel: Channel) -> Iterator[tuple[Thread, Iterator[Shown]]]:
        """Give a channel's threads in the order in which they began, each with its messages."""
        for thread in channel.threads.order_by("pk").iterator(chunk_size=AT_ONCE):
            yield thread, (shown for part in self.messages(Q(thread=thread)) for shown in part)

    def _people(self, channels: Sequence[Channel]) -> Iterator[dict[str, Any]]:
        ids = [channel.pk for channel in channels]
        named = Q(pk__in=Message.objects.filter(thread__channel__in=ids).values("author"))
        named |= Q(joinings__channel__in=ids)
        named |= Q(pk__in=Reaction.objects.filter(message__thread__channel__in=ids).values("person"))
        for person in Person.objects.filter(named).distinct().order_by("pk").iterator():
            yield {"type": "person", "id": person.pk, "login": person.login, "name": person.name, "mail": person.mail}

    def _message_line(
        self,
        shown: Shown,
        firsts: dict[int, int],
        versions: dict[int, list[dict[str, str]]],
        given: dict[int, list[dict[str, Any]]],
    ) -> dict[str, Any]:
        message = shown.message
        thread = message.thread
        line: dict[str, Any] = {
            "type": "message",
            "id": message.pk,
            "channel": thread.channel_id,
            "thread": firsts.get(message.thread_id, message.pk),
            "topic": thread.topic if message.number == 1 and thread.is_topic_given else "",
            "author": message.author_id,
            "author_name": message.author_name,
            "sent_at": message.sent_at.isoformat(),
            "edited_at": message.edited_at.isoformat() if message.edited_at else None,
            "deleted_at": message.deleted_at.isoformat() if message.deleted_at else None,
            "event": message.event,
            "body": message.body,
            "mentions": [{"word": each.word, "principal": each.principal} for each in shown.mentions.values()],
            "reactions": given.get(message.pk, []),
            "files": [{"name": each.name, "path": self.paths.get(each.pk, "")} for each in shown.files],
            "versions": [] if message.deleted_at else versions.get(message.pk, []),
        }
        return line | _marks_line(shown)


def _parts(rows: Iterator[T]) -> Iterator[list[T]]:
    while part := list(islice(rows, AT_ONCE)):
        yield part


def _channel_line(channel: Channel) -> dict[str, Any]:
    members = list(channel.joinings.order_by("person").values_list("person", flat=True))
    return {
        "type": "channel",
        "id": channel.pk,
        "name": channel.name,
        "purpose": channel.purpose,
        "kind": channel.kind,
        "is_direct": channel.kind == ChannelKind.DIRECT,
        "audience": sorted(principals_in(channel.audience_id)),
        "reason": channel.reason,
        "members": members,
        "created_at": channel.created_at.isoformat(),
        "closed_at": channel.closed_at.isoformat() if channel.closed_at else None,
        "keep_years": channel.keep_years,
        "is_held": channel.is_held,
    }


def _versions(part: Sequence[Shown]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    ids = [shown.message.pk for shown in part if shown.message.edited_at]
    for each in MessageVersion.objects.filter(message__in=ids).order_by("pk") if ids else ():
        found.setdefault(each.message_id, []).append({"body": each.body, "until_at": each.until_at.isoformat()})
    return found


def _words_given(part: Sequence[Shown]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for each in Reaction.objects.filter(message__in=[shown.message.pk for shown in part if shown.tallies]).order_by(
        "pk"
    ):
        given = {"word": each.word, "person": each.person_id, "outsider": each.outsider}
        found.setdefault(each.message_id, []).append(given)
    return found


def _marks_line(shown: Shown) -> dict[str, Any]:
    marks = shown.marks
    if marks is None:
        return {}
    line: dict[str, Any] = {"is_pinned": marks.is_pinned, "answers": marks.answers or None}
    if marks.question is not None:
        asked = marks.question
        line["question"] = {
            "owner": asked.owner_name,
            "is_answered": bool(asked.answered_at),
            "answer": asked.answer_id,
        }
    if marks.asked:
        line["confirmation"] = {"asked": marks.asked, "written": marks.written}
    if marks.poll is not None:
        line["poll"] = [
            {"words": each.option.words, "count": each.count, "names": list(each.names)} for each in marks.poll.choices
        ]
    return line


def safe_name(name: str) -> str:
    """Give a file's name so that every system can unpack it, and only to where it belongs."""
    return _UNSAFE.sub("_", name).strip(". ")[-120:] or "file"
