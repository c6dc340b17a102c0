"""Carry the access journal out as CSV, in the order of the chain, without stopping who writes it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator

from hiroba.foundation.changes.acts import ACTS
from hiroba.foundation.changes.chain import NOTE_FIELDS
from hiroba.foundation.changes.models import JournalEntry

COLUMNS = ("number", *NOTE_FIELDS, "act_in_words", "previous", "digest")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def journal_rows(since: dt.datetime | None = None, until: dt.datetime | None = None) -> Iterator[list[str]]:
    """Give the journal's rows as text, header first; `since` counted in, `until` not. Times are ISO 8601 in UTC.

    A spreadsheet reads a cell that begins with = + - @ as a formula: such cells get an apostrophe before them."""
    yield list(COLUMNS)
    rows = JournalEntry.objects.order_by("number")
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    for entry in rows.iterator(chunk_size=2000):
        yield [_cell(entry, column) for column in COLUMNS]


def journal_csv(since: dt.datetime | None = None, until: dt.datetime | None = None) -> Iterator[str]:
    """Give the same as lines of CSV (RFC 4180, every cell quoted)."""
    line = _Line()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL)
    for row in journal_rows(since, until):
        writer.writerow(row)
        yield line.text


class _Line:
    """What the csv module writes to: it keeps the last line."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _cell(entry: JournalEntry, column: str) -> str:
    if column == "act_in_words":
        return str(ACTS.get(entry.act, ""))
    if column == "at":
        return entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    value = getattr(entry, column)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
