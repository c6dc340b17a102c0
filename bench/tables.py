"""A table of another system taken in, again unchanged, and with some rows changed: rows a second, memory.

Run: .venv/bin/python -m bench.tables [--rows 1000000]. Makes an office of its own in a temporary folder."""

from __future__ import annotations

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEADER = ("受付番号", "受付日", "施設名", "所在地", "区分", "内容", "担当課", "件数")
KINDS = ("遊具", "街路灯", "舗装", "樹木", "清掃")


def main() -> None:
    """Make the office and the drops, visit until all is taken, and print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="hiroba-bench-") as home:
        os.environ["HIROBA_HOME"] = str(Path(home) / "office")  # drops lie outside of it
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        _measure(Path(home), rows)


def _measure(home: Path, count: int) -> None:
    from hiroba.ingest.tables.actions import confirm_columns
    from hiroba.ingest.tables.models import Table
    from hiroba.ingest.tables.visiting import visit_table

    source = _office(home)
    sys.stdout.write(f"| {count:,} rows | s | rows/s | CPU ms a row | peak MB |\n| --- | --- | --- | --- | --- |\n")
    _drop(home, "1.csv", count, changed=0)
    visit_table(source)
    table = Table.objects.get()
    confirm_columns(source.person, source.pk, table.found_header, [use for _, use in table.found_columns], "rows")
    _timed("first time", count, lambda: _visit(source))
    _drop(home, "2.csv", count, changed=0)
    _timed("again, unchanged", count, lambda: _visit(source))
    _drop(home, "3.csv", count, changed=100)
    _timed("again, every 100th row of the first half changed", count, lambda: _visit(source))
    for run in table.runs.order_by("pk"):
        sys.stdout.write(f"looked {run.looked:,}, new {run.new:,}, changed {run.changed:,}, gone {run.gone:,}\n")


def _office(home: Path) -> Any:
    from django.core.management import call_command
    from django.utils import timezone

    from hiroba.foundation.access.audiences import find_or_add_audience
    from hiroba.foundation.people.models import Person
    from hiroba.ingest.models import Source

    for folder in ("office/incoming", "office/originals", "office/index", "drops"):
        (home / folder).mkdir(parents=True)
    call_command("migrate", verbosity=0)
    person = Person.objects.create(login="bench", name="計測", staff_number="1")
    now = timezone.now()
    return Source.objects.create(
        kind="table",
        name="受付簿",
        settings={"folder": str(home / "drops")},
        person=person,
        audience=find_or_add_audience({f"person:{person.pk}"}),
        created_at=now,
        due_at=now,
    )


def _drop(home: Path, name: str, count: int, changed: int) -> None:
    path = home / "drops" / name
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(1, count + 1):
            is_changed = changed and number % changed == 0 and number <= count // 2
            text = f"{KINDS[number % 5]}の不具合について連絡があり、{number % 97}番の区画を見に行くこととした。"
            place = f"みどり町{number % 9 + 1}丁目{number % 40 + 1}番"
            row = [f"U-{number:08}", "令和8年5月1日", f"公園{number % 900}", place, KINDS[number % 5], text, "公園課"]
            writer.writerow([*row, "済" if is_changed else str(number % 7)])
    earlier = time.time() - 1000 + int(name[0])
    os.utime(path, (earlier, earlier))


def _visit(source: Any) -> None:
    from hiroba.ingest.tables.visiting import visit_table

    visit_table(source)
    while source.has_more:
        visit_table(source)
        sys.stderr.write(".")


def _timed(what: str, count: int, act: Callable[[], None]) -> None:
    """Print a line of the table as soon as it is known: a million rows take their time."""
    began, cpu = time.monotonic(), time.process_time()
    act()
    wall, spent = time.monotonic() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    each = 1000 * spent / count
    sys.stdout.write(f"| {what} | {wall:.0f} | {count / wall:,.0f} | {each:.2f} | {peak} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
