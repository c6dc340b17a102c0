"""One visit to a table: go on with an extraction that has begun, or take the next; ask before anything is guessed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice

from django.utils import timezone

from hiroba.archive.gate import mask
from hiroba.connectors.columns import propose
from hiroba.connectors.outside import OutsideError
from hiroba.connectors.tables import Row as Read
from hiroba.connectors.tables import Table as Opened
from hiroba.ingest.models import Source
from hiroba.ingest.tables.drops import Drop, fetch, find_drop, is_whole, open_drop, sha256_of, spooled
from hiroba.ingest.tables.leaves import write_leaves
from hiroba.ingest.tables.meaning import Meaning, meaning_of
from hiroba.ingest.tables.models import Run, Step, Table
from hiroba.ingest.tables.stopping import find_stopped
from hiroba.ingest.tables.taking import begin_writing, find_loss, is_much, mark_gone, read_rows
from hiroba.language.private import digits_in_cell, without_digits

VISIT_SECONDS = 45.0
SAMPLE_ROWS = 20
PROPOSED_FROM = 500  # rows that a proposal looks at
COLUMNS_ASKED, LOSS_ASKED = "TABLE-01", "TABLE-07"
KEPT_RUNS = 400


def visit_table(source: Source) -> int:
    """Take what the table's source has now; give how many rows came or changed. Stops after VISIT_SECONDS and sets
    `has_more`; the next visit goes on. While a person is asked about the columns nothing is taken."""
    table, _ = Table.objects.get_or_create(source=source)
    if table.asks == COLUMNS_ASKED:
        return 0
    until = time.monotonic() + VISIT_SECONDS
    run = table.runs.filter(step__in=(Step.READING, Step.WRITING)).order_by("-pk").first()
    before = run.new + run.changed + run.gone if run else 0
    if run is None or run.step == Step.READING:
        drop = _drop_of(source, table, run)
        if drop is None:
            return 0
        run = _read(source, table, run, drop, until)
        if run is None:
            return 0
    if run.step == Step.WRITING and write_leaves(run, source, meaning_of(table), until):
        _end(run, Step.DONE)
    source.has_more = run.step in (Step.READING, Step.WRITING)
    return run.new + run.changed + run.gone - before


def _drop_of(source: Source, table: Table, run: Run | None) -> Drop | None:
    """Give the drop to read: the one that was begun if it is still the same file, else the next."""
    if source.kind == "database":
        return (spooled(source, run.drop) if run else None) or fetch(source)
    return find_drop(source, table.taken)


def _read(source: Source, table: Table, run: Run | None, drop: Drop, until: float) -> Run | None:
    if run is not None and run.drop != drop.mark:  # another file lies there now: that one counts
        _end(run, Step.FAILED, "INGEST-06")
        run = None
    try:
        with open_drop(drop, str(source.settings.get("sheet") or "")) as opened:
            if sorted(opened.header) != sorted(table.header):
                _ask_columns(table, opened)
                return None
            run = run or _begin(table, drop)
            _read_on(run, meaning_of(table, opened.header), opened, drop, until)
    except OutsideError as error:
        if run is not None:
            _end(run, Step.FAILED, error.code, error.params)
        raise
    return run


def _begin(table: Table, drop: Drop) -> Run:
    old = table.runs.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS:]
    Run.objects.filter(pk__in=list(old)).delete()
    now = timezone.now()
    return Run.objects.create(
        table=table, drop=drop.mark, sha256=sha256_of(drop.path), extracted_at=drop.extracted_at, began_at=now
    )


def _read_on(run: Run, meaning: Meaning, opened: Opened, drop: Drop, until: float) -> None:
    if not read_rows(run, meaning, opened.rows, until):
        return
    if not is_whole(drop):
        raise OutsideError("INGEST-06")
    table = run.table
    if table.source.settings.get("extent") != "part":
        gone, there = find_loss(run)
        if is_much(gone, there) and not table.may_shrink:
            run.code, run.params = LOSS_ASKED, {"gone": gone, "there": there}
            run.save(update_fields=["code", "params"])
            Table.objects.filter(pk=table.pk).update(asks=LOSS_ASKED)
        else:
            mark_gone(run)
            Table.objects.filter(pk=table.pk).update(asks="", may_shrink=False)
    Table.objects.filter(pk=table.pk).update(taken=drop.mark)
    begin_writing(run)
    if drop.mark.startswith("query|"):
        drop.path.unlink(missing_ok=True)


def _end(run: Run, step: Step, code: str = "", params: dict[str, str | int] | None = None) -> None:
    run.step, run.ended_at = step, timezone.now()
    if code:
        run.code, run.params = code, params or {}
    run.save(update_fields=["step", "ended_at", "code", "params"])


def _ask_columns(table: Table, opened: Opened) -> None:
    """Put the proposal before a person: what each column is likely to be, with twenty rows. What was said before about
    columns that are still there stays proposed."""
    rows: list[Read] = list(islice(opened.rows, PROPOSED_FROM))
    proposal = propose(opened.header, [row.cells for row in rows])
    said = dict(map(tuple, table.columns))
    table.found_header = list(opened.header)
    table.found_columns = [[column.name, said.get(column.name, column.use)] for column in proposal.columns]
    table.found_shape = table.shape if table.header else proposal.shape
    table.sample = _sample(opened.header, [[cell[:300] for cell in row.cells] for row in rows[:SAMPLE_ROWS]])
    table.asks = COLUMNS_ASKED
    table.save()


def _sample(names: Sequence[str], rows: list[list[str]]) -> list[list[str]]:
    """Give rows to show. Where the gate would not take one in, no cell of mere digits is shown: the number may be
    parted over several."""
    stopped = find_stopped(names, [[*row, *[""] * (len(names) - len(row))] for row in rows])
    return [
        [without_digits(cell) if index in stopped and digits_in_cell(cell) else mask(cell) for cell in row]
        for index, row in enumerate(rows)
    ]
