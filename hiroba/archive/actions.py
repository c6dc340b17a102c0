"""What a person can do to a record they brought in, or that belongs to their section."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.models import Record, RecordState
from hiroba.archive.queries import records_held_for, records_visible_to
from hiroba.foundation.access.audiences import find_or_add_audience, is_narrower, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit, principals_of
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import section_of
from hiroba.foundation.refusal import Refusal


def can_change(person: Person, record: Record, principals: frozenset[str] | None = None) -> bool:
    """Tell whether the person may share, narrow or withdraw a record they can read.

    Whoever brought it in may, and everybody whose current posts lie in the section it belongs to."""
    if record.owner_id == person.pk:
        return True
    principals = principals_of(person) if principals is None else principals
    return record.unit is not None and of_unit(record.unit.code) in principals


def require_change(person: Person, record_id: int) -> Record:
    """Lock and give a record the person may change; ACCESS-01 when hidden, ACCESS-02 when only readable."""
    record = Record.objects.select_for_update().filter(pk=record_id).first()
    if record is None:
        raise Refusal("ACCESS-01")
    is_own_held = record.owner_id == person.pk and record.state == RecordState.HELD
    if not is_own_held and not records_visible_to(person).filter(pk=record_id).exists():
        raise Refusal("ACCESS-01")
    if not can_change(person, record):
        raise Refusal("ACCESS-02")
    return record


@transaction.atomic
def share_record(person: Person, record_id: int, principals: frozenset[str], reason: str = "") -> Record:
    """Give a record another audience. Narrower than its present one, or narrower than the whole office when it is
    the person's own choice, asks for a reason (ACCESS-03); so does opening what the gate kept inside (GATE-02,
    GATE-03), which settles it. Held records stay held (GATE-01). Records record.narrowed or record.opened."""
    record = require_change(person, record_id)
    if record.state == RecordState.HELD:
        raise Refusal("GATE-01", places="、".join(record.gate_places[:3]))
    old, old_audience = principals_in(record.audience_id), record.audience_id
    if principals == old:
        return record
    narrower = is_narrower(principals, old)
    _require_reason(record, reason, narrower)
    _give_audience(person, record, principals, reason, narrower)
    for each in _attached(record):  # what came with it goes with it, where nobody has decided otherwise
        if each.state == RecordState.LIVE and each.audience_id == old_audience and (narrower or not each.gate_code):
            _give_audience(person, each, principals, reason, narrower)
    return record


def _require_reason(record: Record, reason: str, narrower: bool) -> None:
    if reason.strip():
        return
    if narrower:
        raise Refusal("ACCESS-03")
    if record.gate_code:
        raise Refusal(record.gate_code, places="、".join(record.gate_places[:3]))


@transaction.atomic
def settle_record(person: Person, record_id: int) -> Record:
    """Leave what the gate keeps inside as it is: it waits for nobody any more. GATE-01 for what is stopped."""
    record = require_change(person, record_id)
    if record.gate_code == gate.MY_NUMBER:
        raise Refusal("GATE-01", places="、".join(record.gate_places[:3]))
    if record.waits_for_a_look:
        record.gate_settled_at = timezone.now()
        record.save(update_fields=["gate_settled_at"])
    return record


def settle_unread(person: Person) -> int:
    """Leave everything the person brought in that could not be read whole where it is; give how many."""
    waiting = records_held_for(person).filter(gate_code=gate.UNREAD)
    return waiting.order_by().update(gate_settled_at=timezone.now())


def _give_audience(person: Person, record: Record, principals: frozenset[str], reason: str, narrower: bool) -> None:
    record.audience_before = record.audience if narrower else None
    record.audience = find_or_add_audience(principals)
    record.audience_reason = reason.strip()[:500]
    record.updated_at = timezone.now()
    if record.gate_code and record.gate_settled_at is None:
        record.gate_settled_at = record.updated_at
    fields = ["audience", "audience_before", "audience_reason", "gate_settled_at", "updated_at"]
    record.save(update_fields=fields)
    log.record("record.narrowed" if narrower else "record.opened", "record", record.pk, person.pk)


def open_folder(person: Person, folder: str, principals: frozenset[str] = frozenset({EVERYONE})) -> tuple[int, int]:
    """Open every record of a folder (and below) that the person may change; give (opened, left as they were).

    What the gate kept inside stays, and what somebody narrowed on purpose: each of those asks for its own decision.
    Without a folder's name nothing is opened."""
    if not folder.strip("/"):
        return 0, 0
    inside = records_visible_to(person).filter(folder=folder) | records_visible_to(person).filter(
        folder__startswith=f"{folder}/"
    )
    opened = left = 0
    mine = principals_of(person)
    for record in inside:
        if record.gate_code or record.audience_reason or not can_change(person, record, mine):
            left += 1
            continue
        share_record(person, record.pk, principals)
        opened += 1
    return opened, left


@transaction.atomic
def withdraw_record(person: Person, record_id: int) -> Record:
    """Take a record back at once, everywhere; a tombstone stays. What is attached to it goes with it.
    Records record.withdrawn."""
    record = require_change(person, record_id)
    for each in [record, *_attached(record)]:
        each.state, each.updated_at = RecordState.WITHDRAWN, timezone.now()
        each.save(update_fields=["state", "updated_at"])
        log.record("record.withdrawn", "record", each.pk, person.pk)
    return record


def _attached(record: Record) -> list[Record]:
    """List what came inside the record, as far as nobody has taken it back."""
    return [each for each in _carried(record) if each.state != RecordState.WITHDRAWN]


def _carried(record: Record) -> list[Record]:
    """List what came inside the record, and inside that, as far as whoever brought it is the same."""
    found: dict[int, Record] = {}
    waiting = [record]
    while waiting:
        links = waiting.pop().links_out.filter(kind="attachment", target__owner=record.owner).select_related("target")
        new = [link.target for link in links if link.target_id not in found and link.target_id != record.pk]
        found |= {each.pk: each for each in new}
        waiting += new
    return list(found.values())


@transaction.atomic
def restore_record(person: Person, record_id: int, is_withdrawer: bool = False) -> Record:
    """Undo a withdrawal; only whoever brought the record in may, or who took it back (`is_withdrawer`: the caller has
    written that down) and may still change it. What was taken back with it comes back with it; what the gate held is
    held again. Records record.restored."""
    record = Record.objects.select_for_update().filter(pk=record_id).first()
    if record is None or record.state != RecordState.WITHDRAWN:
        raise Refusal("ACCESS-01")
    if record.owner_id != person.pk and not (is_withdrawer and can_change(person, record)):
        raise Refusal("ACCESS-01")
    withdrawn_at = record.updated_at
    with_it = [each for each in _carried(record) if each.state == RecordState.WITHDRAWN]
    # What somebody took back by itself before stays taken back.
    for each in [record, *(each for each in with_it if each.updated_at >= withdrawn_at)]:
        held = each.current is not None and each.current.gate_code == gate.MY_NUMBER
        each.state, each.updated_at = RecordState.HELD if held else RecordState.LIVE, timezone.now()
        each.save(update_fields=["state", "updated_at"])
        log.record("record.restored", "record", each.pk, person.pk)
    return record


def own_section(person: Person) -> frozenset[str]:
    """Give the audience of the person's own section (課内), or of the person alone without a post."""
    section = section_of(person)
    return frozenset({of_unit(section)}) if section else frozenset({of_person(person.pk)})
