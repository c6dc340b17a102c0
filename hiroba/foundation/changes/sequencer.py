"""Number committed changes on PostgreSQL, so that `seq` never shows a later change before an earlier one.

An id is drawn before its row is committed: a cursor over ids passes a slow transaction and loses its rows for good
(tests/test_sequencer.py shows it). So rows are committed without `seq`, and whoever wants to read numbers what is
committed by then, one at a time under an advisory lock. Three facts make this safe:

- The lock is taken by a statement of its own. At READ COMMITTED the next statement sees everything committed before
  it, so the rows and the highest `seq` of the sequencer before us are visible (its lock is let go after its commit).
- A row that is not visible yet gets a higher number later, never one in between: a cursor cannot have passed it.
- Rows numbered together keep the order of their ids. A transaction that waited for another (the same record, the
  same person) drew its id after the other's commit, so cause comes before effect.
"""

from __future__ import annotations

from django.db import connection, transaction

BATCH = 5000
SEQUENCER_LOCK = 0x4849524F_0001  # any constant of this database; the journal has its own

_NUMBER = """
WITH fresh AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM changes_change WHERE seq IS NULL ORDER BY id LIMIT %s
)
UPDATE changes_change SET seq = (SELECT COALESCE(MAX(seq), 0) FROM changes_change) + fresh.place
FROM fresh WHERE changes_change.id = fresh.id
"""


def number_committed(*, wait: bool = False) -> int:
    """Number what is committed; give how many rows got their `seq`. Nothing to do on SQLite.

    Another sequencer at work is enough, unless `wait`: then every change committed before the call has its number
    when it returns. Inside a transaction nothing is numbered: what is not committed has no place in the order."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return 0
    total = 0
    while _has_unnumbered():
        numbered = _number_batch(wait)
        total += numbered
        if numbered < BATCH:
            break
    return total


def _has_unnumbered() -> bool:
    """Look without a lock first: most polls find nothing (a partial index answers)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM changes_change WHERE seq IS NULL)")
        return bool(cursor.fetchone()[0])


def _number_batch(wait: bool) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        cursor.execute(_NUMBER, [BATCH])
        return int(cursor.rowcount)
