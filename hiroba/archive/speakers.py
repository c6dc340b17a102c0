"""Who speaks in a transcript: a name put right holds for the whole record."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from hiroba.archive import gate
from hiroba.archive.lines import SPEAKER, with_speaker
from hiroba.archive.models import Passage, Record, Revision
from hiroba.archive.sittings import Line, as_read, current_for, keep_correction, take_reading
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
    record, current = current_for(person, record_id, number)
    name = " ".join(after.split())[:LONGEST_NAME]
    if before not in speakers_of(current):
        raise Refusal("CORRECT-01")
    if not name or name == before:
        return record
    # Nobody is called by twelve digits: what stands beside the name, where it will be said, is not asked.
    gate.require_no_number(name, SPEAKER, context=private.CONTEXT_WORDS[0])
    verdict = gate.examine_names([name])
    keep_correction(person, record, Line(SPEAKER, before, name), verdict, partial(_rename_all, before, name))
    return record


def _rename_all(before: str, after: str, revision: Revision) -> None:
    changed: list[Passage] = []
    for kept in revision.passages.exclude(marks=[]).order_by("ordinal"):
        read = as_read(kept)
        new = with_speaker(read, before, after)
        if new is not read:
            take_reading(kept, new)
            changed.append(kept)
    Passage.objects.bulk_update(changed, ["text", "spans", "marks"], batch_size=AT_ONCE)
