"""The fields of a form's sheets as a table: CSV that Excel opens, or a workbook. What looks like a formula is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hiroba.features.forms.models import FilledSheet, Form, FormField
from hiroba.features.forms.queries import sheet_rows, sheets_visible_to
from hiroba.foundation.people.models import Person

MOST_SHEETS = 50_000
_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_visible_to(person: Person, form: Form) -> Iterator[list[str]]:
    """Give the header, then a row for each sheet the person may read: where it is, its values, what is still asked."""
    fields = list(form.fields.order_by("ordinal"))
    yield [_("資料"), _("題名"), _("ページ"), *(field.name for field in fields), _("確かめが必要な項目")]
    sheets = list(sheets_visible_to(person, form).order_by("pk")[:MOST_SHEETS])
    for start in range(0, len(sheets), _AT_ONCE):
        yield from _rows(sheets[start : start + _AT_ONCE], fields)


def _rows(sheets: Sequence[FilledSheet], fields: Sequence[FormField]) -> Iterator[list[str]]:
    for row in sheet_rows(sheets, fields):
        values = [value.value if value and not value.question else "" for value in row.values]
        asked = [field.name for field, value in zip(fields, row.values, strict=True) if value and value.question]
        record = row.sheet.record
        yield [str(record.pk), record.title, str(row.sheet.page), *values, "、".join(asked)]


def harmless(text: str) -> str:
    """Give a cell that no spreadsheet takes for a formula; a plain negative number is none."""
    is_number = text[:1] == "-" and text[1:].replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it; every cell quoted (RFC 4180)."""
    target = io.StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def as_workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """An .xlsx whose cells are all text: leading zeros stay, and nothing in it is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("記入票"))
    for row in rows:
        cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", cell)) for cell in row]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
