"""Read the archive, always as somebody: what they may not read is not there."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from hiroba.archive import gate
from hiroba.archive.models import Link, Passage, Record, RecordState, Revision
from hiroba.foundation.access.principals import principals_of, readable
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal


def records_visible_to(person: Person, principals: frozenset[str] | None = None) -> QuerySet[Record]:
    """List the records the person may read now. Pass `principals` where a request has them already."""
    principals = principals_of(person) if principals is None else principals
    return (
        Record.objects.filter(readable(principals), state=RecordState.LIVE)
        .select_related("current__original", "owner", "unit")
        .order_by("-updated_at", "-pk")
    )


def records_held_for(person: Person) -> QuerySet[Record]:
    """List what the gate stopped or kept inside, the person brought in, and nobody has decided about yet: what is
    stopped first, what could not be read last."""
    held = Record.objects.filter(owner=person, gate_settled_at=None).exclude(state=RecordState.WITHDRAWN)
    return held.exclude(gate_code="").select_related("current__original", "unit").order_by("gate_code", "-updated_at")


def records_withdrawn_by(person: Person) -> QuerySet[Record]:
    """List the tombstones of what the person brought in and took back."""
    return Record.objects.filter(owner=person, state=RecordState.WITHDRAWN).order_by("-updated_at")


def get_record(person: Person, record_id: int) -> Record:
    """Give one readable record; ACCESS-01 answers alike for hidden and for missing ones."""
    record = records_visible_to(person).filter(pk=record_id).first()
    if record is None:
        raise Refusal("ACCESS-01")
    return record


def get_revision(person: Person, record_id: int, number: int | None = None) -> Revision:
    """Give a readable record's revision (default: the current one) unless the gate holds its text back."""
    record = get_record(person, record_id)
    revisions = record.revisions.select_related("original", "brought_by", "record")
    current = record.current.number if record.current else 0
    revision = revisions.filter(number=current if number is None else number).first()
    if revision is None or revision.number > current or revision.gate_code == gate.MY_NUMBER:
        raise Refusal("ACCESS-01")
    return revision


def number_before(revision: Revision) -> int:
    """Give the number of the newest revision before this one that may be read: what was held between them was never
    there. Its own number when it is the first. The caller has fetched the revision as somebody."""
    earlier = revision.record.revisions.filter(number__lt=revision.number).exclude(gate_code=gate.MY_NUMBER)
    return earlier.order_by("-number").values_list("number", flat=True).first() or revision.number


def passages_of(revision: Revision) -> QuerySet[Passage]:
    """List a revision's passages in reading order. The caller has fetched the revision as somebody."""
    return revision.passages.order_by("ordinal")


def passages_visible_to(principals: frozenset[str], passage_ids: Iterable[int]) -> dict[int, Passage]:
    """Give those of the passages that may be read with `principals` now: the second look before anything is shown."""
    rows = Passage.objects.filter(
        readable(principals, "revision__record__audience"),
        pk__in=list(passage_ids),
        revision__record__state=RecordState.LIVE,
    ).select_related("revision__record__unit", "revision__record__owner")
    return {passage.pk: passage for passage in rows if passage.revision_id == passage.revision.record.current_id}


def linked_records_visible_to(person: Person, record: Record) -> list[tuple[str, bool, Record]]:
    """List what a record is linked with: (kind, whether the link points from it, the other record)."""
    visible = records_visible_to(person)
    out = Link.objects.filter(source=record, target__in=visible).select_related("target")
    into = Link.objects.filter(target=record, source__in=visible).select_related("source")
    return [(link.kind, True, link.target) for link in out] + [(link.kind, False, link.source) for link in into]


def carriers_visible_to(person: Person, record: Record) -> QuerySet[Record]:
    """List what the record came inside of (a mail, an archive), as far as the person may read it: its bytes lie in
    their originals too, whatever becomes of the record's own audience."""
    return records_visible_to(person).filter(links_out__kind="attachment", links_out__target=record).distinct()
