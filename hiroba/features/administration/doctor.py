"""`hiroba doctor`: is everything whole, and does everything agree with everything else?"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from hiroba.archive.models import Original, Passage, Record, RecordState
from hiroba.archive.originals import PIECE, path_of
from hiroba.extract import hearing
from hiroba.foundation.changes.readers import latest_seq
from hiroba.foundation.changes.verifying import verify_journal, verify_log
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item, ItemState, Source
from hiroba.search.engine import IndexDamaged
from hiroba.search.indexing import engine

LITTLE_ROOM = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `code` names what is wrong, "" when it is whole; `detail` holds ids and counts."""

    look: str
    is_whole: bool
    code: str = ""
    detail: str = ""


def doctor_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the bytes of every original be read again, which takes as long as the disk does."""
    parser.add_argument("--originals", action="store_true", help="もとのファイルを一つ残らず読み直す")


def run_doctor(options: argparse.Namespace) -> dict[str, Any]:
    """Look at everything; DOCTOR-01 (exit 1) when anything is broken, after all of it has been looked at."""
    findings = list(look(with_bytes=options.originals))
    broken = [finding for finding in findings if not finding.is_whole]
    if broken and not options.json:
        raise Refusal("DOCTOR-01", looks="、".join(f"{each.look}({each.code} {each.detail})" for each in broken))
    return {"whole": not broken, "findings": [asdict(finding) for finding in findings]}


def look(with_bytes: bool = False) -> Iterator[Finding]:
    """Look at database, log, journal, originals, intake, index, sources, hearing and disk, in this order."""
    yield _database()
    for name, broken in (("log", verify_log()), ("journal", verify_journal())):
        detail = f"{broken.number}: {broken.damage}" if broken else ""
        yield Finding(name, broken is None, "" if broken is None else "DOCTOR-02", detail)
    yield _originals(with_bytes)
    failed = Item.objects.filter(state=ItemState.FAILED, code="INGEST-10").count()
    yield Finding("intake", not failed, "INGEST-10" if failed else "", str(failed or ""))
    yield _index()
    yield _sources()
    deaf = hearing.find_trouble()
    yield Finding("hearing", not deaf, "SPEECH-01" if deaf else "", deaf)
    free = shutil.disk_usage(settings.HOME).free
    yield Finding("disk", free > LITTLE_ROOM, "" if free > LITTLE_ROOM else "INGEST-05", f"{free // 1024**2} MB")


def _database() -> Finding:
    if connection.vendor != "sqlite":
        return Finding("database", True)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        answer = str(cursor.fetchone()[0])
    return Finding("database", answer == "ok", "" if answer == "ok" else "DOCTOR-02", "" if answer == "ok" else answer)


def _originals(with_bytes: bool) -> Finding:
    bad: list[str] = []
    for sha256, size in Original.objects.values_list("sha256", "size").iterator():
        path = path_of(sha256)
        if not path.exists() or path.stat().st_size != size or (with_bytes and _digest(sha256) != sha256):
            bad.append(sha256[:12])
    return Finding("originals", not bad, "ARCHIVE-01" if bad else "", " ".join(bad[:5]))


def _digest(sha256: str) -> str:
    digest = hashlib.sha256()
    with path_of(sha256).open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _index() -> Finding:
    """Compare the index with the archive: the same cursor, and as many passages as live records have."""
    try:
        engine().require_sound()
        behind, found = latest_seq() - engine().cursor(), engine().size()
    except IndexDamaged:
        return Finding("index", False, "SEARCH-02")
    if behind:
        return Finding("index", True, "", f"{behind} behind")
    live = Record.objects.filter(state=RecordState.LIVE, current__isnull=False)
    passages = Passage.objects.filter(revision__in=live.values("current")).count()
    expected = passages + live.filter(current__passages__isnull=True).count()
    return Finding("index", found == expected, "" if found == expected else "SEARCH-02", f"{found}/{expected}")


def _sources() -> Finding:
    """Name the sources whose last visit failed, each with its code; the first code decides."""
    failing = list(Source.objects.filter(is_on=True).exclude(last_code="").order_by("name"))
    detail = "、".join(f"{source.name} {source.last_code}" for source in failing)
    return Finding("sources", not failing, failing[0].last_code if failing else "", detail)


def say_doctor(result: dict[str, Any]) -> str:
    """Say it in one line a look."""
    return "\n".join(f"{'○' if row['is_whole'] else '×'} {row['look']} {row['detail']}" for row in result["findings"])
