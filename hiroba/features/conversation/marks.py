"""What stands beside a message, the same for everybody who may read it: what was asked, what answers, what is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, Q

from hiroba.archive import saying
from hiroba.features.conversation.models import Confirmation, Message, Pin, Poll, PollOption, Question, Receipt, Vote
from hiroba.foundation.people.models import Person


@dataclass(frozen=True)
class Choice:
    """One option of a poll: how many chose it, their share of those who voted in per cent, and who, where shown."""

    option: PollOption
    count: int
    share: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class PollShown:
    """A poll as everybody sees it: `people` voted."""

    poll: Poll
    choices: tuple[Choice, ...]
    people: int


@dataclass(frozen=True)
class Marks:
    """What stands beside one message. `asked` readers were asked what they understood, `written` of them have told;
    `answers` is the message whose question this one answers."""

    asked: int = 0
    written: int = 0
    question: Question | None = None
    answers: int = 0
    is_pinned: bool = False
    poll: PollShown | None = None


def mark(message: Message, person: Person | None) -> None:
    """Note, inside the caller's transaction, that something beside a message changed, and tell the pages that show it.
    Records message.marked."""
    Message.objects.filter(pk=message.pk).update(is_marked=True)
    message.is_marked = True
    if message.passage_id is not None:
        saying.touch_passage(message.passage_id, person.pk if person else None)


def drop_marks(message: Message, person: Person) -> None:
    """Let go of what stands beside a message that is deleted, inside the caller's transaction: what readers wrote of
    it, its poll, its pin. A question it answered is open again. Records message.marked for that question."""
    if not message.is_marked:
        return
    for model in (Confirmation, Poll, Pin, Question):
        model.objects.filter(message=message).delete()
    for question in Question.objects.filter(answer=message).select_related("message"):
        question.answer = question.answered_by = question.answered_at = None
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        mark(question.message, person)


def marks_of(messages: Iterable[Message]) -> dict[int, Marks]:
    """Give what stands beside each of the messages that have something; nothing is asked where none has."""
    ids = [message.pk for message in messages if message.is_marked and message.deleted_at is None]
    if not ids:
        return {}
    found = dict.fromkeys(ids, Marks())
    for message, (asked, written) in counts_of(ids).items():
        found[message] = replace(found[message], asked=asked, written=written)
    for question in Question.objects.filter(Q(message__in=ids) | Q(answer__in=ids)):
        if question.message_id in found:
            found[question.message_id] = replace(found[question.message_id], question=question)
        if question.answer_id in found:
            found[question.answer_id] = replace(found[question.answer_id], answers=question.message_id)
    for message in Pin.objects.filter(message__in=ids).values_list("message", flat=True):
        found[message] = replace(found[message], is_pinned=True)
    for message, poll in polls_of(ids).items():
        found[message] = replace(found[message], poll=poll)
    return found


def polls_of(message_ids: Iterable[int]) -> dict[int, PollShown]:
    """Give the polls of messages as everybody sees them: names only where the asker said so before anybody voted."""
    polls = {poll.pk: poll for poll in Poll.objects.filter(message__in=list(message_ids))}
    if not polls:
        return {}
    votes: dict[int, list[Vote]] = {}
    for vote in Vote.objects.filter(option__poll__in=polls).select_related("person").order_by("person__reading", "pk"):
        votes.setdefault(vote.option_id, []).append(vote)
    options: dict[int, list[PollOption]] = {}
    for option in PollOption.objects.filter(poll__in=polls).order_by("number"):
        options.setdefault(option.poll_id, []).append(option)
    return {poll.message_id: _shown(poll, options.get(poll.pk, []), votes) for poll in polls.values()}


def _shown(poll: Poll, options: list[PollOption], votes: dict[int, list[Vote]]) -> PollShown:
    people = {vote.person_id for option in options for vote in votes.get(option.pk, [])}
    choices = []
    for option in options:
        chosen = votes.get(option.pk, [])
        names = tuple(vote.person.name for vote in chosen) if poll.is_named else ()
        choices.append(Choice(option, len(chosen), round(100 * len(chosen) / max(1, len(people))), names))
    return PollShown(poll, tuple(choices), len(people))


def counts_of(message_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Give for each message with a confirmation how many were asked and how many have written."""
    rows = (
        Receipt.objects.filter(confirmation__message__in=list(message_ids))
        .values_list("confirmation__message")
        .annotate(asked=Count("pk"), written=Count("pk", filter=Q(written_at__isnull=False)))
    )
    return {message: (asked, written) for message, asked, written in rows}


def questions_of_threads(thread_ids: Iterable[int]) -> dict[int, tuple[Question, ...]]:
    """Give the questions asked in each thread; the caller has fetched the threads as somebody."""
    found: dict[int, tuple[Question, ...]] = {}
    rows = Question.objects.filter(message__thread__in=list(thread_ids), message__deleted_at=None)
    for each in rows.select_related("message").order_by("pk"):
        found[each.message.thread_id] = (*found.get(each.message.thread_id, ()), each)
    return found
