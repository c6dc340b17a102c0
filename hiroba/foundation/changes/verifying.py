"""Tell whether the change log and the access journal are whole. `hiroba doctor` asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import connection
from django.db.models import Count, Max, Min

from hiroba.foundation.changes.chain import GENESIS, digest_of
from hiroba.foundation.changes.heads import heads
from hiroba.foundation.changes.models import Change, JournalEntry
from hiroba.foundation.changes.sequencer import number_committed

Damage = Literal["edited", "missing", "moved", "cut off", "head lost", "unnumbered"]


@dataclass(frozen=True)
class Broken:
    """The first place that is not as it was written: the entry's number or the change's seq, and what is wrong."""

    number: int
    damage: Damage


def verify_journal() -> Broken | None:
    """Walk the chain from the first entry and compare it with the file of heads; None when all is whole.

    Whoever can rewrite the database and the file of heads can hide it: compare with the file in a backup."""
    written_apart = dict(heads())  # read first: its entries were committed before
    number, previous = 0, GENESIS
    for entry in JournalEntry.objects.order_by("number").iterator(chunk_size=2000):
        number += 1
        if damage := _damage(entry, number, previous, written_apart):
            return Broken(number, damage)
        previous = entry.digest
    if number and not written_apart:
        return Broken(number, "head lost")
    if max(written_apart, default=0) > number:
        return Broken(number + 1, "cut off")
    return None


def _damage(entry: JournalEntry, number: int, previous: str, written_apart: dict[int, str]) -> Damage | None:
    if entry.number != number:
        return "missing"
    if entry.previous != previous:
        return "moved"
    if entry.digest != digest_of(previous, number, entry) or written_apart.get(number, entry.digest) != entry.digest:
        return "edited"
    return None


def verify_log() -> Broken | None:
    """Check that `seq` runs from 1 without gap and that every committed change has one; None when all is whole."""
    number_committed(wait=True)
    found = Change.objects.aggregate(rows=Count("id"), numbered=Count("seq"), first=Min("seq"), last=Max("seq"))
    if found["numbered"] and (found["first"], found["last"]) != (1, found["numbered"]):
        return Broken(_first_gap(), "missing")
    if connection.vendor == "sqlite" and found["rows"] != found["numbered"]:  # elsewhere they are just not numbered yet
        return Broken(found["numbered"] + 1, "unnumbered")
    return None


def _first_gap() -> int:
    seqs = Change.objects.filter(seq__isnull=False).order_by("seq").values_list("seq", flat=True)
    for expected, seq in enumerate(seqs.iterator(chunk_size=10_000), start=1):
        if seq != expected:
            return expected
    raise AssertionError("the log was whole after all")
