"""おたずね: a message that asks something of a person, a unit or a team, until one of the two says what answers it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hiroba.features.conversation.marks import mark
from hiroba.features.conversation.models import Channel, Message, Question
from hiroba.features.conversation.queries import channels_visible_to, get_message
from hiroba.features.conversation.speaking import Called, find_called, storable
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_unit, principals_of
from hiroba.foundation.people.models import Membership, Person, in_force
from hiroba.foundation.people.queries import get_tree, today
from hiroba.foundation.refusal import Refusal


@transaction.atomic
def ask_question(person: Person, message_id: int, owner: str) -> Question:
    """Ask somebody to answer one's own message: a person, a unit or a team by name, who can read it. Asked again, the
    question goes to somebody else. ACCESS-02 for somebody else's message, TALK-17 when nobody goes by that name or
    they cannot read the channel. Records message.marked."""
    message = get_message(person, message_id)
    if message.author_id != person.pk or message.deleted_at is not None:
        raise Refusal("ACCESS-02")
    called = _owner_called(owner, message.thread.channel)
    question, _ = Question.objects.update_or_create(
        message=message,
        defaults={"owner": called.principal, "owner_name": called.name},
        create_defaults={"owner": called.principal, "owner_name": called.name, "asked_at": timezone.now()},
    )
    mark(message, person)
    return question


def require_owner(channel: Channel, typed: str) -> None:
    """Refuse with TALK-17 whom `ask_question` could not ask, before anything is sent."""
    _owner_called(typed, channel)


def _owner_called(typed: str, channel: Channel) -> Called:
    name = " ".join(storable(typed).split()).removeprefix("@")
    called = next((each for each in find_called(f"@{name}") if each.word == name), None)
    if called is None or not _can_read(called.principal, principals_in(channel.audience_id)):
        raise Refusal("TALK-17", name=name[:100])
    return called


def _can_read(principal: str, audience: frozenset[str]) -> bool:
    """Tell whether whom a principal names may read: for a team, whether one of them may."""
    kind, _, name = principal.partition(":")
    if kind == "person":
        return bool(principals_of(Person.objects.get(pk=name)) & audience)
    if kind == "unit":
        return bool(({EVERYONE} | {of_unit(code) for code in get_tree().path(name)}) & audience)
    members = Membership.objects.filter(in_force(today()), team=int(name)).select_related("person")
    return any(principals_of(each.person) & audience for each in members)


@transaction.atomic
def withdraw_question(person: Person, message_id: int) -> None:
    """Ask no more. ACCESS-02 unless one asked. Records message.marked."""
    question = _question(person, message_id)
    if question.message.author_id != person.pk:
        raise Refusal("ACCESS-02")
    question.delete()
    mark(question.message, person)


@transaction.atomic
def answer_question(person: Person, message_id: int, answer_id: int | None = None) -> Question:
    """Say that a question is answered, by whoever asked or is asked: by a message of the same thread, or elsewhere
    (None). ACCESS-02 for others, ACCESS-01 for a message that is not of the thread. Records message.marked."""
    question = _question(person, message_id)
    _require_part(person, question)
    answer = None
    if answer_id is not None:
        answer = get_message(person, answer_id)
        if answer.thread_id != question.message.thread_id or answer.deleted_at or answer.pk == message_id:
            raise Refusal("ACCESS-01")
    _set_answer(person, question, answer, is_answered=True)
    return question


@transaction.atomic
def reopen_question(person: Person, message_id: int) -> Question:
    """Say that a question is not answered after all, by whoever asked or is asked. ACCESS-02 for others.
    Records message.marked."""
    question = _question(person, message_id)
    _require_part(person, question)
    _set_answer(person, question, None, is_answered=False)
    return question


def _set_answer(person: Person, question: Question, answer: Message | None, is_answered: bool) -> None:
    before = question.answer
    question.answer = answer
    question.answered_by = person if is_answered else None
    question.answered_at = timezone.now() if is_answered else None
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    for message in {each.pk: each for each in (before, answer, question.message) if each is not None}.values():
        mark(message, person)


def _question(person: Person, message_id: int) -> Question:
    message = get_message(person, message_id)
    questions = Question.objects.select_for_update(of=("self",)).select_related("message__thread", "answer")
    question = questions.filter(message=message, message__deleted_at=None).first()
    if question is None:
        raise Refusal("ACCESS-01")
    return question


def _require_part(person: Person, question: Question) -> None:
    if not may_answer(person, question):
        raise Refusal("ACCESS-02")


def may_answer(person: Person, question: Question) -> bool:
    """Tell whether the person asked, or is (one of those) asked."""
    return question.message.author_id == person.pk or question.owner in principals_of(person)


def questions_visible_to(person: Person) -> QuerySet[Question]:
    """List the questions the person may read, the oldest first."""
    questions = Question.objects.filter(
        message__deleted_at=None, message__thread__channel__in=channels_visible_to(person).values("pk")
    )
    return questions.select_related("message__thread__channel", "message__author").order_by("asked_at", "pk")


def questions_for(person: Person) -> QuerySet[Question]:
    """List the open questions whose owner the person is, or belongs to; not those they asked themselves."""
    mine = questions_visible_to(person).filter(answered_at=None, owner__in=principals_of(person) - {EVERYONE})
    return mine.exclude(message__author=person)


def open_questions_in(person: Person, channel: Channel, limit: int = 5) -> list[Question]:
    """List the oldest open questions of a channel the person may read."""
    return list(questions_visible_to(person).filter(answered_at=None, message__thread__channel=channel)[:limit])
