"""Read originals again: when a reader has become better, and when the gate lets go of what it held."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.arrivals import keep_inside
from hiroba.archive.models import Record, RecordState, Revision
from hiroba.archive.originals import path_of
from hiroba.archive.passage_rows import insert_passages
from hiroba.extract.passages import Extraction
from hiroba.extract.sandbox import Sandbox
from hiroba.extract.slow import SlowSandbox
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.part_readings import keep_reading, missing_of, packed_readings
from hiroba.ingest.whole import FirstReading


def read_again(revision: Revision) -> Extraction:
    """Read a revision's original in sandboxes of its own, outside of any transaction; parts that are there are not read
    again."""
    path = path_of(revision.sha256)
    with Sandbox(readers=1) as sandbox, SlowSandbox() as slow:
        first = FirstReading(sandbox)
        extraction = first.extract(path, revision.file_name)
        if not first.wanted:
            return extraction
        for sha256, part in missing_of(first.wanted):
            keep_reading((sha256, part), slow.read_part(path, part))
        return first.with_parts(packed_readings(first.wanted)).extract(path, revision.file_name)


def release_record(person: Person, record_id: int, reason: str) -> Record:
    """Let in what the gate held, on the word of whoever brought it: it keeps its narrow audience until opened. Other
    personal data in it still keeps it inside its section.

    ACCESS-01 unless held and theirs; ACCESS-03 without a reason. Records record.released."""
    if not reason.strip():
        raise Refusal("ACCESS-03")
    record = _held(person, record_id)
    newest = record.revisions.select_related("original").order_by("-number").first()
    if newest is None:
        raise Refusal("ACCESS-01")
    extraction = read_again(newest)
    rest = gate.examine_personal(extraction)
    with transaction.atomic():
        record = Record.objects.select_for_update().get(pk=_held(person, record_id).pk)
        if record.revisions.filter(number__gt=newest.number).exists():
            raise Refusal("ACCESS-01")  # another version came meanwhile: look at that one
        newest.passages.all().delete()
        insert_passages(newest, extraction.passages)
        Revision.objects.filter(pk=newest.pk).update(facts=extraction.facts, gate_code=rest.code)
        record.current, record.state = newest, RecordState.LIVE
        record.audience_reason, record.updated_at = reason.strip()[:500], timezone.now()
        keep_inside(record, rest)
        record.save()
        log.record("record.released", "record", record.pk, person.pk)
    return record


def _held(person: Person, record_id: int) -> Record:
    record = Record.objects.filter(pk=record_id, owner=person, gate_code="GATE-01").first()
    if record is None or record.state == RecordState.WITHDRAWN:
        raise Refusal("ACCESS-01")
    return record
