"""What came in lately for one person, and what waits for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hiroba.archive.kinds import LABELS
from hiroba.archive.models import Record
from hiroba.archive.queries import records_held_for, records_visible_to
from hiroba.foundation.access.audiences import principals_in, say_audience
from hiroba.foundation.access.principals import EVERYONE, of_unit, principals_of
from hiroba.foundation.people.models import PendingImport, Person
from hiroba.foundation.people.pending import pending_imports_visible_to
from hiroba.foundation.people.queries import Tree, get_tree
from hiroba.foundation.web.errands import Errand, errands_of
from hiroba.ingest.queries import count_under_way, latest_items_of

LATELY = dt.timedelta(days=14)


@dataclass(frozen=True)
class Card:
    """One record as a line of the day: what it is, who shares it, and why it is shown to this person."""

    record_id: int
    title: str
    url: str
    kind_label: str
    unit_name: str
    by_name: str
    at: dt.datetime
    sharing_label: str
    is_everyone: bool
    why: str


@dataclass(frozen=True)
class Waiting:
    """Something the gate stopped that waits for the person's decision."""

    title: str
    url: str
    at: dt.datetime
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mine:
    """One file the person brought in lately, and how far it is."""

    title: str
    url: str
    state: str
    state_label: str
    code: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Day:
    """The first page of one person's day; templates/today/page.html names each part."""

    now: dt.datetime
    waiting: list[Waiting]
    errands: list[Errand]
    imports: list[PendingImport]
    lately: list[Card]
    mine: list[Mine]
    mine_open: int
    is_first_day: bool


def get_day(person: Person, limit: int = 12) -> Day:
    """Gather the day: what waits first, then the newest of the own section before the rest of the office's."""
    principals = principals_of(person)
    visible = records_visible_to(person, principals)
    tree = get_tree()
    others = visible.exclude(owner=person)  # one's own stand in the margin
    newest = list(others.filter(updated_at__gte=timezone.now() - LATELY)[: limit * 5]) or list(others[:limit])
    newest.sort(key=lambda record: not _is_of_own_unit(record, principals))
    return Day(
        now=timezone.localtime(),
        imports=list(pending_imports_visible_to(person)[:10]),
        errands=errands_of(person),
        waiting=[_waiting(record) for record in records_held_for(person)[:10]],
        lately=[card_of(record, principals, tree) for record in _one_of_each(newest)[:limit]],
        mine=_mine(person),
        mine_open=count_under_way(person),
        is_first_day=not newest and not visible.exists(),
    )


def _one_of_each(records: list[Record]) -> list[Record]:
    """Keep the first of those with one title: nine copies of a notice are one line of the day."""
    return list({record.title: record for record in reversed(records)}.values())[::-1]


def _is_of_own_unit(record: Record, principals: frozenset[str]) -> bool:
    return record.unit is not None and of_unit(record.unit.code) in principals


def _waiting(record: Record) -> Waiting:
    is_stopped = record.gate_code == "GATE-01"
    url = reverse("intake-release" if is_stopped else "record", args=[record.pk])
    places = "、".join(record.gate_places[:3])
    return Waiting(record.title, url, record.updated_at, record.gate_code, {"places": places, "name": record.file_name})


def _mine(person: Person) -> list[Mine]:
    return [
        Mine(
            title=item.record.title if item.record else item.path,
            url=reverse("record", args=[item.record.pk]) if item.record and item.record.state == "live" else "",
            state=item.state,
            state_label=item.get_state_display(),
            code=item.code,
            params=item.params,
        )
        for item in latest_items_of(person)[:6]
    ]


def card_of(record: Record, principals: frozenset[str], tree: Tree) -> Card:
    """Show a readable record as a card."""
    audience = principals_in(record.audience_id)
    return Card(
        record_id=record.pk,
        title=record.title,
        url=reverse("record", args=[record.pk]),
        kind_label=str(LABELS.get(record.kind, LABELS["other"])),
        unit_name=tree.full_name(record.unit.code) if record.unit else "",
        by_name=record.owner.name,
        at=record.updated_at,
        sharing_label=say_audience(audience, tree),
        is_everyone=EVERYONE in audience,
        why=_why(record, principals, audience),
    )


def _why(record: Record, principals: frozenset[str], audience: frozenset[str]) -> str:
    if _is_of_own_unit(record, principals):
        return _("あなたの部署の資料です")
    if EVERYONE in audience:
        return _("庁内のみんなで共有されています")
    return _("あなたが共有範囲に入っています")
