"""What a person says about a table: what its columns mean, and that rows are really gone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from hiroba.connectors.columns import USES
from hiroba.foundation.access.principals import is_administrator
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.tables.models import Table
from hiroba.ingest.tables.queries import KINDS
from hiroba.ingest.tables.visiting import COLUMNS_ASKED, LOSS_ASKED

SHAPES = ("cases", "rows")


def confirm_columns(person: Person, source_id: int, header: Sequence[str], uses: Sequence[str], shape: str) -> Table:
    """Keep what each column means, and let the extraction be taken. The shape is said once: records depend on it.

    TABLE-05 when the columns have changed since they were shown, TABLE-06 when nothing would be taken in."""
    with transaction.atomic():
        table = _require_table(person, source_id)
        if list(header) != table.found_header or len(uses) != len(header):
            raise Refusal("TABLE-05")
        if not set(uses) <= set(USES) or all(use == "leave_out" for use in uses):
            raise Refusal("TABLE-06")
        if not table.header:
            table.shape = shape if shape in SHAPES else table.found_shape
        table.header, table.columns = list(header), [list(pair) for pair in zip(header, uses, strict=True)]
        table.confirmed_by, table.confirmed_at = person, timezone.now()
        table.asks, table.taken = "", ""
        left_out = {place for place, use in enumerate(uses) if use == "leave_out"}
        table.sample = [_without(row, left_out) for row in table.sample]
        table.save()
        _visit_soon(table)
    return table


def accept_loss(person: Person, source_id: int) -> Table:
    """Say that the rows are really gone: the same extraction is looked at again and they are marked."""
    with transaction.atomic():
        table = _require_table(person, source_id)
        if table.asks == LOSS_ASKED:
            table.asks, table.taken, table.may_shrink = "", "", True
            table.save()
            _visit_soon(table)
    return table


@transaction.atomic
def reconsider_columns(person: Person, source_id: int) -> Table:
    """Put the columns before a person once more; nothing is taken until they are confirmed."""
    table = _require_table(person, source_id)
    if table.header and table.asks != COLUMNS_ASKED:
        table.found_header, table.found_columns, table.found_shape = table.header, table.columns, table.shape
        table.asks = COLUMNS_ASKED
        table.save()
    return table


def _without(row: list[str], places: set[int]) -> list[str]:
    return ["" if place in places else cell for place, cell in enumerate(row)]


def _require_table(person: Person, source_id: int) -> Table:
    """Give a table the person administers or stands for; ACCESS-01 otherwise."""
    sources = Source.objects.filter(pk=source_id, kind__in=KINDS)
    source = (sources if is_administrator(person) else sources.filter(person=person)).first()
    if source is None:
        raise Refusal("ACCESS-01")
    return Table.objects.select_related("source").get_or_create(source=source)[0]


def _visit_soon(table: Table) -> None:
    Source.objects.filter(pk=table.source_id).update(due_at=timezone.now())
