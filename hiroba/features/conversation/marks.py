"""What stands beside a message, the same for everybody who may read it: what was asked, what answers, what is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, Q

from hiroba.archive import saying
from hiroba.features.conversation.models import Message, Pin, Question, Receipt
from hiroba.foundation.people.models import Person


@dataclass(frozen=True)
class Marks:
    """What stands beside one message. `asked` readers were asked what they understood, `written` of them have told;
    `answers` is the message whose question this one answers."""

    asked: int = 0
    written: int = 0
    question: Question | None = None
    answers: int = 0
    is_pinned: bool = False


def mark(message: Message, person: Person | None) -> None:
    """Note, inside the caller's transaction, that something beside a message changed, and tell the pages that show it.
    Records message.marked."""
    Message.objects.filter(pk=message.pk).update(is_marked=True)
    message.is_marked = True
    if message.passage_id is not None:
        saying.touch_passage(message.passage_id, person.pk if person else None)


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
    return found


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
