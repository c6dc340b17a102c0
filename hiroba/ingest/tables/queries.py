"""How the tables of other systems stand: for administrators all, for others those they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from hiroba.connectors.columns import Use
from hiroba.foundation.access.principals import is_administrator
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.tables.models import Row, RowState, Run, Step, Table

KINDS = ("table", "database")
SHOWN = 20


@dataclass(frozen=True)
class TableRow:
    """One table in the list: its last finished extraction, and the one under way."""

    source: Source
    table: Table
    last: Run | None
    under_way: Run | None
    live: int
    held: int


@dataclass(frozen=True)
class TablePage:
    """One table with its extractions and the rows that a person should know of. Of held rows only where, never what."""

    row: TableRow
    runs: list[Run]
    held: list[Row]
    gone: list[Row]


@dataclass(frozen=True)
class AskedColumn:
    """A column as it is put before a person: its name, what it is proposed to become, some values, and whether it is
    there for the first time."""

    number: int
    name: str
    use: Use
    values: list[str]
    is_new: bool


def tables_visible_to(person: Person) -> list[TableRow]:
    """List the tables by name."""
    return [_row(table) for table in _visible(person)]


def get_table_visible_to(person: Person, source_id: int) -> TablePage:
    """Give one table; ACCESS-01 when it is not there for this person."""
    table = _visible(person).filter(source=source_id).first()
    if table is None:
        raise Refusal("ACCESS-01")
    rows = Row.objects.filter(table=table).select_related("record").order_by("-changed_at")
    held = list(rows.filter(state=RowState.HELD)[:SHOWN])
    gone = list(rows.filter(state=RowState.GONE)[:SHOWN])
    return TablePage(_row(table), list(table.runs.order_by("-pk")[:SHOWN]), held, gone)


def asked_columns(table: Table) -> list[AskedColumn]:
    """Give the columns a person is asked about, in the order of the file."""
    known = set(table.header)
    return [
        AskedColumn(number, name, use, [row[number] for row in table.sample if row[number]][:3], name not in known)
        for number, (name, use) in enumerate(table.found_columns)
    ]


def lost_columns(table: Table) -> list[str]:
    """List the columns that were confirmed and are no longer there."""
    return [name for name in table.header if name not in set(table.found_header)]


def find_row(record_id: int, line: int) -> Row | None:
    """Give the row that stands at a line of a record's original: its key and when it last changed.

    The caller has fetched the record as somebody."""
    return Row.objects.filter(record=record_id, line=line).first()


def _visible(person: Person) -> QuerySet[Table]:
    for source in Source.objects.filter(kind__in=KINDS, table=None):
        Table.objects.get_or_create(source=source)
    tables = Table.objects.select_related("source__person", "source__unit").order_by("source__name")
    return tables if is_administrator(person) else tables.filter(source__person=person)


def _row(table: Table) -> TableRow:
    counts = Row.objects.filter(table=table).aggregate(
        live=Count("pk", filter=Q(state=RowState.LIVE)), held=Count("pk", filter=Q(state=RowState.HELD))
    )
    runs = table.runs.order_by("-pk")
    under_way = runs.filter(step__in=(Step.READING, Step.WRITING)).first()
    return TableRow(table.source, table, runs.filter(step=Step.DONE).first(), under_way, **counts)
