"""What is known of a record's other versions and forms, for whoever may read both; and where its newest one lies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from hiroba.archive.actions import can_change
from hiroba.archive.models import Link, Record
from hiroba.archive.queries import records_visible_to
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.versions.finding import NEWER_VERSION
from hiroba.ingest.versions.models import Pair, PairState

LONGEST_CHAIN = 50
MOST_OFFERED = 200


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


def offers_waiting_for(person: Person) -> list[Pair]:
    """List what is offered to the person: pairs of records they brought in themselves and may read, newest first.

    What follows from what was accepted (案1 → 案2 → 最終) is not asked again; at most MOST_OFFERED."""
    visible = records_visible_to(person).values("pk")
    own = Q(older__owner=person) | Q(newer__owner=person)
    offered = _pairs().filter(own, state=PairState.OFFERED, older__in=visible, newer__in=visible)
    newest = list(offered.order_by("-found_at", "-pk")[:MOST_OFFERED])
    groups = _accepted_groups(newest)
    return [pair for pair in newest if not _is_told(pair, groups)]


def _accepted_groups(offered: list[Pair]) -> dict[int, int]:
    """Give for each record of these pairs that is in a chain of accepted versions which chain that is."""
    group: dict[int, int] = {}
    ids = {end for pair in offered for end in (pair.older_id, pair.newer_id)}
    linked = Link.objects.filter(Q(source__in=ids) | Q(target__in=ids), kind=NEWER_VERSION)
    for start in ids & {end for ends in linked.values_list("source", "target") for end in ends}:
        if start in group:
            continue
        edge, group[start] = [start], start
        while edge:
            links = Link.objects.filter(Q(source__in=edge) | Q(target__in=edge), kind=NEWER_VERSION)
            ends = {end for pair in links.values_list("source", "target") for end in pair}
            edge = [end for end in ends if end not in group]
            group |= dict.fromkeys(edge, start)
    return group


def _is_told(pair: Pair, groups: dict[int, int]) -> bool:
    return groups.get(pair.older_id, -1) == groups.get(pair.newer_id, -2)


def _pairs() -> QuerySet[Pair]:
    return Pair.objects.select_related("older__unit", "newer__unit")


def count_offers(person: Person, record: Record) -> int:
    """Count what was found of a record with others the person may read, what was refused left out."""
    visible = records_visible_to(person).values("pk")
    mine = Q(older=record, newer__in=visible) | Q(newer=record, older__in=visible)
    return Pair.objects.filter(mine).exclude(state=PairState.REFUSED).count()


def count_pairs() -> dict[str, int]:
    """Count the pairs by what became of them: numbers only, for whoever operates."""
    counts = dict(Pair.objects.values_list("state").annotate(Count("pk")))
    return {state: counts.get(state, 0) for state in PairState.values}
