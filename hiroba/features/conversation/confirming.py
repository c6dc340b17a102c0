"""受け取り確認: the sender asks, each asked reader writes one line, the sender confirms or corrects it, both learn.

Nobody is counted who was not asked, and nothing is counted that nobody asked for: there are no read receipts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hiroba.archive import saying
from hiroba.features.conversation.marks import mark
from hiroba.features.conversation.models import Channel, Confirmation, Joining, Mention, Message, Receipt, Verdict
from hiroba.features.conversation.queries import channels_visible_to, get_message
from hiroba.features.conversation.speaking import find_called, storable
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.people.models import Membership, Person, Post, in_force
from hiroba.foundation.people.queries import get_tree, today
from hiroba.foundation.refusal import Refusal

MOST_ASKED = 200  # readers of one message: whoever asks reads what each of them wrote
LONGEST_LINE = 500


def ask_confirmation(person: Person, message_id: int) -> Confirmation:
    """Ask who reads one's own message what they understood: those it speaks to by name, else those who take part.
    Asked twice is asked once. ACCESS-02 for somebody else's, TALK-13 when there is nobody to ask, TALK-14 for too many.

    Records message.marked."""
    message = _own(person, message_id)
    if (asked := Confirmation.objects.filter(message=message).first()) is not None:
        return asked
    readers = _require_some(_readers_of(message))
    with transaction.atomic():
        Message.objects.select_for_update().get(pk=message.pk)  # asked at two places at once is asked once
        asked, is_new = Confirmation.objects.get_or_create(message=message, defaults={"asked_at": timezone.now()})
        if is_new:
            Receipt.objects.bulk_create(Receipt(confirmation=asked, person=each) for each in readers)
            mark(message, person)
    return asked


@transaction.atomic
def withdraw_confirmation(person: Person, message_id: int) -> None:
    """Ask no more; what was written is gone with it. ACCESS-02 for somebody else's. Records message.marked."""
    message = _own(person, message_id)
    Confirmation.objects.filter(message=message).delete()
    mark(message, person)


def write_receipt(person: Person, message_id: int, words: str) -> Receipt:
    """Write what one understood of a message; anew while the sender has not confirmed it. TALK-15 unless asked,
    TALK-01 without words, TALK-16 when too long or already confirmed. Records message.marked."""
    message = get_message(person, message_id)
    line = _line(words)
    with transaction.atomic():
        receipt = _open(message).select_for_update().filter(person=person).first()
        if receipt is None:
            raise Refusal("TALK-15")
        if receipt.verdict == Verdict.CONFIRMED:
            raise Refusal("TALK-16", most=LONGEST_LINE)
        receipt.words, receipt.written_at = line, timezone.now()
        receipt.verdict, receipt.correction, receipt.judged_at, receipt.seen_at = "", "", None, None
        receipt.save()
        mark(message, person)
    return receipt


def judge_receipt(person: Person, receipt_id: int, correction: str = "") -> Receipt:
    """Confirm what a reader understood, or say what is different (`correction`). The sender's alone: ACCESS-01 for
    everybody else. TALK-15 while nothing is written. Records message.marked."""
    found = Receipt.objects.filter(pk=receipt_id, confirmation__message__author=person).first()
    if found is None:
        raise Refusal("ACCESS-01")
    message = get_message(person, Confirmation.objects.values_list("message", flat=True).get(pk=found.confirmation_id))
    line = _line(correction) if correction.strip() else ""
    with transaction.atomic():
        receipt = _open(message).select_for_update().filter(pk=receipt_id).first()
        if receipt is None or receipt.written_at is None:
            raise Refusal("TALK-15")
        receipt.verdict = Verdict.CORRECTED if line else Verdict.CONFIRMED
        receipt.correction, receipt.judged_at, receipt.seen_at = line, timezone.now(), None
        receipt.save()
        mark(message, person)
    return receipt


def see_correction(person: Person, message_id: int) -> None:
    """Take note of the sender's correction. TALK-15 without one."""
    message = get_message(person, message_id)
    corrected = _open(message).filter(person=person, verdict=Verdict.CORRECTED)
    if not corrected.update(seen_at=timezone.now()):
        raise Refusal("TALK-15")


def _own(person: Person, message_id: int) -> Message:
    message = get_message(person, message_id)
    if message.author_id != person.pk or message.deleted_at is not None:
        raise Refusal("ACCESS-02")
    return message


def _open(message: Message) -> QuerySet[Receipt]:
    return Receipt.objects.filter(confirmation__message=message, confirmation__message__deleted_at=None)


def _line(words: str) -> str:
    line = " ".join(storable(words).split())
    if not line:
        raise Refusal("TALK-01")
    if len(line) > LONGEST_LINE:
        raise Refusal("TALK-16", most=LONGEST_LINE)
    # Between two people, who both may know what the message says.
    saying.require_sayable(line, is_confirmed=True, place="receipt")
    return line


def require_readers(person: Person, channel: Channel, body: str) -> None:
    """Refuse with TALK-13 or TALK-14 what `ask_confirmation` could not ask for, before anything is sent."""
    called = {each.principal for each in find_called(body)} if "@" in body else set()
    _require_some(_readers(channel, called, person.pk))


def _require_some(readers: list[Person]) -> list[Person]:
    if not readers:
        raise Refusal("TALK-13")
    if len(readers) > MOST_ASKED:
        raise Refusal("TALK-14", most=MOST_ASKED)
    return readers


def _readers_of(message: Message) -> list[Person]:
    called = set(Mention.objects.filter(message=message).values_list("principal", flat=True))
    return _readers(message.thread.channel, called, message.author_id or 0)


def _readers(channel: Channel, called: set[str], author_id: int) -> list[Person]:
    """List who is to be asked: only who may read the channel now, and never the sender."""
    if called:
        ids = _people_of(called)
    else:
        ids = set(Joining.objects.filter(channel=channel).values_list("person", flat=True)[: MOST_ASKED + 2])
    people = Person.objects.filter(pk__in=ids - {author_id}, is_active=True).order_by("reading", "pk")
    allowed = principals_in(channel.audience_id)
    return [each for each in people[: MOST_ASKED + 1] if principals_of(each) & allowed]


def _people_of(principals: Iterable[str]) -> set[int]:
    """Give the people whom units, teams and names stand for today."""
    found: set[int] = set()
    tree, day = get_tree(), today()
    codes: set[str] = set()
    for principal in principals:
        kind, _, name = principal.partition(":")
        if kind == "person":
            found.add(int(name))
        elif kind == "team":
            found |= set(Membership.objects.filter(in_force(day), team=int(name)).values_list("person", flat=True))
        elif kind == "unit":
            codes |= {code for code in tree.parents if name in tree.path(code)}
    return found | set(Post.objects.filter(in_force(day), unit__code__in=codes).values_list("person", flat=True))


@dataclass(frozen=True)
class ConfirmationShown:
    """A confirmation as one person sees it: everybody the count, the sender every line, a reader their own."""

    asked: int
    written: int
    is_sender: bool
    receipts: tuple[Receipt, ...]  # all of them for the sender, none for others
    own: Receipt | None


def find_confirmation(person: Person, message: Message) -> ConfirmationShown | None:
    """Give what the person may know of a message's confirmation; None when nobody asked."""
    asked = Confirmation.objects.filter(message=message, message__deleted_at=None).first()
    if asked is None:
        return None
    rows = list(asked.receipts.select_related("person").order_by("person__reading", "pk"))
    is_sender = message.author_id == person.pk
    return ConfirmationShown(
        asked=len(rows),
        written=sum(each.written_at is not None for each in rows),
        is_sender=is_sender,
        receipts=tuple(rows) if is_sender else (),
        own=next((each for each in rows if each.person_id == person.pk), None),
    )


def receipts_to_write(person: Person) -> QuerySet[Receipt]:
    """List where the person is asked for a line, or has a correction to take note of, in what they may read now."""
    waiting = Q(written_at=None) | Q(verdict=Verdict.CORRECTED, seen_at=None)
    return _readable(person, Receipt.objects.filter(waiting, person=person))


def receipts_to_write_in(person: Person, channel_id: int, limit: int = 3) -> list[Receipt]:
    """List some of those lines that are asked for in one channel, to say so where the person reads."""
    return list(receipts_to_write(person).filter(confirmation__message__thread__channel=channel_id)[:limit])


def receipts_to_judge(person: Person) -> QuerySet[Receipt]:
    """List the lines that readers of the person's own messages wrote, and to which nothing is said yet."""
    written = Receipt.objects.filter(confirmation__message__author=person, written_at__isnull=False, verdict="")
    return _readable(person, written)


def _readable(person: Person, receipts: QuerySet[Receipt]) -> QuerySet[Receipt]:
    channels = channels_visible_to(person, principals_of(person)).values("pk")
    mine = receipts.filter(
        confirmation__message__deleted_at=None, confirmation__message__thread__channel__in=channels
    ).select_related("person", "confirmation__message__thread__channel")
    return mine.order_by("confirmation__asked_at", "pk")


def names_of_asked(message: Message) -> list[str]:
    """Name whom asking would ask; the sender sees it before they ask."""
    return [each.name for each in _readers_of(message)]
