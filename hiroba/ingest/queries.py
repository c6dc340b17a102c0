"""How far what somebody brought in has come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from hiroba.archive.models import Record
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item, ItemState, OutsideFile

UNDER_WAY = (ItemState.RECEIVED, ItemState.READING, ItemState.SLOW)


@dataclass(frozen=True)
class Progress:
    """Counts of a batch's items by what became of them."""

    total: int
    under_way: int
    done: int
    same: int
    held: int
    failed: int

    @property
    def finished(self) -> int:
        """How many need no more reading."""
        return self.total - self.under_way


def batches_visible_to(person: Person) -> QuerySet[Batch]:
    """List what the person brought in, newest first; nobody sees another's intake."""
    return Batch.objects.filter(person=person).order_by("-pk")


def get_batch(person: Person, batch_id: int) -> Batch:
    """Give one of the person's own batches; ACCESS-01 otherwise."""
    batch = batches_visible_to(person).filter(pk=batch_id).first()
    if batch is None:
        raise Refusal("ACCESS-01")
    return batch


def items_of(batch: Batch) -> QuerySet[Item]:
    """List a batch's items in the order they came; the caller has fetched the batch as its owner."""
    return batch.items.select_related("record", "original").order_by("pk")


def get_item(person: Person, item_id: int) -> Item:
    """Give an item of one of the person's own batches; ACCESS-01 otherwise."""
    item = Item.objects.filter(pk=item_id, batch__person=person).select_related("batch", "record").first()
    if item is None:
        raise Refusal("ACCESS-01")
    return item


def progress_of(batch: Batch) -> Progress:
    """Count a batch's items by state."""
    counts = batch.items.aggregate(
        total=Count("pk"),
        under_way=Count("pk", filter=Q(state__in=UNDER_WAY)),
        done=Count("pk", filter=Q(state=ItemState.DONE)),
        same=Count("pk", filter=Q(state=ItemState.SAME)),
        held=Count("pk", filter=Q(state=ItemState.HELD)),
        failed=Count("pk", filter=Q(state=ItemState.FAILED)),
    )
    return Progress(**counts)


def waiting_count() -> int:
    """Count everything on its way in, of everybody: for the state of the house only."""
    return Item.objects.filter(state__in=UNDER_WAY).count()


def latest_items_of(person: Person) -> QuerySet[Item]:
    """List what the person brought in, newest first; what was carried inside something else is left out."""
    return Item.objects.filter(batch__person=person, parent=None).select_related("record").order_by("-pk")


def count_under_way(person: Person) -> int:
    """Count the person's items that are still on their way in."""
    return Item.objects.filter(batch__person=person, state__in=UNDER_WAY).count()


def find_gone(record: Record) -> dt.datetime | None:
    """Give when a record's file was found to be gone from its server; None where it is there, or never was on one.
    The caller has fetched the record as somebody."""
    kind, _sep, number = record.source.partition(":")
    if kind != "smb" or not number.isdecimal():
        return None
    files = OutsideFile.objects.filter(source=int(number), external_key=record.external_key)
    return files.values_list("gone_at", flat=True).first()
