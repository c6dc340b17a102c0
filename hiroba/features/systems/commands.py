"""`hiroba tables`: the tables of other systems for scripts, and what their columns mean."""

from __future__ import annotations

import argparse
from typing import Any

from hiroba.connectors.columns import USES
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.tables.actions import SHAPES, confirm_columns
from hiroba.ingest.tables.queries import TableRow, tables_visible_to


def tables_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to do as whom."""
    parser.add_argument("verb", choices=["list", "confirm"])
    parser.add_argument("name", nargs="?", default="", metavar="NAME")
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="責任者か管理者")
    parser.add_argument("--use", action="append", default=[], type=_pair, metavar="COLUMN=USE", help=" ".join(USES))
    parser.add_argument("--shape", choices=SHAPES, default="")


def _pair(text: str) -> tuple[str, str]:
    column, found, use = text.rpartition("=")
    if not found or use not in USES:
        raise argparse.ArgumentTypeError(text)
    return column, use


def run_tables(options: argparse.Namespace) -> dict[str, Any]:
    """List the tables, or confirm the columns of one as proposed, with what `--use` says otherwise.

    SOURCE-13 for a name that is not there, TABLE-05 for a column that is not there or when nothing is asked."""
    person = get_person(options.login)
    if options.verb == "confirm":
        _confirm(person, options)
    return {"tables": [_report(row) for row in tables_visible_to(person)]}


def _confirm(person: Person, options: argparse.Namespace) -> None:
    row = next((each for each in tables_visible_to(person) if each.source.name == options.name), None)
    if row is None:
        raise Refusal("SOURCE-13", name=options.name)
    uses: dict[str, str] = dict(row.table.found_columns)
    said: dict[str, str] = dict(options.use)
    if not uses or not set(said) <= set(uses):
        raise Refusal("TABLE-05")
    header = row.table.found_header
    chosen = [said.get(name, uses[name]) for name in header]
    confirm_columns(person, row.source.pk, header, chosen, options.shape or row.table.found_shape)
    journal.note_now(person.pk, "settings.changed", "source", str(row.source.pk), "columns command")


def _report(row: TableRow) -> dict[str, Any]:
    last, table = row.last, row.table
    return {
        "name": row.source.name,
        "asks": table.asks,
        "shape": table.shape if table.header else table.found_shape,
        "columns": [{"name": name, "use": use} for name, use in (table.columns or table.found_columns)],
        "rows": row.live,
        "held": row.held,
        "extracted_at": last.extracted_at if last else None,
        "new": last.new if last else 0,
        "changed": last.changed if last else 0,
        "gone": last.gone if last else 0,
    }


def say_tables(result: dict[str, Any]) -> str:
    """Say it in plain words, a line a table."""
    lines = []
    for each in result["tables"]:
        asks = (
            f" {each['asks']}: " + "、".join(f"{c['name']}={c['use']}" for c in each["columns"]) if each["asks"] else ""
        )
        counts = (
            f"いまある行 {each['rows']}(新 {each['new']}・変 {each['changed']}・無 {each['gone']}・止 {each['held']})"
        )
        lines.append(f"{each['name']} {counts}{asks}")
    return "\n".join(lines) or "業務システムの表は、まだありません。"
