"""What is kept at hand: pinned for everybody who reads a channel, and each person's own しおり."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hiroba.features.conversation.marks import mark
from hiroba.features.conversation.models import Bookmark, Channel, Joining, Message, Pin
from hiroba.features.conversation.queries import channels_visible_to, get_message, may_tend
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

MOST_PINNED = 20  # at a channel's side: more would not be read


@transaction.atomic
def pin_message(person: Person, message_id: int) -> Pin:
    """Keep a message at its channel's side. Whoever takes part may: ACCESS-02 for others. TALK-18 for too many.
    Records message.marked."""
    message = _pinnable(person, message_id)
    channel = Channel.objects.select_for_update().get(pk=message.thread.channel_id)
    pinned = Pin.objects.filter(message=message).first()
    if pinned is not None:
        return pinned
    if Pin.objects.filter(channel=channel, message__deleted_at=None).count() >= MOST_PINNED:
        raise Refusal("TALK-18", most=MOST_PINNED)
    pinned = Pin.objects.create(message=message, channel=channel, person=person, pinned_at=timezone.now())
    mark(message, person)
    return pinned


@transaction.atomic
def unpin_message(person: Person, message_id: int) -> None:
    """Take a message from its channel's side. ACCESS-02 unless one takes part. Records message.marked."""
    message = _pinnable(person, message_id)
    Pin.objects.filter(message=message).delete()
    mark(message, person)


def _pinnable(person: Person, message_id: int) -> Message:
    message = get_message(person, message_id)
    if message.deleted_at is not None or not may_pin(person, message.thread.channel):
        raise Refusal("ACCESS-02")
    return message


def may_pin(person: Person, channel: Channel) -> bool:
    """Tell whether the person takes part in a channel they read, or tends it."""
    return may_tend(person, channel) or Joining.objects.filter(channel=channel, person=person).exists()


def pins_in(channel: Channel) -> list[Pin]:
    """List what is pinned in a channel, newest first; the caller has fetched it as somebody."""
    pins = Pin.objects.filter(channel=channel, message__deleted_at=None)
    return list(pins.select_related("message", "person").order_by("-pk"))


def keep_bookmark(person: Person, message_id: int, is_later: bool) -> Bookmark:
    """Put one's own mark on a message one may read; `is_later`: to come back to it. Nobody else learns of it."""
    message = get_message(person, message_id)
    if message.deleted_at is not None:
        raise Refusal("ACCESS-01")
    bookmark, _ = Bookmark.objects.update_or_create(
        person=person,
        message=message,
        defaults={"is_later": is_later},
        create_defaults={"is_later": is_later, "made_at": timezone.now()},
    )
    return bookmark


def drop_bookmark(person: Person, message_id: int) -> None:
    """Take one's own mark from a message."""
    Bookmark.objects.filter(person=person, message=message_id).delete()


def bookmarks_of(person: Person) -> QuerySet[Bookmark]:
    """List the person's own marks on what they may read now, those to come back to first."""
    readable = Bookmark.objects.filter(
        person=person, message__deleted_at=None, message__thread__channel__in=channels_visible_to(person).values("pk")
    )
    return readable.select_related("message__thread__channel", "message__author").order_by("-is_later", "-pk")


def find_bookmark(person: Person, message: Message) -> Bookmark | None:
    """Give the person's own mark on a message, where there is one."""
    return Bookmark.objects.filter(person=person, message=message).first()
