"""What came in lately for one person, and what waits for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from hiroba.archive.kinds import LABELS
from hiroba.archive.models import Record
from hiroba.archive.queries import records_held_for, records_visible_to
from hiroba.foundation.access.audiences import principals_in, say_audience
from hiroba.foundation.access.principals import EVERYONE, principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import Tree, get_tree
from hiroba.ingest.queries import Progress, batches_visible_to, progress_of

LATELY = dt.timedelta(days=14)


@dataclass(frozen=True)
class Card:
    """One record as a line of the day: what it is, who shares it, and why it is shown to this person."""

    record_id: int
    title: str
    kind_label: str
    unit_name: str
    by_name: str
    at: dt.datetime
    sharing: str
    is_everyone: bool
    why: str


@dataclass(frozen=True)
class Day:
    """The first page of one person's day."""

    lately: list[Card]
    mine: list[tuple[str, int, Progress]]
    held_count: int
    readable_count: int


def get_day(person: Person, limit: int = 12) -> Day:
    """Gather the day: newest first, those of the person's own section before the rest of the office's."""
    principals = principals_of(person)
    visible = records_visible_to(person, principals)
    tree = get_tree()
    since = timezone.now() - LATELY
    newest = list(visible.filter(updated_at__gte=since)[: limit * 5]) or list(visible[:limit])
    newest.sort(key=lambda record: not _is_of_own_unit(record, principals))
    batches = batches_visible_to(person)[:3]
    return Day(
        lately=[card_of(record, person, principals, tree) for record in newest[:limit]],
        mine=[(batch.title, batch.pk, progress_of(batch)) for batch in batches],
        held_count=records_held_for(person).count(),
        readable_count=visible.count(),
    )


def _is_of_own_unit(record: Record, principals: frozenset[str]) -> bool:
    return record.unit is not None and f"unit:{record.unit.code}" in principals


def card_of(record: Record, person: Person, principals: frozenset[str], tree: Tree) -> Card:
    """Show a readable record as a card."""
    audience = principals_in(record.audience_id)
    if record.owner_id == person.pk:
        why = _("あなたが取り込みました")
    elif _is_of_own_unit(record, principals):
        why = _("あなたの部署の資料です")
    elif EVERYONE in audience:
        why = _("庁内のみんなで共有されています")
    else:
        why = _("あなたが共有範囲に入っています")
    return Card(
        record_id=record.pk,
        title=record.title,
        kind_label=str(LABELS.get(record.kind, LABELS["other"])),
        unit_name=tree.full_name(record.unit.code) if record.unit else "",
        by_name=record.owner.name,
        at=record.updated_at,
        sharing=say_audience(audience, tree),
        is_everyone=EVERYONE in audience,
        why=why,
    )
