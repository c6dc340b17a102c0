"""Mail and file servers visited, and what an entry of the access journal takes on the disk.

Run: .venv/bin/python -m bench.sources [--letters 1000] [--files 1000] [--entries 20000]. Starts Debian's dovecot and
samba (as root: smbd serves its users only so) and makes an office of its own in a temporary folder. A visit stores and
commits; reading what came is measured by bench.ingest."""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

WORDS = ("花壇の水やり", "遊具の点検", "街路灯の修理", "樹木の剪定", "受付の記録", "会議室の予約")
FOLDERS = 20


def main() -> None:
    """Make the office and the servers, visit them, and print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters", type=int, default=1_000)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--entries", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hiroba-bench-") as home:
        os.environ["HIROBA_HOME"] = str(Path(home) / "office")
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        _measure(Path(home), options)


def _measure(home: Path, options: argparse.Namespace) -> None:
    _found(home)
    lines = [
        "| what | things | s | a second | CPU ms a thing | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    with _mailbox(options.letters) as source:
        lines.append(_timed("letters over IMAP, first time", options.letters, source))
        lines.append(_timed("again, nothing new", options.letters, source))
    with _share(options.files) as (source, folder):
        lines.append(_timed("files over SMB, first time", options.files, source))
        lines.append(_timed("again, nothing new (each access list asked)", options.files, source))
        for number in range(0, options.files, 100):
            _file(folder, number).write_text("改めた文です。\n")
        lines.append(_timed("again, every 100th changed", options.files, source))
    sys.stdout.write("\n".join(lines) + "\n\n")
    size = _journal(options.entries)
    sys.stdout.write(
        f"{options.entries:,} entries of the access journal: {size:.0f} bytes each (SQLite, with its indexes)\n"
    )


def _found(home: Path) -> None:
    from django.core.management import call_command

    from hiroba.foundation.people.models import Person

    for folder in ("office/incoming", "office/originals", "office/index"):
        (home / folder).mkdir(parents=True)
    call_command("migrate", verbosity=0)
    Person.objects.create(login="bench", name="計測", staff_number="1")


def _source(kind: str, password: str, **known: str) -> Any:
    from django.utils import timezone

    from hiroba.foundation.access.audiences import find_or_add_audience
    from hiroba.foundation.people.models import Person
    from hiroba.foundation.secret_files import keep_secret
    from hiroba.ingest.models import Source
    from hiroba.ingest.sources import secret_name

    person, now = Person.objects.get(), timezone.now()
    audience = find_or_add_audience({f"person:{person.pk}"})
    made = Source.objects.create(
        kind=kind, name=kind, settings=known, person=person, audience=audience, created_at=now, due_at=now
    )
    keep_secret(secret_name(made.pk, "password"), password)
    return made


@contextmanager
def _mailbox(count: int) -> Iterator[Any]:
    from tests.dovecot import PASSWORD, Dovecot

    server, chance = Dovecot(), random.Random(7)
    first = server.deliver(_letter(0, chance))
    for number in range(1, count):
        path = first.with_name(f"{int(time.time())}.M{number + 1:06d}P1.bench")
        path.write_bytes(_letter(number, chance))
        os.chown(path, first.stat().st_uid, first.stat().st_gid)
    server.start()
    try:
        at = {"host": "127.0.0.1", "port": str(server.port), "user": server.user}
        yield _source("imap", PASSWORD, **at, folder="INBOX", security="none")
    finally:
        server.stop()


def _letter(number: int, chance: random.Random) -> bytes:
    """A letter of some paragraphs; every tenth carries a file of 100 KB."""
    message = EmailMessage()
    message["Subject"], message["From"] = f"{WORDS[number % 6]}の件 {number}", "市民 花子 <hanako@example.jp>"
    message["To"], message["Message-ID"] = "kouen@mirai.example", f"<{number}@example.jp>"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0900"
    message.set_content("\n".join(f"{chance.choice(WORDS)}について、{n}番の件です。" for n in range(30)))
    if number % 10 == 0:
        message.add_attachment(chance.randbytes(100_000), "application", "octet-stream", filename="写真.bin")
    return message.as_bytes()


@contextmanager
def _share(count: int) -> Iterator[tuple[Any, Path]]:
    from tests.samba import PASSWORD, USER, Samba

    server, chance = Samba(), random.Random(7)
    server.start()
    try:
        for number in range(count):
            path = _file(server.files, number)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(f"{chance.choice(WORDS)} {number}\n".encode() + chance.randbytes(20_000))
        at = {"host": "127.0.0.1", "port": str(server.port), "share": "kyoyu", "folder": "", "user": USER}
        yield _source("smb", PASSWORD, **at, encryption="yes"), server.files
    finally:
        server.stop()


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number % FOLDERS:02}" / f"{number:05}.bin"


def _visit(source: Any) -> int:
    from hiroba.ingest.sources import visit_source

    count = visit_source(source)
    while source.has_more:
        source.has_more = False
        count += visit_source(source)
    if source.last_code:
        raise SystemExit(f"the visit ended with {source.last_code}")
    return count


def _timed(what: str, count: int, source: Any, visit: Callable[[Any], int] = _visit) -> str:
    began, cpu = time.monotonic(), time.process_time()
    came = visit(source)
    wall, spent = time.monotonic() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    pace, each = count / wall, 1000 * spent / count
    return f"| {what}: {came:,} came | {count:,} | {wall:.1f} | {pace:,.0f} | {each:.1f} | {peak} |"


def _journal(count: int) -> float:
    """Write entries as pages write them (who opened which record, who searched for what), and weigh the file."""
    from django.db import connection

    from hiroba.foundation.changes.journal import JOURNAL, flush_journal, note
    from hiroba.foundation.people.models import Person

    def used() -> int:
        with connection.cursor() as cursor:
            found = [
                cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
            ]
        pages, free, size = found
        return int((pages - free) * size)

    JOURNAL.writes_by_itself = False
    person, before = Person.objects.get(), used()
    for number in range(count):
        note(person.pk, "record.read", "record", number % 5_000, address="10.1.2.3", post="公園課 係長")
        if number % 1_000 == 999:
            flush_journal()
    flush_journal()
    return (used() - before) / count


if __name__ == "__main__":
    main()
