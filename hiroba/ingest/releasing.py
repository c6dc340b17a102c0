"""What the gate held is let in on the word of whoever brought it. Pages that have to be read for it wait in the slow
line like any others: the item carries the word until they have been."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.arrivals import keep_inside
from hiroba.archive.models import Record, RecordState, Revision
from hiroba.archive.passage_rows import insert_passages
from hiroba.archive.reanchoring import reapply
from hiroba.extract.passages import Extraction
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item, ItemState, Report

_WORD = "released_because"
_AT_REST = (ItemState.HELD, ItemState.DONE, ItemState.SAME, ItemState.FAILED)


def held_revision(person: Person, record_id: int) -> Revision:
    """Give the newest revision of what the gate holds for the person who brought it; ACCESS-01 for anything else."""
    record = Record.objects.filter(pk=record_id, owner=person, gate_code=gate.MY_NUMBER).first()
    newest = record.revisions.select_related("original", "record").order_by("-number").first() if record else None
    if record is None or newest is None or record.state == RecordState.WITHDRAWN:
        raise Refusal("ACCESS-01")
    return newest


@transaction.atomic
def let_in(person: Person, newest: Revision, extraction: Extraction, reason: str) -> Record:
    """Write what was read of a held revision, with what people had put right in it. Other personal data in it keep it
    inside its section. ACCESS-01 when another version came meanwhile: look at that one. Records record.released."""
    record = Record.objects.select_for_update().get(pk=newest.record_id)
    if held_revision(person, record.pk).pk != newest.pk:
        raise Refusal("ACCESS-01")
    corrected = reapply(record, extraction)
    rest = gate.examine_personal(corrected)
    newest.passages.all().delete()
    insert_passages(newest, corrected.passages)
    facts = {**extraction.facts, **_facts_of_report(newest)}
    Revision.objects.filter(pk=newest.pk).update(facts=facts, gate_code=rest.code)
    record.current, record.state = newest, RecordState.LIVE
    record.audience_reason, record.updated_at = reason.strip()[:500], timezone.now()
    keep_inside(record, rest)
    record.save()
    log.record("record.released", "record", record.pk, person.pk)
    return record


def _facts_of_report(revision: Revision) -> dict[str, str]:
    """Give what another system said of a report it dropped; nothing for anything else."""
    named = {"item__record": revision.record_id, "item__original": revision.original_id}
    report = Report.objects.select_related("source").filter(**named).order_by("-pk").first()
    return report.facts if report else {}


def await_release(newest: Revision, reason: str) -> bool:
    """Send the item of a held revision through the line again, to be let in when it has been read whole; False when no
    item brought these bytes."""
    brought = Item.objects.filter(record=newest.record_id, original=newest.original_id, state__in=_AT_REST)
    item = brought.order_by("-pk").first()
    if item is None:
        return False
    waiting = Item.objects.filter(pk=item.pk, state=item.state)
    word = {_WORD: reason.strip()[:500]}
    return bool(waiting.update(state=ItemState.RECEIVED, tries=0, code="", params=word, finished_at=None, is_cut=False))


def is_to_be_released(item: Item) -> bool:
    """Tell whether somebody gave their word for this item, and it is read for that."""
    return _WORD in item.params


def finish_release(item: Item, extraction: Extraction) -> None:
    """Let in what was read for its release, or leave it held where that is not its newest version any more."""
    reason = str(item.params[_WORD])
    try:
        newest = held_revision(item.batch.person, item.record_id or 0)
        if newest.original_id != item.original_id:
            raise Refusal("ACCESS-01")
        record = let_in(item.batch.person, newest, extraction, reason)
    except Refusal:
        item.state, item.code, item.params = ItemState.HELD, gate.MY_NUMBER, {"places": ""}
    else:
        item.state, item.code = ItemState.DONE, record.gate_code
        item.params = {"places": "、".join(record.gate_places[:3])}
    item.finished_at, item.leased_until = timezone.now(), None
    item.save()
