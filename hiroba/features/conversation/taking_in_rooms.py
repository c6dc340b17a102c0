"""Rooms of another product as channels: for those who were in them, as far as they are known here, and nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hiroba.archive import gate
from hiroba.connectors.chats.telling import NotTaken, Room
from hiroba.features.conversation.channels import MOST_DIRECT
from hiroba.features.conversation.models import Channel, ChannelKind, Joining
from hiroba.features.conversation.sharing import give_audience
from hiroba.features.conversation.taking_in_people import People
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person

LONGEST_KEY = 300
_TALKS = frozenset({"direct", "group", "meeting"})
PRODUCT_NAMES = {
    "teams": "Microsoft Teams",
    "slack": "Slack",
    "mattermost": "Mattermost",
    "zulip": "Zulip",
}


class Rooms:
    """The rooms that were told of, and the channel of each. A channel is made when something was said in it."""

    def __init__(self, person: Person, source: str, people: People, is_mirror: bool) -> None:
        self._person, self._source, self._people, self._is_mirror = person, source, people, is_mirror
        self._told: dict[str, Room] = {}
        self._channels: dict[str, Channel] = {}
        self._troubles: list[NotTaken] = []
        self.founded = 0

    def hear_of(self, room: Room) -> None:
        """Hear of a room; what was heard last of it counts."""
        self._told[room.key] = room
        self._channels.pop(room.key, None)

    def channel(self, key: str) -> Channel:
        """Give the channel of a room, made or brought up to date."""
        if key not in self._channels:
            room = self._told.get(key) or Room(key, key, "closed")
            members = self._members(room)
            if not members:
                self._troubles.append(NotTaken(self._name(room), "CHATS-22"))
            self._channels[key] = self._found(room, members)
        return self._channels[key]

    def finish(self) -> Iterator[NotTaken]:
        """Follow the members of rooms without new words; tell of those in which nothing was ever said, and of those
        whose members are all unknown here."""
        yield from self._troubles
        for key, room in self._told.items():
            if key not in self._channels and not self._follow(room):
                yield NotTaken(self._name(room), "CHATS-23")

    @transaction.atomic
    def _follow(self, room: Room) -> bool:
        """Follow who left and who came where nothing new was said; False where there is no channel."""
        channel = Channel.objects.select_for_update().filter(source=self._source, external_key=_key(room.key)).first()
        if channel is not None:
            self._renew(channel, self._members(room))
        return channel is not None

    def _members(self, room: Room) -> frozenset[int]:
        return frozenset(person.pk for each in room.members if (person := self._people.person(each)))

    @transaction.atomic
    def _found(self, room: Room, members: frozenset[int]) -> Channel:
        key = _key(room.key)
        known = Channel.objects.select_for_update().filter(source=self._source, external_key=key).first()
        if known is not None:
            self._renew(known, members)
            return known
        now = timezone.now()
        wanted = members or {self._person.pk}
        channel = Channel.objects.create(
            name=self._name(room)[:120],
            purpose=gate.mask(room.about)[:500],
            kind=self._kind(room),
            audience=find_or_add_audience(of_person(each) for each in wanted),
            reason=_("%(product)sで、ここにいた人だけが読めます。") % {"product": self.product},
            owner=self._person,
            source=self._source,
            external_key=key,
            created_at=room.created_at or now,
            closed_at=now if room.is_closed_down or self._is_mirror else None,
        )
        self._join(channel, members)
        log.record("channel.founded", "channel", channel.pk, self._person.pk)
        self.founded += 1
        return channel

    def in_words(self, where: str) -> str:
        """Give a place in an export by the name of its room, where it is one of a room."""
        key, _sep, message = where.rpartition("/")
        room = self._told.get(key)
        return f"{self._name(room)} #{message}" if room else where

    @property
    def product(self) -> str:
        """Give the product's name as people know it."""
        return _("ひろば") if self._source == "hiroba" else PRODUCT_NAMES.get(self._source, _("ほかのチャット"))

    def _kind(self, room: Room) -> ChannelKind:
        is_talk = room.kind in _TALKS and len(room.members) <= MOST_DIRECT
        return ChannelKind.DIRECT if is_talk else ChannelKind.CLOSED

    def _name(self, room: Room) -> str:
        said = " ".join(room.name.split())
        if room.kind in _TALKS and not said:
            return "、".join(sorted(map(self._people.shown, room.members))) or room.key
        within = " ".join(room.within.split())
        return gate.mask(f"{within} / {said}" if within and within != said else said or room.key)

    def _join(self, channel: Channel, members: frozenset[int]) -> None:
        now = timezone.now()
        rows = (Joining(channel=channel, person_id=pk, joined_at=now) for pk in sorted(members))
        Joining.objects.bulk_create(rows, ignore_conflicts=True)

    def _renew(self, channel: Channel, members: frozenset[int]) -> None:
        """Follow who came and left over there. Whom somebody here shut out is not let in again; who takes part and is
        not a member over there (any more) is shut out; a channel that somebody shared with more than single people is
        theirs to follow."""
        principals = principals_in(channel.audience_id)
        by_person = {of_person(pk): pk for pk in members}
        if not all(each.startswith("person:") for each in principals):
            return
        joined = set(Joining.objects.filter(channel=channel).values_list("person_id", flat=True))
        is_nobodys = principals == {of_person(self._person.pk)} and not joined
        came = frozenset(each for each, pk in by_person.items() if pk not in joined) if members else frozenset()
        left = frozenset(of_person(pk) for pk in joined - members) & principals if members else frozenset()
        wanted = (frozenset() if is_nobodys and came else principals - left) | came
        if not wanted or wanted == principals:
            return
        give_audience(channel, wanted, bool(principals - wanted), self._person.pk)
        self._join(channel, frozenset(by_person[each] for each in came))
        Joining.objects.filter(channel=channel, person_id__in=joined - members).delete()

    def settle(self, channel: Channel, before: int) -> None:
        """Count what came in as read by those who had read everything: they know it from over there."""
        newest = Channel.objects.values_list("last_message_id", flat=True).get(pk=channel.pk)
        channel.last_message_id = newest
        Joining.objects.filter(channel=channel, read_until__gte=before).update(read_until=newest)


def _key(key: str) -> str:
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:230]}#{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"[:LONGEST_KEY]
