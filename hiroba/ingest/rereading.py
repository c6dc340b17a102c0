"""Read originals again: when a reader has become better, and when the gate lets go of what it held."""

from __future__ import annotations

from hiroba.archive.models import Record, RecordState, Revision
from hiroba.archive.originals import path_of
from hiroba.extract.passages import Extraction
from hiroba.extract.sandbox import Sandbox
from hiroba.extract.slow import SlowSandbox
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item, ItemState
from hiroba.ingest.part_readings import keep_reading, missing_of, packed_readings
from hiroba.ingest.releasing import await_release, held_revision, let_in
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


def join_recordings_again() -> int:
    """Send what was heard of recordings through the line again, since the office's words have changed: its chunks are
    there and only joined anew; give how many. What people put right in it is put right again."""
    heard = Item.objects.filter(parts__gt=0, record__kind="recording", record__state=RecordState.LIVE)
    done = heard.filter(state=ItemState.DONE, is_cut=False)
    return done.update(state=ItemState.RECEIVED, tries=0, code="", params={}, finished_at=None)


def release_record(person: Person, record_id: int, reason: str) -> Record:
    """Let in what the gate held, on the word of whoever brought it: it keeps its narrow audience until opened, and what
    people had put right in it is put right again. Other personal data in it still keep it inside its section.

    Pages that have to be read for it wait in the slow line: the record given is held until they have been.
    ACCESS-01 unless held and theirs; ACCESS-03 without a reason. Records record.released."""
    if not reason.strip():
        raise Refusal("ACCESS-03")
    newest = held_revision(person, record_id)
    path = path_of(newest.sha256)
    with Sandbox(readers=1) as sandbox:
        first = FirstReading(sandbox)
        extraction = first.extract(path, newest.file_name)
        is_there = not missing_of(first.wanted)
        if is_there and first.wanted:
            extraction = first.with_parts(packed_readings(first.wanted)).extract(path, newest.file_name)
    if is_there:
        return let_in(person, newest, extraction, reason)
    if await_release(newest, reason):
        return newest.record
    return let_in(person, newest, read_again(newest), reason)
