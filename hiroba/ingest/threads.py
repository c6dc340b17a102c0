"""Conversations by mail: a reader of the change log that ties replies to what they answer, whichever comes first.

By Message-ID, In-Reply-To and References (RFC 5322, 3.6.4); where a program wrote none, by subject and people within a
month. Ties are links between records: whoever may not read one end does not see the tie."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from hiroba.archive.arrivals import link_records
from hiroba.archive.models import Record, RecordState
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.readers import follow
from hiroba.ingest.models import MailName

KINDS = frozenset({"record.received", "record.revised", "record.released", "record.extracted"})
SAME_SUBJECT_WITHIN = dt.timedelta(days=30)
MOST_ABOVE, MOST_TIES = 30, 20
_ID = re.compile(r"<([^<>\s]{3,900})>")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")  # bounded (RFC 5321, 4.5.3.1): a head may be a megabyte long
_REPLY = re.compile(r"^\s*((re|aw|sv|返信|回答)\s*(\[\d+\]|\(\d+\))?\s*[:：]\s*)+", re.IGNORECASE)


class ThreadReader:
    """Follows the log and ties mails. Deleting its cursor and its rows makes everything anew."""

    name = "mail-threads"

    def handle(self, changes: Sequence[Change]) -> None:
        """Tie the mails among these records, each in a transaction of its own."""
        ids = {each.subject_id for each in changes if each.subject == "record" and each.kind in KINDS}
        mails = Record.objects.filter(pk__in=ids, kind="mail", state=RecordState.LIVE, current__isnull=False)
        for record in mails.select_related("current").order_by("pk"):
            tie(record)


def follow_threads() -> int:
    """Tie what came since the last time; give how many changes were looked at."""
    return follow(ThreadReader())


@transaction.atomic
def tie(record: Record) -> None:
    """Write down a mail's names, and link it with what it answers, what answers it, and the same mail elsewhere."""
    facts = record.current.facts if record.current else {}
    own = _ids(facts.get("message_id", ""))[:1]
    above = (_ids(facts.get("references", "")) + _ids(facts.get("in_reply_to", "")))[-MOST_ABOVE:]
    subject = _subject(record.title)
    MailName.objects.filter(record=record).delete()
    rows = [MailName(record=record, role="own", name=name) for name in own]
    rows += [MailName(record=record, role="above", name=name, ordinal=at) for at, name in enumerate(above)]
    rows += [MailName(record=record, role="parent", name=name) for name in above[-1:]]
    rows += [MailName(record=record, role="subject", name=subject)] if subject else []
    MailName.objects.bulk_create(rows)
    _tie_up(record, above)
    for name in own:
        _tie_down(record, name)
        _tie_same(record, name)
    if subject and not above and _REPLY.match(record.title):
        _tie_by_subject(record, subject, facts)


def _tie_up(record: Record, above: list[str]) -> None:
    """Link to the nearest mail above that is here."""
    for name in reversed(above):
        found = _records(name, "own").exclude(pk=record.pk)[:MOST_TIES]
        for parent in found:
            link_records("reply", record, parent)
        if found:
            return


def _tie_down(record: Record, name: str) -> None:
    """Link the answers that came before what they answer."""
    for child in _records(name, "parent").exclude(pk=record.pk)[:MOST_TIES]:
        link_records("reply", child, record)


def _tie_same(record: Record, name: str) -> None:
    """Link the same mail that came by another way: the same name, and the same key, made of what was written."""
    if record.external_key.startswith("mail:"):
        same = _records(name, "own").filter(external_key=record.external_key).exclude(pk=record.pk)
        for other in same[:MOST_TIES]:
            link_records("same", max(record, other, key=_age), min(record, other, key=_age))


def _age(record: Record) -> int:
    return record.pk


def _tie_by_subject(record: Record, subject: str, facts: dict[str, str]) -> None:
    """Link an answer without references to the latest mail of that subject among the same people."""
    people = _people(facts)
    since = record.dated_at - SAME_SUBJECT_WITHIN
    earlier = _records(subject, "subject").filter(dated_at__gte=since, dated_at__lt=record.dated_at)
    for other in earlier.exclude(pk=record.pk).select_related("current").order_by("-dated_at")[:MOST_TIES]:
        if other.current and people & _people(other.current.facts):
            link_records("reply", record, other)
            return


def _records(name: str, role: str) -> QuerySet[Record]:
    named = MailName.objects.filter(name=name, role=role).values("record_id")
    return Record.objects.filter(Q(pk__in=named), state=RecordState.LIVE)


def _ids(text: str) -> list[str]:
    return [_digest(each) for each in _ID.findall(text)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _subject(title: str) -> str:
    """Give the digest of a subject without what answering adds to it, "" when nothing is left to go by."""
    bare = unicodedata.normalize("NFKC", _REPLY.sub("", title)).strip().casefold()
    return _digest(f"subject {bare}") if len(bare) >= 3 else ""


def _people(facts: dict[str, str]) -> set[str]:
    text = " ".join(facts.get(name, "") for name in ("from", "to", "cc"))
    return {each.lower() for each in _ADDRESS.findall(text)}
