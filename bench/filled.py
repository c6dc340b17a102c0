"""What a person waits for with many passages behind it: pages over HTTP, and from saved to found.

    python -m bench.filled --passages 1000000 [--saves 40] [--rounds 3] [--cache DIR] [--keep]

Fills an office (the small ward of tests/world.py) with the corpus of bench.search, database and index, then serves it:
the search page with bench.search's drawn questions as a signed-in person, and uploads searched for until found.
Rows and documents are written directly (cutting a million passages into words takes an hour); what is measured runs
through the product as it stands."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from bench.ingest import measure_saves, quantile
from tests.faults.calling import Caller
from tests.journeys.office import ROOT, Office, found_office, free_port

AT_ONCE = 20_000


def fill(count: int, cache: Path) -> None:
    """Write `count` passages into the office of HIROBA_HOME: in a process of its own, with Django set up."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from bench.corpus import make_corpus, sentences
    from hiroba.foundation.changes.readers import latest_seq
    from hiroba.search.embedded import EmbeddedEngine

    connection.cursor().execute("pragma synchronous=off")
    rows = Rows()
    writer = EmbeddedEngine(settings.INDEX_DIR, rows.analyse).open_writer()
    for number, made in enumerate(make_corpus(count, sentences(cache)), 1):
        writer.add(rows.add(made))
        if number % AT_ONCE == 0:
            rows.write()
            writer.commit(latest_seq())
    rows.write()
    writer.commit(latest_seq())
    writer.close()


class Rows:
    """The corpus as rows of the archive; passages wait here until there are enough for one transaction."""

    def __init__(self) -> None:
        """Begin with an original that stands for all."""
        from django.utils import timezone

        from hiroba.archive.originals import add_original, store_bytes
        from hiroba.foundation.people.models import Person

        self.now = timezone.now()
        self.original = add_original(store_bytes([b"bench"]), "bench.txt")
        self.owner = Person.objects.get(login="sato")
        self.known: dict[str, object] = {}
        self.passages: list[object] = []
        self.record = 0

    def analyse(self, text: str):
        """Give the streams of a body that came with the corpus, and cut any other text."""
        from hiroba.language.tokens import streams

        return self.known.get(text) or streams(text)

    def add(self, made):
        """Put one passage in line, its record first, and give the document as the office knows it."""
        from dataclasses import replace

        from hiroba.archive.models import Passage

        document = made.document
        if document.record != self.record:
            self.record, self.revision = document.record, self._add_record(document)
        self.known = {document.body: made.streams}
        row = Passage(revision=self.revision, ordinal=document.key, locator=f"par={document.key}", text=document.body)
        row.pk = 10_000 + document.key
        self.passages.append(row)
        return replace(document, key=row.pk, record=self.revision.record_id, revision=self.revision.pk)

    def _add_record(self, document):
        from hiroba.archive.models import Record, Revision
        from hiroba.foundation.access.audiences import find_or_add_audience

        record = Record.objects.create(
            source="bench",
            external_key=str(document.record),
            kind=document.kind,
            title=document.title,
            file_name=document.file,
            audience=find_or_add_audience(document.principals),
            owner=self.owner,
            dated_at=self.now,
            created_at=self.now,
            updated_at=self.now,
        )
        revision = Revision.objects.create(
            record=record,
            number=1,
            original=self.original,
            file_name=document.file,
            received_at=self.now,
            brought_by=self.owner,
        )
        Record.objects.filter(pk=record.pk).update(current=revision)
        return revision

    def write(self) -> None:
        """Write what waits."""
        from hiroba.archive.models import Passage

        Passage.objects.bulk_create(self.passages, batch_size=2_000)
        self.passages = []


def filled_office(home: Path, count: int, cache: Path) -> Office:
    """Give an office with `count` passages in `home`: as it was kept, or made now."""
    mark = home / "filled"
    if mark.exists():
        environment = {**os.environ, "HIROBA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"}
        return Office(home, free_port(), None, environment)
    office = found_office(home)
    program = (
        "import sys; from pathlib import Path; from bench.filled import fill; fill(int(sys.argv[1]), Path(sys.argv[2]))"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(count), str(cache)], cwd=ROOT, env=office.environment, check=True
    )
    mark.touch()
    return office


def measure_pages(office: Office, queries: list[str], rounds: int) -> list[float]:
    """Give the seconds of each search page; the first round warms."""
    caller = Caller(office, "kimura")
    took = []
    for turn in range(rounds + 1):
        for query in queries:
            began = time.perf_counter()
            assert caller.get(f"/search/?q={quote(query)}").status == 200
            if turn:
                took.append(time.perf_counter() - began)
    return took


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--saves", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "hiroba-bench")
    parser.add_argument("--keep", action="store_true", help="leave the office in the cache, and use the one there")
    options = parser.parse_args()
    from bench.corpus import sentences
    from bench.search import drawn_queries

    queries = drawn_queries(sentences(options.cache))
    with tempfile.TemporaryDirectory() as folder:
        kept = options.cache / f"office-{options.passages}"
        office = filled_office(kept if options.keep else Path(folder, "home"), options.passages, options.cache)
        office.serve()
        try:
            pages = measure_pages(office, queries, options.rounds)
            saves = measure_saves(office, options.saves)
        finally:
            office.stop()
    print("| passages | what | times | p50 s | p95 s | wanted |")
    print("| ---: | --- | ---: | ---: | ---: | --- |")
    for name, took, wanted in (
        ("search page over HTTP", pages, "≤ 0.150"),
        ("saved to found, over HTTP", saves, "≤ 1.0"),
    ):
        figures = f"{len(took)} | {statistics.median(took):.3f} | {quantile(took, 0.95):.3f}"
        print(f"| {options.passages:,} | {name} | {figures} | {wanted} |")


if __name__ == "__main__":
    main()
