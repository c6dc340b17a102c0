"""From rows to records. A case is a record of its own; of a ledger two hundred rows that came together are one leaf.

The original of such a record is the slice of the extraction it holds, as CSV with its header: each row keeps its line,
can be read again like any file, and nobody reaches through it a row that the gate holds."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.arrivals import Arrival, Kept, keep_arrival
from hiroba.archive.models import Revision
from hiroba.archive.originals import add_original, path_of, store_bytes
from hiroba.extract import cases, delimited
from hiroba.extract.passages import Extraction
from hiroba.foundation.access.audiences import principals_in
from hiroba.ingest.models import Source
from hiroba.ingest.naming import safe_name
from hiroba.ingest.tables.enclosures import take_enclosures
from hiroba.ingest.tables.meaning import Meaning
from hiroba.ingest.tables.models import Row, RowState, Run, write_rows

ROWS_A_LEAF = {"cases": 1, "rows": 200}
STATE_COLUMN = "抽出での状態"


@dataclass(frozen=True)
class _Line:
    """A row of a leaf with its cells, and whether the last extraction still had it."""

    row: Row
    cells: list[str]


def write_leaves(run: Run, source: Source, meaning: Meaning, until: float) -> bool:
    """Write every record that has rows waiting; tell whether all are. `until` is a monotonic time."""
    size = ROWS_A_LEAF[meaning.shape]
    while True:
        place = waiting_places(run.table_id).first()
        if place is None:
            return True
        _write_leaf(run, source, meaning, place // size)
        if time.monotonic() > until:
            return False


def waiting_places(table_id: int) -> QuerySet[Row, int]:
    """Give the places of the rows that wait to be written, the first first.

    "IN (true)": for a bare column SQLite takes no index, and would pass over all that is written, for every leaf."""
    waiting = Row.objects.filter(table=table_id, is_waiting__in=[True])
    return waiting.order_by("place").values_list("place", flat=True)


def _write_leaf(run: Run, source: Source, meaning: Meaning, number: int) -> None:
    size = ROWS_A_LEAF[meaning.shape]
    within = {"place__gte": number * size, "place__lt": (number + 1) * size}
    rows = list(Row.objects.filter(table=run.table_id, **within).order_by("place"))
    written = _written(rows)
    lines = [_Line(row, cells) for row in rows if (cells := _cells_of(row, meaning, written))]
    if not lines:
        Row.objects.filter(pk__in=[row.pk for row in rows]).update(is_waiting=False, waiting=None)
        return
    content, starts = _as_csv(meaning.names, lines)
    arrival = _arrival(run, source, meaning, number, lines, content)
    verdict = gate.examine(arrival.extraction)
    with transaction.atomic():
        kept = keep_arrival(arrival, verdict)
        _note_place(rows, lines, starts, kept)
    if meaning.shape == "cases":
        take_enclosures(run, source, meaning.of("file", lines[0].cells), kept)


def _note_place(rows: Sequence[Row], lines: Sequence[_Line], starts: Sequence[int], kept: Kept) -> None:
    """Note where each row stands now. What somebody withdrew is not written: it comes again with every extraction,
    so that nothing is lost if they take the withdrawal back."""
    for line, start in zip(lines, starts, strict=True):
        line.row.record = kept.record
        if kept.outcome != "withdrawn":
            line.row.line = start
        elif line.row.waiting is not None:
            line.row.digest = ""
    for row in rows:
        row.waiting, row.is_waiting = None, False
    write_rows(rows, ["record", "line", "digest", "waiting", "is_waiting"])


_Slice = dict[int, dict[str, str]]  # a leaf read back: the cells by column name, for each line where a row starts


def _written(rows: Sequence[Row]) -> dict[int, _Slice]:
    """Read back the records of those rows that are not all new; nothing where every row brings its cells."""
    needed = {row.record_id for row in rows if row.waiting is None and row.line and row.record_id}
    newest = Revision.objects.filter(record__in=needed).select_related("original").order_by("number")
    return {record: _lines_of(sha256) for record, sha256 in {each.record_id: each.sha256 for each in newest}.items()}


def _lines_of(sha256: str) -> _Slice:
    with path_of(sha256).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = next(rows, [])
        started, found = rows.line_num + 1, {}
        for cells in rows:
            found[started] = dict(zip(names, cells, strict=False))
            started = rows.line_num + 1
    return found


def _cells_of(row: Row, meaning: Meaning, written: dict[int, _Slice]) -> list[str]:
    """Give what came for a row, else what its record has of it, by the names of today's columns."""
    if row.waiting is not None:
        return list(row.waiting)
    found = written.get(row.record_id or 0, {}).get(row.line, {})
    return [found.get(name, "") for name in meaning.names] if found else []


def _as_csv(names: Sequence[str], lines: Sequence[_Line]) -> tuple[bytes, list[int]]:
    """Give a leaf's bytes and the line where each row starts. Who vanished is told in a column of its own."""
    are_gone = any(line.row.state == RowState.GONE for line in lines)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*names, STATE_COLUMN] if are_gone else names)
    starts, at = [], 2 + sum(name.count("\n") for name in names)
    for line in lines:
        starts.append(at)
        writer.writerow([*line.cells, _state_of(line.row)] if are_gone else line.cells)
        at += 1 + sum(cell.count("\n") for cell in line.cells)
    return text.getvalue().encode("utf-8", "replace"), starts


def _state_of(row: Row) -> str:
    if row.state != RowState.GONE:
        return ""
    day = timezone.localtime(row.changed_at)
    return f"{day.year}年{day.month}月{day.day}日の抽出からはありません"


def _arrival(
    run: Run, source: Source, meaning: Meaning, number: int, lines: Sequence[_Line], content: bytes
) -> Arrival:
    first, last = lines[0], lines[-1]
    is_case = meaning.shape == "cases"
    name = f"{safe_name(first.row.key)[:80]}{cases.SUFFIX}" if is_case else f"{source.name}-{number + 1:05}.csv"
    stored = store_bytes([content])
    return Arrival(
        source=source.record_source,
        external_key=first.row.key if is_case else f"rows:{number}",
        file_name=name,
        kind="case" if is_case else "sheet",
        title=_title(source, meaning, number, first, last),
        original=add_original(stored, name),
        extraction=_read_leaf(run, source, stored.sha256, is_case),
        owner=source.person,
        principals=principals_in(source.audience_id),
        dated_at=meaning.dated_at(first.cells, run.extracted_at) if is_case else run.extracted_at,
        folder=source.name,
        unit=source.unit,
        author=meaning.of("person", first.cells) if is_case else "",
        modified_at=run.extracted_at,
    )


def _read_leaf(run: Run, source: Source, sha256: str, is_case: bool) -> Extraction:
    """Read our own slice as it will be read again later, and say which extraction of which system it is of."""
    path = path_of(sha256)
    extraction = cases.extract(path) if is_case else delimited.extract(path)
    facts = {
        **extraction.facts,
        "system": source.name,
        "extracted_at": timezone.localtime(run.extracted_at).isoformat(timespec="minutes"),
        "drop": run.drop.partition("|")[0],
        "drop_sha256": run.sha256,
    }
    return replace(extraction, facts=facts)


def _title(source: Source, meaning: Meaning, number: int, first: _Line, last: _Line) -> str:
    if meaning.shape == "cases":
        return meaning.of("title", first.cells) or f"{source.name} {first.row.key}"
    if first.row.key.startswith("="):
        return f"{source.name} {number + 1}"
    return f"{source.name} {first.row.key}〜{last.row.key}"
