"""Taking in what was said elsewhere: an export once or again, or what a visit to another product brought.

The same telling taken in twice changes nothing; one that says more adds it; what was edited or deleted there is so
here. Who could not read a room there cannot read it here, and neither can anybody who is not known here. Whatever could
not be taken stands, with its reason, in a batch of the intake that belongs to whoever brought it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from django.utils import timezone

from hiroba.connectors.chats import confined
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told
from hiroba.features.conversation.models import Channel
from hiroba.features.conversation.taking_in_files import FileTaker
from hiroba.features.conversation.taking_in_people import People
from hiroba.features.conversation.taking_in_rooms import Rooms
from hiroba.features.conversation.taking_in_words import AT_ONCE, Writer
from hiroba.foundation.access.principals import of_person, require_role
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person, RoleName
from hiroba.ingest.importers import Brought, Importer, register_importer
from hiroba.ingest.models import Batch, Item, ItemState
from hiroba.ingest.receiving import open_batch

SOURCES = {"hiroba_export": "hiroba", "teams_export": "teams", "teams_saved": "teams"}
"""Products whose keys are the same whichever way they come; any other product is a source by its own name."""
CERTAIN = frozenset({"hiroba_export", "teams_export", "teams_saved", "slack", "mattermost", "zulip"})
COUNTED = ("channels", "messages", "answers", "events", "changed", "same", "reactions", "files", "not_taken")
MOST_LINES = 20_000  # things not taken that are listed one by one; the rest is counted


class Carried(Protocol):
    """Where the bytes of files come from: an export, or a connection to the product."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give a file's bytes; KeyError, OSError or ValueError when they cannot be had."""
        ...


def bring(person: Person, path: Path, product: str = "") -> Brought:
    """Take in an export of chats. ACCESS-02 unless the person is an administrator: it puts words into others' mouths.

    Records what `take_in` does; the journal notes who brought which file."""
    require_role(person, RoleName.ADMINISTRATOR)
    product = product or confined.recognise(path)
    with confined.CarriedFiles(path) as carried:
        told = confined.tell(path, product)
        source = SOURCES.get(product, product or "chats")
        batch = open_batch(person, f"chats:{source}", {of_person(person.pk)}, title=path.name)
        journal.note_now(person.pk, "record.received", "batch", batch.pk, "chats")
        return take_in(batch, told, source, carried)


def declare() -> None:
    """Have `hiroba import` take in what is an export of chats beyond doubt."""
    register_importer(Importer("chats", lambda path: confined.recognise(path) in CERTAIN, bring))


def take_in(
    batch: Batch, told: Iterable[Told], source: str, carried: Carried | None = None, is_mirror: bool = False
) -> Brought:
    """Write what was told, in the order it is told: people and rooms before words; what could not be taken is listed in
    the batch, whose person stands for all of it. `is_mirror`: talk goes on over
    there, and nobody writes here. Records channel.founded, channel.revised and what becomes of each message."""
    taking = _Taking(batch, source, carried, is_mirror)
    for words, group in itertools.groupby(told, key=lambda each: each.room if isinstance(each, Said) else None):
        if words is None:
            taking.take_rest(group)
        else:
            taking.take_words(words, (each for each in group if isinstance(each, Said)))
    return taking.finish()


class _Taking:
    def __init__(self, batch: Batch, source: str, carried: Carried | None, is_mirror: bool) -> None:
        person = batch.person
        self._batch = batch
        self._listed = set(batch.items.values_list("path", "code"))  # a visit meets the same again and again
        self._counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        self._lines: list[NotTaken] = []
        self._people = People()
        self._rooms = Rooms(person, source, self._people, is_mirror)
        self._files = FileTaker(person, carried)
        self._writer = Writer(person, self._people, self._files)

    def take_rest(self, told: Iterable[Told]) -> None:
        for each in told:
            if isinstance(each, OutsidePerson):
                self._people.meet(each)
            elif isinstance(each, Room):
                self._rooms.hear_of(each)
            elif isinstance(each, NotTaken):
                self._note(each)

    def take_words(self, room: str, said: Iterator[Said]) -> None:
        channel = self._rooms.channel(room)
        before = channel.last_message_id
        while part := list(itertools.islice(said, AT_ONCE)):
            for trouble in self._writer.write(channel, part, self._counts):
                self._note(trouble)
        self._rooms.settle(channel, before)

    def _note(self, trouble: NotTaken) -> None:
        # An item's path is of folders that can be shared as one; these are none.
        trouble = replace(trouble, where=self._rooms.in_words(trouble.where).replace(" / ", " › ").replace("/", " › "))
        if (trouble.where[-500:], trouble.code) in self._listed:
            return
        self._counts["not_taken"] += 1
        if self._counts["not_taken"] <= MOST_LINES:
            self._lines.append(trouble)
        if len(self._lines) >= AT_ONCE:
            self._put_down()

    def _put_down(self) -> None:
        """List what was not taken where whoever brought it looks for it."""
        now = timezone.now()
        Item.objects.bulk_create(
            Item(
                batch=self._batch,
                path=each.where[-500:],
                external_key="",
                state=ItemState.FAILED,
                code=each.code,
                params=each.params,
                received_at=now,
                finished_at=now,
            )
            for each in self._lines
        )
        self._lines = []

    def finish(self) -> Brought:
        for trouble in self._rooms.finish():
            self._note(trouble)
        if (more := self._counts["not_taken"] - MOST_LINES) > 0:
            self._lines.append(NotTaken("", "CHATS-21", {"count": more}))
        self._put_down()
        self._counts["channels"] = self._rooms.founded
        self._counts["people"], self._counts["outsiders"] = self._people.counts()
        return Brought((self._batch, *self._files.batches()), dict(self._counts))


def channels_taken_in(source: str) -> int:
    """Count the channels that came from a product."""
    return Channel.objects.filter(source=source).count()
