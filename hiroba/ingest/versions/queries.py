"""What is known of a record's other versions and forms, for whoever may read both; and where its newest one lies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from hiroba.archive.actions import can_change
from hiroba.archive.models import Link, Record
from hiroba.archive.queries import records_visible_to
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.versions.finding import NEWER_VERSION
from hiroba.ingest.versions.models import Pair, PairState

LONGEST_CHAIN = 50


@dataclass(frozen=True)
class PairRow:
    """A pair as a person sees it from one record's side."""

    pair: Pair
    other: Record
    is_other_newer: bool
    may_decide: bool


def pairs_visible_to(person: Person, record: Record) -> list[PairRow]:
    """List what was found of a record with others the person may read too; what was refused stands last."""
    visible = records_visible_to(person).values("pk")
    pairs = (
        Pair.objects.filter(Q(older=record, newer__in=visible) | Q(newer=record, older__in=visible))
        .select_related("older__unit", "newer__unit", "decided_by")
        .order_by("state", "-likeness", "pk")
    )
    mine = principals_of(person)
    rows = [_row(person, record, pair, mine) for pair in pairs]
    return sorted(rows, key=lambda row: row.pair.state == PairState.REFUSED)


def _row(person: Person, record: Record, pair: Pair, mine: frozenset[str]) -> PairRow:
    is_newer = pair.older_id == record.pk
    may = can_change(person, pair.older, mine) or can_change(person, pair.newer, mine)
    return PairRow(pair, pair.newer if is_newer else pair.older, is_newer, may)


def get_pair(person: Person, pair_id: int) -> Pair:
    """Give a pair of which the person may read both; ACCESS-01 otherwise."""
    visible = records_visible_to(person).values("pk")
    pair = _pairs().filter(pk=pair_id, older__in=visible, newer__in=visible).first()
    if pair is None:
        raise Refusal("ACCESS-01")
    return pair


def find_newest(person: Person, record: Record) -> Record | None:
    """Give the newest version of a record that the person may read, following what was accepted; None when it is the
    newest itself. A version they may not read is passed by without a word: what lies behind it counts."""
    seen, edge, newest = {record.pk}, [record.pk], None
    visible = records_visible_to(person)
    for _ in range(LONGEST_CHAIN):
        found = Link.objects.filter(kind=NEWER_VERSION, source__in=edge).exclude(target__in=seen)
        edge = list(dict.fromkeys(found.values_list("target", flat=True)))
        if not edge:
            break
        seen |= set(edge)
        here = visible.filter(pk__in=edge).order_by("-dated_at", "-pk").first()
        newest = here or newest
    return newest


def offers_waiting_for(person: Person) -> QuerySet[Pair]:
    """List what is offered to the person: pairs of records they brought in themselves and may read, newest first."""
    visible = records_visible_to(person).values("pk")
    own = Q(older__owner=person) | Q(newer__owner=person)
    return _pairs().filter(own, state=PairState.OFFERED, older__in=visible, newer__in=visible).order_by("-found_at")


def _pairs() -> QuerySet[Pair]:
    return Pair.objects.select_related("older__unit", "newer__unit")


def count_offers(person: Person, record: Record) -> int:
    """Count what was found of a record with others the person may read, what was refused left out."""
    return sum(row.pair.state != PairState.REFUSED for row in pairs_visible_to(person, record))
