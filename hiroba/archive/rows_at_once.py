"""Rows of any table written hundreds at a time. Django's bulk_create asks each value whether it is an expression and
stops at 999 parameters a statement; these rows hold plain values, and both databases take many more."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models

# What a driver takes as it stands; times and JSON are put into their form for the database first.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)
MOST_PARAMETERS = 20_000  # a statement: SQLite takes 32,766 (since 3.32), PostgreSQL 65,535


def insert_all(rows: Sequence[models.Model]) -> None:
    """Write unsaved rows of one table and give each its primary key, as bulk_create does for plain values."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    head = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of our own tables
    row = f"({', '.join(['%s'] * len(fields))})"
    pk = meta.pk.attname if meta.pk else "id"
    at_once = max(1, MOST_PARAMETERS // len(fields))
    taken = [(field.attname, isinstance(field, _PLAIN), field.get_db_prep_save) for field in fields]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            values = [
                getattr(each, name) if is_plain else prepare(getattr(each, name), connection)
                for each in part
                for name, is_plain, prepare in taken
            ]
            cursor.execute(f"{head}{', '.join([row] * len(part))} RETURNING {quote(pk)}", values)
            for each, (key,) in zip(part, cursor.fetchall(), strict=True):
                setattr(each, pk, key)
                each._state.adding = False
