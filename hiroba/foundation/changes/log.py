"""Write to the one append-only log. Every action ends with `record` inside its transaction."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from hiroba.foundation.changes.kinds import require_kind
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.wakeups import wake_sleepers


def record(kind: str, subject: str, subject_id: int, actor_id: int | None) -> Change:
    """Append one change to the current transaction; UnknownKind when `kind` is not in the table of kinds.

    On SQLite the write lock (BEGIN IMMEDIATE) makes `seq` commit order; on PostgreSQL the sequencer numbers the row
    after commit."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a change is recorded inside the transaction it tells of")
    seq = None
    if connection.vendor == "sqlite":
        seq = (Change.objects.aggregate(top=Max("seq"))["top"] or 0) + 1
    transaction.on_commit(wake_sleepers, robust=True)
    return Change.objects.create(
        seq=seq,
        kind=require_kind(kind),
        subject=subject,
        subject_id=subject_id,
        actor_id=actor_id,
        at=timezone.now(),
    )
