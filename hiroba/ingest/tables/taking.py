"""From the rows of one extraction to what changed: new, changed, as it was, gone, or held by the gate.

Rows are looked at some hundreds at a time, each time in one transaction with how far the extraction has come: kill -9
costs one such step, and memory stays flat whatever the table's size."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils import timezone

from hiroba.connectors.tables import Row as Read
from hiroba.ingest.tables.meaning import Meaning, digest_of, hidden_key
from hiroba.ingest.tables.models import Row, RowState, Run, Step, Table, write_rows
from hiroba.ingest.tables.stopping import find_stopped
from hiroba.language.private import CONTEXT_WORDS, find_my_numbers

ROWS_AT_ONCE = 1_000
# More rows gone than this part, and than this many, is more often a broken extraction than the truth: it is asked.
MUCH, MANY = 0.3, 20


@dataclass
class _Step:
    """What some hundreds of rows come to, before it is written."""

    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def read_rows(run: Run, meaning: Meaning, rows: Iterator[Read], until: float) -> bool:
    """Look at the rows that were not looked at yet; tell whether all have been. `until` is a monotonic time."""
    for _ in islice(rows, run.looked):
        pass
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        _take(run, meaning, [meaning.kept_cells(each.cells) for each in chunk])
        if time.monotonic() > until:
            return False
    return True


def _take(run: Run, meaning: Meaning, chunk: list[list[str]]) -> None:
    stopped = find_stopped(meaning.names, chunk)
    keys = [_key(meaning, cells, index in stopped) for index, cells in enumerate(chunk)]
    with transaction.atomic():
        table = Table.objects.select_for_update().get(pk=run.table_id)
        known = {row.key: row for row in Row.objects.filter(table=table, key__in=keys)}
        step = _Step()
        for index, (key, cells) in enumerate(zip(keys, chunk, strict=True)):
            _sort(run, meaning, step, known, (key, cells, stopped.get(index, "")))
        for place, row in enumerate(step.new, start=table.next_place):
            row.place = place
        _write(run, table, step, len(chunk))


def _key(meaning: Meaning, cells: Sequence[str], is_stopped: bool) -> str:
    key = meaning.key(cells)
    if is_stopped and (key.startswith("=") or find_my_numbers(key, context=CONTEXT_WORDS[0])):
        return hidden_key(key)
    return key


def _sort(run: Run, meaning: Meaning, step: _Step, known: dict[str, Row], read: tuple[str, Sequence[str], str]) -> None:
    """Say what one row is against what is known of its key. The same key twice: the same row is counted once, another
    row gets a key of its own, so that neither is lost."""
    key, cells, column = read
    digest = meaning.digest(cells)
    digest = hidden_key(digest)[:32] if column else digest
    row = known.get(key)
    if key in step.seen or (row is not None and row.seen_in == run.pk):
        run.doubled += 1
        if row is not None and row.digest == digest:
            return
        key = f"{key[:180]}#{digest_of([digest])[:8]}"
        row = known.get(key) or Row.objects.filter(table=run.table_id, key=key).first()
        if row is not None and row.seen_in == run.pk:
            return
    step.seen.add(key)
    if row is None:
        row = Row(table_id=run.table_id, key=key)
        known[key] = row
        step.new.append(row)
    elif row.digest == digest and row.state != RowState.GONE:
        row.seen_in = run.pk
        step.same.append(row.pk)
        return
    else:
        step.changed.append(row)
    _renew(run, row, cells, digest, column)


def _renew(run: Run, row: Row, cells: Sequence[str], digest: str, column: str) -> None:
    row.digest, row.column, row.seen_in, row.changed_at = digest, column[:200], run.pk, timezone.now()
    row.state = RowState.HELD if column else RowState.LIVE
    row.waiting = None if column else list(cells)  # what the gate holds is written nowhere
    row.is_waiting = not column


def _write(run: Run, table: Table, step: _Step, looked: int) -> None:
    Row.objects.bulk_create(step.new, batch_size=500)
    fields = ["digest", "column", "seen_in", "changed_at", "state", "waiting", "is_waiting"]
    write_rows(step.changed, fields)
    Row.objects.filter(pk__in=step.same).update(seen_in=run.pk)
    Table.objects.filter(pk=table.pk).update(next_place=table.next_place + len(step.new))
    held = sum(row.state == RowState.HELD for row in (*step.new, *step.changed))
    run.looked += looked
    run.held += held
    run.new += len(step.new)
    run.changed += len(step.changed)
    run.save(update_fields=["looked", "held", "new", "changed", "doubled"])


def find_loss(run: Run) -> tuple[int, int]:
    """Give how many rows that were there are not in this extraction, and how many there were."""
    there = Row.objects.filter(table=run.table_id, state=RowState.LIVE)
    return there.filter(seen_in__lt=run.pk).count(), there.exclude(record=None).count()


def is_much(gone: int, there: int) -> bool:
    """Tell whether so many rows vanished that a person should say whether it is so."""
    return gone > MANY and gone > MUCH * there


def mark_gone(run: Run) -> None:
    """Mark what this extraction no longer has, some thousands at a time; records keep it, with the mark."""
    while True:
        with transaction.atomic():
            rows = Row.objects.filter(table=run.table_id, seen_in__lt=run.pk).exclude(state=RowState.GONE)
            ids = list(rows.values_list("pk", flat=True)[:5_000])
            if not ids:
                break
            marked = Row.objects.filter(pk__in=ids)
            run.gone += len(ids)
            marked.update(state=RowState.GONE, changed_at=timezone.now(), is_waiting=True)
            run.save(update_fields=["gone"])


def begin_writing(run: Run) -> None:
    """Note that everything was looked at."""
    run.step = Step.WRITING
    run.save(update_fields=["step"])
