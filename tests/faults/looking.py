"""Look into an office from outside, as an operator with `sqlite3` would: what is kept, and has everything arrived?"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from tests.journeys.office import Office

_KEPT = """
SELECT r.id, r.source, r.external_key, r.title, r.state, r.audience_id, r.owner_id, o.sha256,
       (SELECT count(*) FROM archive_revision v WHERE v.record_id = r.id) AS revisions,
       (SELECT count(*) FROM archive_passage p WHERE p.revision_id = r.current_id) AS passages
FROM archive_record r
JOIN archive_revision c ON c.id = r.current_id JOIN archive_original o ON o.id = c.original_id
ORDER BY r.id
"""


@dataclass(frozen=True)
class KeptRecord:
    """One record as the database has it."""

    pk: int
    source: str
    key: str
    title: str
    state: str
    audience: int
    owner: int
    sha256: str
    revisions: int
    passages: int


def rows(office: Office, question: str) -> list[tuple[Any, ...]]:
    """Ask the office's database, reading only."""
    with contextlib.closing(
        sqlite3.connect(f"file:{office.home}/hiroba.sqlite3?mode=ro", uri=True, timeout=30)
    ) as base:
        return base.execute(question).fetchall()


def kept_records(office: Office) -> list[KeptRecord]:
    """List every record with its current original."""
    return [KeptRecord(*row) for row in rows(office, _KEPT)]


def wait_until_all_is_read(office: Office, seconds: float = 90) -> dict[str, Any]:
    """Wait until nothing is on its way in and the index has caught up; give what `hiroba doctor` says then."""
    until = time.monotonic() + seconds
    waiting = "SELECT count(*) FROM ingest_item WHERE state IN ('received', 'reading', 'slow')"
    while time.monotonic() < until:
        if rows(office, waiting)[0][0] == 0:
            found = office.json("doctor", "--originals")
            if "behind" not in detail_of(found, "index"):
                return found
        time.sleep(0.3)
    raise TimeoutError(f"{rows(office, waiting)} {office.json('doctor')}")


def detail_of(found: dict[str, Any], look: str) -> str:
    """Give what the doctor says of one thing."""
    return next(str(each["detail"]) for each in found["findings"] if each["look"] == look)
