"""How the tables of other systems stand: for administrators all, for others those they stand for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from hiroba.archive.queries import records_visible_to
from hiroba.connectors.columns import USES, Column, Use, find_moment
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import is_administrator, principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.tables.meaning import Meaning
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

    @property
    def trouble(self) -> dict[str, object] | None:
        """What the last visit said, to be put into words; None when it went well."""
        return {"code": self.source.last_code, "params": self.source.last_params} if self.source.last_code else None


@dataclass(frozen=True)
class TablePage:
    """One table with its extractions and the rows that a person should know of. Of held rows only where, never what.

    `may_see`: the person is among those for whom the table is. Whoever only administers it sees no value of it."""

    row: TableRow
    runs: list[Run]
    held: list[Row]
    gone: list[Row]
    may_see: bool


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
    may_see = bool(principals_of(person) & principals_in(table.source.audience_id))
    rows = Row.objects.filter(table=table).select_related("record").order_by("-changed_at")
    held = list(rows.filter(state=RowState.HELD)[:SHOWN])
    readable = records_visible_to(person).order_by().values("pk")  # a row's record may be for fewer than its table
    gone = list(rows.filter(state=RowState.GONE, record__in=readable)[:SHOWN]) if may_see else []
    if not may_see:
        table.sample = []
        for row in held:
            row.key = ""
    return TablePage(_row(table), list(table.runs.order_by("-pk")[:SHOWN]), held, gone, may_see)


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


@dataclass(frozen=True)
class Preview:
    """What one row would become: how it is called and found again, its day and people, and the rest of its cells."""

    title: str
    key: str
    day: dt.datetime | None
    who: str
    rest: list[tuple[str, str]]


def previews(table: Table, uses: Sequence[str], shape: str) -> list[Preview]:
    """Say what each row of the sample would become with these uses."""
    columns = tuple(Column(name, use) for (name, _), use in zip(table.found_columns, as_uses(uses), strict=True))
    meaning = Meaning(columns, shape)
    return [_preview(meaning, meaning.kept_cells(row)) for row in table.sample]


def as_uses(words: Sequence[str]) -> list[Use]:
    """Give the words that are uses; what is none is a plain field."""
    known: dict[str, Use] = {use: use for use in USES}
    return [known.get(word, "field") for word in words]


def _preview(meaning: Meaning, cells: Sequence[str]) -> Preview:
    key = meaning.key(cells)
    uses = [meaning.columns[index].use for index in meaning.kept]
    shown = zip(meaning.names, uses, cells, strict=True)
    rest = [(name, cell) for name, use, cell in shown if use in ("field", "text", "file") and cell]
    who = " ".join(filter(None, (meaning.of("unit", cells), meaning.of("person", cells))))
    day = find_moment(meaning.of("date", cells))
    return Preview(meaning.of("title", cells), "" if key.startswith("=") else key, day, who, rest)
