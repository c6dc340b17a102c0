"""The chain of the access journal: each entry carries the digest of the one before, and the newest is written apart.

An edited, removed or moved entry breaks the chain behind it. A cut-off end leaves a whole chain: see heads.py."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from hiroba.foundation.changes.heads import append_head
from hiroba.foundation.changes.models import JournalEntry

GENESIS = "0" * 64
JOURNAL_LOCK = 0x4849524F_0002  # any constant of this database, not the sequencer's


@dataclass(frozen=True)
class Note:
    """What somebody did, before it has its place in the chain."""

    at: dt.datetime
    act: str
    actor_id: int | None = None
    post: str = ""
    subject: str = ""
    subject_id: str = ""
    detail: str = ""
    address: str = ""
    result: str = ""


NOTE_FIELDS = ("at", "act", "actor_id", "post", "subject", "subject_id", "detail", "address", "result")


def digest_of(previous: str, number: int, note: Note | JournalEntry) -> str:
    """Give SHA-256 of the digest before and the canonical JSON of the entry, times in UTC."""
    row = [number, note.at.astimezone(dt.UTC).isoformat(timespec="microseconds")]
    row += [getattr(note, field) for field in NOTE_FIELDS[1:]]
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous.encode() + text.encode()).hexdigest()


def append_notes(notes: Sequence[Note]) -> None:
    """Give the notes their places at the end of the chain, in one transaction (the caller's, where there is one)."""
    with transaction.atomic():
        number, previous = _lock_end()
        entries = []
        for note in notes:
            number += 1
            digest = digest_of(previous, number, note)
            values = {field: getattr(note, field) for field in NOTE_FIELDS}
            entries.append(JournalEntry(number=number, previous=previous, digest=digest, **values))
            previous = digest
        JournalEntry.objects.bulk_create(entries)
        transaction.on_commit(lambda: append_head(number, previous), robust=True)


def _lock_end() -> tuple[int, str]:
    """Keep every other writer out until this transaction ends; give the last number and digest.

    SQLite's BEGIN IMMEDIATE does so by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOURNAL_LOCK])
    last = JournalEntry.objects.order_by("-number").values_list("number", "digest").first()
    return last or (0, GENESIS)
