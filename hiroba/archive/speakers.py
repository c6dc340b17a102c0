"""Who speaks in a transcript: a name put right holds for the whole record."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.actions import require_change
from hiroba.archive.corrections import publish_correction, revision_of_sitting
from hiroba.archive.lines import SPEAKER, with_speaker
from hiroba.archive.models import Correction, Passage, Record, Revision
from hiroba.extract.passages import Extraction, Mark, Span
from hiroba.extract.passages import Passage as ReadPassage
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.language import private

LONGEST_NAME = 60
MOST_SPEAKERS = 100
AT_ONCE = 500


def speakers_of(revision: Revision) -> list[str]:
    """Give the names of those who speak, in the order in which they first do."""
    marks = revision.passages.exclude(marks=[]).order_by("ordinal").values_list("marks", flat=True)
    names = (mark[3] for each in marks.iterator(chunk_size=2000) for mark in each if mark[2] == SPEAKER)
    return list(dict.fromkeys(names))[:MOST_SPEAKERS]


@transaction.atomic
def rename_speaker(person: Person, record_id: int, number: int, before: str, after: str) -> Record:
    """Call somebody `after` wherever the record says `before`. One correction, which can be put back.

    ACCESS-01, ACCESS-02; CORRECT-01 when revision `number` is not the current one or nobody is called `before`;
    GATE-01 when the name holds a マイナンバー. Records record.revised."""
    record = require_change(person, record_id)
    name = " ".join(after.split())[:LONGEST_NAME]
    current = record.current
    if current is None or current.number != number or before not in speakers_of(current):
        raise Refusal("CORRECT-01")
    if not name or name == before:
        return record
    # Nobody is called by twelve digits: what stands beside the name, where it will be said, is not asked.
    gate.require_no_number(name, SPEAKER, context=private.CONTEXT_WORDS[0])
    verdict = gate.examine(Extraction((ReadPassage(SPEAKER, name),)))
    revision = revision_of_sitting(person, record, current)
    _rename_all(revision, before, name)
    Correction.objects.create(
        record=record,
        revision=revision,
        original=revision.read_from,
        locator=SPEAKER,
        before=before,
        after=name,
        person=person,
        made_at=timezone.now(),
    )
    publish_correction(person, record, revision, verdict)
    return record


def _rename_all(revision: Revision, before: str, after: str) -> None:
    changed: list[Passage] = []
    for kept in revision.passages.exclude(marks=[]).order_by("ordinal"):
        read = ReadPassage(
            kept.locator,
            kept.text,
            spans=tuple(Span(*span) for span in kept.spans),
            marks=tuple(Mark(*mark) for mark in kept.marks),
        )
        new = with_speaker(read, before, after)
        if new is not read:
            kept.text = new.text
            kept.spans = [[span.start, span.end, span.locator] for span in new.spans]
            kept.marks = [[mark.start, mark.end, mark.kind, mark.value] for mark in new.marks]
            changed.append(kept)
    Passage.objects.bulk_update(changed, ["text", "spans", "marks"], batch_size=AT_ONCE)
