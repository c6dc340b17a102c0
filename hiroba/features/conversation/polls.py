"""みんなに聞く: a question with options, one or several answers, until when. Names are shown only if said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.connectors.chats.markdown import escaped
from hiroba.features.conversation.actions import Words, speak
from hiroba.features.conversation.marks import PollShown, mark, polls_of
from hiroba.features.conversation.models import Message, Poll, PollOption, Vote
from hiroba.features.conversation.queries import get_channel, get_message
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

MOST_OPTIONS = 20
LONGEST_OPTION = 100


@dataclass(frozen=True)
class NewPoll:
    """What is to be asked. `until_at` None: until the asker ends it."""

    question: str
    options: tuple[str, ...]
    is_many: bool = False
    is_named: bool = False
    until_at: dt.datetime | None = None


def open_poll(person: Person, channel_id: int, asked: NewPoll, key: str = "") -> Message:
    """Say a question in a channel, with what can be chosen; the same key is the same poll. TALK-01 without words,
    TALK-19 unless there are 2 to MOST_OPTIONS different options, TALK-20 when it would be over already.

    Records message.sent and message.marked; refusals of `speak`."""
    get_channel(person, channel_id)
    question = asked.question.strip()
    options = tuple(dict.fromkeys(" ".join(each.split()) for each in asked.options if each.strip()))
    if not question:
        raise Refusal("TALK-01")
    if not 2 <= len(options) <= MOST_OPTIONS or any(len(each) > LONGEST_OPTION for each in options):
        raise Refusal("TALK-19", most=MOST_OPTIONS, longest=LONGEST_OPTION)
    if asked.until_at is not None and asked.until_at <= timezone.now():
        raise Refusal("TALK-20")
    gate.require_no_number("\n".join(options), "poll")
    lines = "\n".join(f"- {escaped(each)}" for each in options)
    message = speak(person, channel_id, Words(f"{question}\n\n{lines}", key))
    with transaction.atomic():
        terms = {"is_many": asked.is_many, "is_named": asked.is_named, "until_at": asked.until_at}
        poll, is_new = Poll.objects.get_or_create(message=message, defaults=terms)
        if is_new:
            PollOption.objects.bulk_create(
                PollOption(poll=poll, number=number, words=words) for number, words in enumerate(options, start=1)
            )
            mark(message, person)
    return message


@transaction.atomic
def vote(person: Person, message_id: int, numbers: Iterable[int]) -> None:
    """Choose options by number, instead of those chosen before; none takes one's vote back. TALK-20 when it is over,
    TALK-21 for several where one is asked, or one that is not there. Records message.marked, by nobody where names are
    not shown."""
    message, poll = _poll(person, message_id)
    if is_over(poll):
        raise Refusal("TALK-20")
    chosen = set(numbers)
    options = list(poll.options.filter(number__in=chosen))
    if len(options) != len(chosen) or (len(chosen) > 1 and not poll.is_many):
        raise Refusal("TALK-21")
    Vote.objects.filter(option__poll=poll, person=person).delete()
    Vote.objects.bulk_create(Vote(option=option, person=person) for option in options)
    mark(message, person if poll.is_named else None)


@transaction.atomic
def show_names(person: Person, message_id: int, is_named: bool) -> None:
    """Say whether names are shown: the asker, before anybody has voted. ACCESS-02 for others, TALK-22 afterwards.
    Records message.marked."""
    message, poll = _poll(person, message_id)
    _require_asker(person, message)
    if Vote.objects.filter(option__poll=poll).exists():
        raise Refusal("TALK-22")
    poll.is_named = is_named
    poll.save(update_fields=["is_named"])
    mark(message, person)


@transaction.atomic
def end_poll(person: Person, message_id: int) -> None:
    """End a poll now: nobody's vote changes any more. ACCESS-02 unless one asked. Records message.marked."""
    message, poll = _poll(person, message_id)
    _require_asker(person, message)
    if not is_over(poll):
        poll.until_at = timezone.now()
        poll.save(update_fields=["until_at"])
        mark(message, person)


def _poll(person: Person, message_id: int) -> tuple[Message, Poll]:
    message = get_message(person, message_id)
    poll = Poll.objects.select_for_update().filter(message=message, message__deleted_at=None).first()
    if poll is None:
        raise Refusal("ACCESS-01")
    return message, poll


def _require_asker(person: Person, message: Message) -> None:
    if message.author_id != person.pk:
        raise Refusal("ACCESS-02")


def is_over(poll: Poll) -> bool:
    """Tell whether nobody can vote any more."""
    return poll.until_at is not None and poll.until_at <= timezone.now()


@dataclass(frozen=True)
class PollFor:
    """A poll as one person sees it: what everybody sees, and what they chose themselves."""

    shown: PollShown
    chosen: frozenset[int]
    is_over: bool
    is_asker: bool
    may_change_names: bool


def get_poll(person: Person, message: Message) -> PollFor:
    """Give the poll of a message the person has fetched. ACCESS-01 when it has none."""
    shown = polls_of([message.pk]).get(message.pk)
    if shown is None or message.deleted_at is not None:
        raise Refusal("ACCESS-01")
    mine = Vote.objects.filter(option__poll=shown.poll, person=person).values_list("option__number", flat=True)
    is_asker = message.author_id == person.pk
    return PollFor(shown, frozenset(mine), is_over(shown.poll), is_asker, is_asker and shown.people == 0)


def chosen_in(values: Sequence[str]) -> list[int]:
    """Read the numbers a form sends; what is none becomes 0, which no option has."""
    return [int(each) if each.isascii() and each.isdigit() and len(each) < 4 else 0 for each in values]
