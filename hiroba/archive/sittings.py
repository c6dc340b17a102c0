"""Keep one correction, whatever is put right: a line of paper, a line that was said, the name of who speaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.actions import require_change
from hiroba.archive.models import Correction, Passage, Record, Revision
from hiroba.archive.passage_rows import copy_passages
from hiroba.archive.typed import keep_typed_inside
from hiroba.extract.passages import Mark, Span
from hiroba.extract.passages import Passage as ReadPassage
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

SITTING = dt.timedelta(minutes=10)  # what one person puts right in one sitting is one revision


@dataclass(frozen=True)
class Line:
    """What somebody makes of one line: where it stands, what stood there, what is to stand there."""

    locator: str
    before: str
    after: str


def current_for(person: Person, record_id: int, number: int) -> tuple[Record, Revision]:
    """Lock a record the person may change and give it with its current revision, which is `number`.

    ACCESS-01, ACCESS-02; CORRECT-01 when another revision is the current one."""
    record = require_change(person, record_id)
    if record.current is None or record.current.number != number:
        raise Refusal("CORRECT-01")
    return record, record.current


def keep_correction(
    person: Person, record: Record, line: Line, verdict: gate.Verdict, write: Callable[[Revision], None]
) -> None:
    """Write a correction: into the revision of this sitting (by `write`), as a row with who and when, and as what the
    record says now, with what the gate said of the new words. The caller has the record from `current_for`.
    Records record.revised, record.narrowed."""
    assert record.current is not None
    revision = _revision_of_sitting(person, record, record.current)
    write(revision)
    Correction.objects.create(
        record=record,
        revision=revision,
        original=revision.read_from,
        locator=line.locator,
        before=line.before,
        after=line.after,
        person=person,
        made_at=timezone.now(),
    )
    record.current, record.updated_at = revision, timezone.now()
    record.save()
    keep_typed_inside(person, record, verdict, revision)
    log.record("record.revised", "record", record.pk, person.pk)


def _revision_of_sitting(person: Person, record: Record, current: Revision) -> Revision:
    """Give the revision of this sitting, or a new one with all that the current one says."""
    latest = current.corrections.order_by("-pk").first()
    is_theirs = latest is not None and current.brought_by_id == person.pk and latest.person_id == person.pk
    if latest is not None and is_theirs and timezone.now() - latest.made_at < SITTING:
        return current
    newest = record.revisions.order_by("-number").first()
    number = (newest.number if newest else current.number) + 1
    revision = Revision.objects.get(pk=current.pk)
    revision.pk, revision.number, revision.brought_by, revision.received_at = None, number, person, timezone.now()
    revision._state.adding = True
    revision.save()
    copy_passages(current, revision)
    return revision


def as_read(kept: Passage) -> ReadPassage:
    """Give a kept passage as its reader gave it: text, places, marks."""
    spans = tuple(Span(*span) for span in kept.spans)
    return ReadPassage(kept.locator, kept.text, spans=spans, marks=tuple(Mark(*mark) for mark in kept.marks))


def take_reading(kept: Passage, read: ReadPassage) -> None:
    """Let a kept passage say what a reading says; unsaved."""
    kept.text = read.text
    kept.spans = [[span.start, span.end, span.locator] for span in read.spans]
    kept.marks = [[mark.start, mark.end, mark.kind, mark.value] for mark in read.marks]
