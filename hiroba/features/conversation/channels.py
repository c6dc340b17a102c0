"""What people do to a channel: found it, join it, change who may read it, end it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.features.conversation.models import Channel, ChannelKind, Joining, Level
from hiroba.features.conversation.queries import get_channel, may_tend
from hiroba.features.conversation.sharing import give_audience
from hiroba.foundation.access.audiences import find_or_add_audience, is_narrower, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit, principals_of
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.people.queries import section_of
from hiroba.foundation.refusal import Refusal

MOST_DIRECT = 50  # people of one group conversation: more than that is a channel


@dataclass(frozen=True)
class Plan:
    """What a new channel is to be. `principals` only for closed ones and teams; a unit's are those of `unit_code`."""

    name: str
    purpose: str
    kind: ChannelKind
    principals: frozenset[str] = frozenset()
    unit_code: str = ""
    reason: str = ""


def found_channel(person: Person, plan: Plan) -> Channel:
    """Open a channel and take part in it. Everybody in the office may read unless the plan says otherwise; a closed one
    asks for a reason (ACCESS-03). TALK-02 without a name; GATE-01 for a マイナンバー in its words.

    Records channel.founded."""
    name = " ".join(plan.name.split())[:120]
    if not name:
        raise Refusal("TALK-02")
    gate.require_no_number(f"{name}\n{plan.purpose}\n{plan.reason}", "name")
    if plan.kind == ChannelKind.CLOSED and not plan.reason.strip():
        raise Refusal("ACCESS-03")
    audience = _audience_of(person, plan)
    with transaction.atomic():
        channel = Channel.objects.create(
            name=name,
            purpose=plan.purpose.strip()[:500],
            kind=plan.kind,
            audience=find_or_add_audience(audience),
            reason=plan.reason.strip()[:500],
            unit=_unit_of(person, plan),
            owner=person,
            created_at=timezone.now(),
        )
        _join(channel, person)
        log.record("channel.founded", "channel", channel.pk, person.pk)
    return channel


def _audience_of(person: Person, plan: Plan) -> frozenset[str]:
    """Give who may read; ACCESS-04 where the plan names nobody, or a part of the office that the founder is not in."""
    if plan.kind == ChannelKind.OPEN:
        return frozenset({EVERYONE})
    wanted = frozenset({of_unit(plan.unit_code)}) if plan.kind == ChannelKind.UNIT else plan.principals
    if plan.kind in (ChannelKind.UNIT, ChannelKind.TEAM) and not wanted & principals_of(person):
        raise Refusal("ACCESS-04", audience="")
    return wanted | ({of_person(person.pk)} if plan.kind == ChannelKind.CLOSED else frozenset())


def _unit_of(person: Person, plan: Plan) -> Unit | None:
    code = plan.unit_code or section_of(person)
    return Unit.objects.filter(code=code).first() if code else None


def open_direct(person: Person, others: Iterable[Person]) -> Channel:
    """Give the direct conversation of these people, the same one each time. TALK-03 with nobody else, or too many."""
    people = {each.pk: each for each in others if each.is_active} | {person.pk: person}
    if not 2 <= len(people) <= MOST_DIRECT:
        raise Refusal("TALK-03", most=MOST_DIRECT)
    audience = find_or_add_audience(of_person(pk) for pk in people)
    found = Channel.objects.filter(kind=ChannelKind.DIRECT, audience=audience, source="").first()
    if found is not None:
        return found
    try:
        return _open_direct(person, people, audience.pk)
    except IntegrityError:  # the other side opened it at the same moment
        return Channel.objects.get(kind=ChannelKind.DIRECT, audience=audience, source="")


@transaction.atomic
def _open_direct(person: Person, people: dict[int, Person], audience_id: int) -> Channel:
    channel = Channel.objects.create(
        name="、".join(each.name for _, each in sorted(people.items()))[:120],
        kind=ChannelKind.DIRECT,
        audience_id=audience_id,
        owner=person,
        created_at=timezone.now(),
    )
    now = timezone.now()
    Joining.objects.bulk_create(
        Joining(channel=channel, person=each, level=Level.FOLLOW, joined_at=now) for each in people.values()
    )
    log.record("channel.founded", "channel", channel.pk, person.pk)
    return channel


def join_channel(person: Person, channel_id: int) -> Joining:
    """Take part in a channel one may read; what was said before counts as read."""
    return _join(get_channel(person, channel_id), person)


def _join(channel: Channel, person: Person, at: dt.datetime | None = None) -> Joining:
    joining, _ = Joining.objects.get_or_create(
        channel=channel,
        person=person,
        defaults={"joined_at": at or timezone.now(), "read_until": channel.last_message_id},
    )
    return joining


def leave_channel(person: Person, channel_id: int) -> None:
    """Take no more part in a channel; it stays readable for whoever may read it."""
    Joining.objects.filter(channel=get_channel(person, channel_id), person=person).delete()


def set_level(person: Person, channel_id: int, level: str) -> Joining:
    """Say how much of a channel one wants to hear: TALK-04 for a word that is none of Level's."""
    if level not in Level.values:
        raise Refusal("TALK-04")
    joining = join_channel(person, channel_id)
    joining.level = Level(level)
    joining.save(update_fields=["level"])
    return joining


@transaction.atomic
def revise_channel(person: Person, channel_id: int, name: str, purpose: str) -> Channel:
    """Give a channel another name or purpose. ACCESS-02 unless one tends it. Records channel.revised."""
    channel = _tended(person, channel_id)
    gate.require_no_number(f"{name}\n{purpose}", "name")
    channel.name = " ".join(name.split())[:120] or channel.name
    channel.purpose = purpose.strip()[:500]
    channel.save(update_fields=["name", "purpose"])
    log.record("channel.revised", "channel", channel.pk, person.pk)
    return channel


@transaction.atomic
def share_channel(person: Person, channel_id: int, principals: frozenset[str], reason: str = "") -> Channel:
    """Give a channel and everything said in it another audience, at once and everywhere. Narrower than before
    asks for a reason (ACCESS-03); ACCESS-02 unless one tends it, or for a direct conversation: those are nobody else's.

    Records what `sharing.give_audience` does."""
    channel = _tended(person, channel_id)
    if channel.kind == ChannelKind.DIRECT:
        raise Refusal("ACCESS-02")
    old = principals_in(channel.audience_id)
    if principals == old:
        return channel
    narrower = is_narrower(principals, old)
    if narrower and not reason.strip():
        raise Refusal("ACCESS-03")
    gate.require_no_number(reason, "reason")
    channel.reason = reason.strip()[:500]
    channel.kind = ChannelKind.OPEN if EVERYONE in principals else ChannelKind.CLOSED
    give_audience(channel, principals, narrower, person.pk)
    return channel


@transaction.atomic
def close_channel(person: Person, channel_id: int, is_closed: bool = True) -> Channel:
    """End a channel, or open it again: nothing more is said in it, everything can still be read and found.
    ACCESS-02 unless one tends it. Records channel.revised."""
    channel = _tended(person, channel_id)
    channel.closed_at = timezone.now() if is_closed else None
    channel.save(update_fields=["closed_at"])
    log.record("channel.revised", "channel", channel.pk, person.pk)
    return channel


def _tended(person: Person, channel_id: int) -> Channel:
    channel = get_channel(person, channel_id)
    if not may_tend(person, channel):
        raise Refusal("ACCESS-02")
    return Channel.objects.select_for_update().get(pk=channel.pk)
