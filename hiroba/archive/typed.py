"""What people type into a record, or give as a name, passes the gate as what is read of a file does."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from hiroba.archive import gate
from hiroba.archive.arrivals import keep_inside
from hiroba.archive.models import Record, Revision
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

GATE_FIELDS = ("audience", "audience_before", "gate_code", "gate_places", "gate_settled_at")


@transaction.atomic
def take_typed(person: Person, record: Record, said: Mapping[str, str]) -> None:
    """Let in what a person types into a record: each text under its field's name, in the order in which they stand.

    GATE-01 for a マイナンバー in one of them or parted over neighbours: the caller writes nothing. Other personal data
    keep the record inside its section. The caller has locked the record. Records record.narrowed."""
    fields = list(said.items())
    if numbered := gate.numbers_in_fields(fields):
        raise Refusal("GATE-01", places="、".join(dict.fromkeys(fields[index][0] for index in numbered)))
    keep_typed_inside(person, record, gate.examine_names(name for field in fields for name in field))


def keep_typed_inside(
    person: Person | None, record: Record, verdict: gate.Verdict, revision: Revision | None = None
) -> None:
    """Keep a record inside its section for what somebody wrote into it, in `revision` or beside all of them. What the
    gate already said of the record, and a person decided about it, stands. Records record.narrowed."""
    if verdict.code != gate.PERSONAL or record.gate_code in (gate.MY_NUMBER, gate.PERSONAL):
        return
    before, written = principals_in(record.audience_id), revision or record.current
    if written is not None:
        Revision.objects.filter(pk=written.pk, gate_code="").update(gate_code=verdict.code)
    keep_inside(record, verdict)
    record.save(update_fields=GATE_FIELDS)
    if principals_in(record.audience_id) != before:
        log.record("record.narrowed", "record", record.pk, person.pk if person else None)
