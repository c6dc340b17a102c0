"""`hiroba forms`: list forms, have records read, take the fields out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from hiroba.features.forms import actions, queries
from hiroba.features.forms.export import as_csv, as_workbook, table_visible_to
from hiroba.features.forms.models import FilledSheet, SheetState
from hiroba.features.forms.reading import read_next_sheet
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal


def forms_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to do with which form, as whom."""
    parser.add_argument("act", choices=["list", "read", "export"])
    parser.add_argument("form", nargs="?", type=int, metavar="FORM")
    parser.add_argument("records", nargs="*", type=int, metavar="RECORD")
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN")
    parser.add_argument("--to", default="", metavar="FILE.csv|FILE.xlsx", help="書き出すファイル")


def run_forms(options: argparse.Namespace) -> dict[str, Any]:
    """Do one of: list the forms; read records into one's fields and wait; write a form's fields to a file."""
    person = get_person(options.login)
    if options.act == "list":
        return {"forms": [_form(row) for row in queries.form_rows_visible_to(person)]}
    if options.form is None or (options.act == "export" and Path(options.to).suffix not in (".csv", ".xlsx")):
        print("hiroba forms: FORM", file=sys.stderr)  # noqa: T201 - wrong usage is said in one line
        sys.exit(2)
    return _read(person, options.form, options.records) if options.act == "read" else _export(person, options)


def _form(row: queries.FormRow) -> dict[str, Any]:
    return {
        "form": row.form.pk,
        "name": row.form.name,
        "medium": row.form.medium,
        "fields": row.fields,
        "sheets": row.sheets,
        "asking": row.asking,
    }


def _read(person: Person, form_id: int, record_ids: list[int]) -> dict[str, Any]:
    """Read these records, beside a worker or without one; failures are among what is told."""
    failures: list[dict[str, Any]] = []
    sheets: list[FilledSheet] = []
    for record_id in record_ids:
        try:
            sheets += actions.add_sheets(person, form_id, [record_id])
        except Refusal as refusal:
            failures.append({"record": record_id, "code": refusal.code, "params": refusal.params})
    while FilledSheet.objects.filter(pk__in=[sheet.pk for sheet in sheets], state=SheetState.READING).exists():
        if not read_next_sheet():
            break
    form = queries.get_form(person, form_id)
    fields = list(form.fields.order_by("ordinal"))
    again = list(queries.sheets_visible_to(person, form).filter(pk__in=[sheet.pk for sheet in sheets]))
    return {"sheets": [_sheet(row, fields) for row in queries.sheet_rows(again, fields)], "failures": failures}


def _sheet(row: queries.SheetRow, fields: list[Any]) -> dict[str, Any]:
    pairs = [(field, value) for field, value in zip(fields, row.values, strict=True) if value is not None]
    said = {
        "record": row.sheet.record_id,
        "page": row.sheet.page,
        "state": row.sheet.state,
        "fields": {field.name: value.value for field, value in pairs if not value.question},
        "questions": [{"field": field.name, "code": value.question} for field, value in pairs if value.question],
    }
    return said | ({"code": row.sheet.code} if row.sheet.code else {})


def _export(person: Person, options: argparse.Namespace) -> dict[str, Any]:
    form = queries.get_form(person, options.form)
    rows = list(table_visible_to(person, form))
    target = Path(options.to)
    target.write_bytes(as_csv(rows) if target.suffix == ".csv" else as_workbook(rows))
    journal.note_now(person.pk, "records.exported", "form", form.pk, "command")
    return {"file": str(target), "sheets": len(rows) - 1}


def say_forms(result: dict[str, Any]) -> str:
    """Sum up in plain words."""
    if "forms" in result:
        return "\n".join(f"{row['form']}  {row['name']}  記入票{row['sheets']}枚" for row in result["forms"])
    if "file" in result:
        return f"{result['sheets']}枚を書き出しました: {result['file']}"
    asked = sum(len(row["questions"]) for row in result["sheets"])
    return f"{len(result['sheets'])}枚を読みました。確かめるところ: {asked}"
