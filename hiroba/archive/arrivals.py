"""How something new becomes a record: the one way in, used by whoever brings it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.models import Link, Original, Passage, Record, RecordState, Revision
from hiroba.archive.passage_rows import insert_passages
from hiroba.archive.reanchoring import mask_corrections, reapply
from hiroba.extract.mending import WORD_LIST
from hiroba.extract.passages import Extraction
from hiroba.foundation.access.audiences import find_or_add_audience, is_narrower, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.people.queries import get_tree, section_of

Outcome = Literal["new", "revised", "renewed", "same", "held", "withdrawn"]


@dataclass(frozen=True)
class Arrival:
    """All that is known of something on its way in, read and measured before any transaction opens."""

    source: str
    external_key: str
    file_name: str
    kind: str
    title: str
    original: Original
    extraction: Extraction
    owner: Person
    principals: frozenset[str]
    dated_at: dt.datetime
    folder: str = ""
    unit: Unit | None = None
    reason: str = ""
    author: str = ""
    modified_at: dt.datetime | None = None
    # Somebody chose this audience for this very thing: a new version for fewer people narrows the record.
    is_chosen: bool = False


@dataclass(frozen=True)
class Kept:
    """What became of an arrival."""

    record: Record
    outcome: Outcome
    verdict: gate.Verdict


def keep_arrival(arrival: Arrival, verdict: gate.Verdict) -> Kept:
    """Write one arrival as a record or a revision of one, with what the gate said of this very extraction.

    The same key with the same bytes changes nothing, unless they are read differently now; the same key with new bytes
    is a revision; a withdrawn record is not brought back. Records record.received, record.revised, record.extracted,
    record.held or record.narrowed."""
    if verdict.of is not arrival.extraction:
        raise ValueError("the gate has looked at something else")
    verdict = gate.with_names(verdict, (arrival.folder, arrival.file_name, arrival.title, arrival.author))
    if verdict.code == gate.MY_NUMBER:
        arrival = _masked(arrival)
    try:
        return _write(arrival, verdict)
    except IntegrityError:  # somebody else brought the same key between our look and our write
        return _write(arrival, verdict)


def _masked(arrival: Arrival) -> Arrival:
    return replace(
        arrival,
        folder=gate.mask(arrival.folder),
        file_name=gate.mask(arrival.file_name),
        title=gate.mask(arrival.title),
        author=gate.mask(arrival.author),
    )


@transaction.atomic
def _write(arrival: Arrival, verdict: gate.Verdict) -> Kept:
    found = Record.objects.select_for_update().filter(source=arrival.source, external_key=arrival.external_key).first()
    if found is None:
        return _write_new(arrival, verdict)
    if found.state == RecordState.WITHDRAWN:
        return Kept(found, "withdrawn", verdict)
    newest = found.revisions.order_by("-number").first()
    if newest is not None and newest.original_id == arrival.original.pk:
        if found.state == RecordState.HELD or _is_read_alike(newest, arrival.extraction):
            return Kept(found, "held" if found.state == RecordState.HELD else "same", verdict)
        return _renew(found, newest, arrival, verdict)
    return _write_revision(found, arrival, verdict, (newest.number if newest else 0) + 1)


def _write_new(arrival: Arrival, verdict: gate.Verdict) -> Kept:
    now = timezone.now()
    held = verdict.code == gate.MY_NUMBER
    principals = inside_section(arrival.principals, arrival.owner, arrival.unit) if verdict.code else arrival.principals
    record = Record.objects.create(
        source=arrival.source,
        external_key=arrival.external_key,
        kind=arrival.kind,
        title=arrival.title[:500] or arrival.file_name,
        folder=arrival.folder[:500],
        file_name=arrival.file_name[:255],
        audience=find_or_add_audience(principals),
        audience_reason=arrival.reason,
        owner=arrival.owner,
        unit=arrival.unit,
        author=arrival.author[:200],
        dated_at=arrival.dated_at,
        created_at=now,
        updated_at=now,
        state=RecordState.HELD if held else RecordState.LIVE,
        gate_code=verdict.code,
        gate_places=list(verdict.places),
    )
    record.current = _add_revision(record, arrival, 1, verdict)
    record.save(update_fields=["current"])
    log.record("record.held" if held else "record.received", "record", record.pk, arrival.owner.pk)
    return Kept(record, "held" if held else "new", verdict)


def _write_revision(record: Record, arrival: Arrival, verdict: gate.Verdict, number: int) -> Kept:
    held = verdict.code == gate.MY_NUMBER
    revision = _add_revision(record, arrival, number, verdict)
    if held:  # readers keep the last good revision; the owner is told what stands in the way of the new one
        record.gate_code, record.gate_places, record.gate_settled_at = verdict.code, list(verdict.places), None
        record.save(update_fields=["gate_code", "gate_places", "gate_settled_at"])
        log.record("record.held", "record", record.pk, arrival.owner.pk)
        return Kept(record, "held", verdict)
    _say_of_all(record, verdict)
    record.current, record.state, record.updated_at = revision, RecordState.LIVE, timezone.now()
    record.title, record.dated_at = arrival.title[:500] or arrival.file_name, arrival.dated_at
    now = principals_in(record.audience_id)
    asked = arrival.principals if arrival.is_chosen and is_narrower(arrival.principals, now) else now
    new = inside_section(asked, arrival.owner, record.unit or arrival.unit) if verdict.code else asked
    if new != now:
        record.audience_before, record.audience = record.audience, find_or_add_audience(new)
        record.audience_reason = arrival.reason or record.audience_reason
        log.record("record.narrowed", "record", record.pk, arrival.owner.pk)
    record.save()
    log.record("record.revised", "record", record.pk, arrival.owner.pk)
    return Kept(record, "revised", verdict)


def _is_read_alike(revision: Revision, extraction: Extraction) -> bool:
    """Tell whether the same reader read as much of it as before, or less, with the same list of words: then its text
    stays. What somebody opened with a password, or a quieter machine had time to read, is not lost because it comes
    again."""
    if extraction.error is not None and revision.error is None:
        return True
    error = asdict(extraction.error) if extraction.error else None
    warnings = [asdict(trouble) for trouble in extraction.warnings]
    is_same_list = revision.facts.get(WORD_LIST) == extraction.facts.get(WORD_LIST)
    same = (revision.extractor, revision.error, revision.warnings) == (extraction.extractor, error, warnings)
    return same and is_same_list


def _renew(record: Record, revision: Revision, arrival: Arrival, verdict: gate.Verdict) -> Kept:
    """Write anew what is read of a revision: a better reader, or the rest of what was cut short."""
    corrected = reapply(record, arrival.extraction)
    if record.corrections.exists():  # what was put right may be a number under a label that is only read now
        seen = gate.examine(corrected)
        verdict = seen if seen.code == gate.MY_NUMBER else verdict
    held, was_unread = verdict.code == gate.MY_NUMBER, record.gate_code == gate.UNREAD
    is_undecided = was_unread and record.gate_settled_at is None
    rewrite_revision(revision, corrected, verdict)
    record.updated_at = timezone.now()
    if held:
        record.gate_code, record.gate_places, record.gate_settled_at = verdict.code, list(verdict.places), None
        record.state = RecordState.HELD
        _hold_all_of(revision)
    elif verdict.code:
        keep_inside(record, verdict)
    else:
        _say_of_all(record, verdict)
        if is_undecided and not record.gate_code:  # only what nobody had read kept it from those it was meant for
            record.audience = find_or_add_audience(arrival.principals)
    record.save()
    log.record("record.held" if held else "record.extracted", "record", record.pk, arrival.owner.pk)
    return Kept(record, "held" if held else "renewed", verdict)


def _hold_all_of(revision: Revision) -> None:
    """Hold the other revisions of the same bytes too: what was put right in them says the same around it."""
    mask_corrections(revision)
    others = revision.record.revisions.filter(original=revision.original_id).exclude(pk=revision.pk)
    Passage.objects.filter(revision__in=others).delete()
    others.update(gate_code=gate.MY_NUMBER, facts={})


def rewrite_revision(revision: Revision, extraction: Extraction, verdict: gate.Verdict) -> None:
    """Replace what is read of a revision, and what the gate says of it; without text where the gate stops it."""
    with_text = verdict.code != gate.MY_NUMBER
    revision.passages.all().delete()
    revision.extractor, revision.gate_code = extraction.extractor, verdict.code
    revision.warnings = [asdict(trouble) for trouble in extraction.warnings]
    revision.error = asdict(extraction.error) if extraction.error else None
    revision.facts = extraction.facts if with_text else {}
    revision.save()
    if with_text:
        insert_passages(revision, extraction.passages)


def keep_inside(record: Record, verdict: gate.Verdict) -> None:
    """Set on a record what the gate says of its newest revision, and narrow it to its section where it must; unsaved.

    The caller saves the record and records a change of its audience."""
    _say_of_all(record, verdict)
    if verdict.code:
        record.audience_before = record.audience
        record.audience = find_or_add_audience(
            inside_section(principals_in(record.audience_id), record.owner, record.unit)
        )


def _say_of_all(record: Record, verdict: gate.Verdict) -> None:
    """Set what the gate says of a record whose earlier revisions stay readable beside the new one. What it says anew
    waits for a person anew, whatever was decided about the version before."""
    kept_inside = (gate.PERSONAL, gate.UNREAD)
    before = record.revisions.filter(gate_code__in=kept_inside).order_by("-number").first()
    if verdict.code or before is None:
        record.gate_code, record.gate_places, record.gate_settled_at = verdict.code, list(verdict.places), None
    elif record.gate_code not in kept_inside:  # a version between them was stopped: what was before it counts again
        record.gate_code, record.gate_settled_at = before.gate_code, None


def inside_section(principals: frozenset[str], owner: Person, unit: Unit | None) -> frozenset[str]:
    """Keep only what lies inside the section; where nothing does, the section reads it if it could before, else the
    owner alone: the gate gives nobody anything."""
    section = unit.code if unit else section_of(owner)
    below = {of_person(owner.pk)}
    if section is not None:
        tree = get_tree()
        below |= {of_unit(code) for code in tree.parents if section in tree.path(code)} | {of_unit(section)}
        if principals & {EVERYONE, *(of_unit(code) for code in tree.path(section))}:
            return (principals & below) or frozenset({of_unit(section)})
    return (principals & below) or frozenset({of_person(owner.pk)})


def _add_revision(record: Record, arrival: Arrival, number: int, verdict: gate.Verdict) -> Revision:
    extraction, with_text = arrival.extraction, verdict.code != gate.MY_NUMBER
    revision = Revision.objects.create(
        record=record,
        number=number,
        original=arrival.original,
        file_name=arrival.file_name[:255],
        modified_at=arrival.modified_at,
        received_at=timezone.now(),
        brought_by=arrival.owner,
        extractor=extraction.extractor,
        warnings=[asdict(trouble) for trouble in extraction.warnings],
        error=asdict(extraction.error) if extraction.error else None,
        facts=extraction.facts if with_text else {},
        gate_code=verdict.code,
    )
    if with_text:
        insert_passages(revision, extraction.passages)
    return revision


def link_records(kind: str, source: Record, target: Record) -> None:
    """Say once how one record points at another."""
    Link.objects.get_or_create(kind=kind, source=source, target=target)
