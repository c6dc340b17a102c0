"""What a person says of two records: they are versions, they are not, or the other way round; each can be undone."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from hiroba.archive.actions import can_change
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.versions.finding import link, unlink
from hiroba.ingest.versions.models import Pair, PairState
from hiroba.ingest.versions.queries import get_pair


def accept_pair(person: Person, pair_id: int, is_turned: bool = False) -> Pair:
    """Say that the newer is a later version of the older (`is_turned`: the other way round).

    ACCESS-01 unless both may be read, ACCESS-02 unless one may be changed. Records record.linked of both."""
    with transaction.atomic():
        pair = _require(person, pair_id)
        unlink(pair, person.pk)
        if is_turned:
            pair.older_id, pair.newer_id = pair.newer_id, pair.older_id
        _decide(pair, person, PairState.ACCEPTED)
        link(pair, person.pk)
    return pair


def refuse_pair(person: Person, pair_id: int) -> Pair:
    """Say that they are different things: a link goes, and it is not offered again. Records record.unlinked."""
    with transaction.atomic():
        pair = _require(person, pair_id)
        unlink(pair, person.pk)
        _decide(pair, person, PairState.REFUSED)
    return pair


def undo_decision(person: Person, pair_id: int) -> Pair:
    """Take back what was said: it is offered again, or linked again where the machine had done so."""
    with transaction.atomic():
        pair = _require(person, pair_id)
        unlink(pair, person.pk)
        is_form = pair.kind == "format"
        _decide(pair, None, PairState.LINKED if is_form else PairState.OFFERED)
        if is_form:
            link(pair, person.pk)
    return pair


def _require(person: Person, pair_id: int) -> Pair:
    pair = get_pair(person, pair_id)
    if not (can_change(person, pair.older) or can_change(person, pair.newer)):
        raise Refusal("ACCESS-02")
    return Pair.objects.select_for_update().get(pk=pair.pk)


def _decide(pair: Pair, person: Person | None, state: PairState) -> None:
    pair.state, pair.decided_by, pair.decided_at = state, person, timezone.now() if person else None
    pair.save()
