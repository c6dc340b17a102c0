"""Where a table comes from this time: the newest file dropped in its folder, or what a query gives now."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hiroba.archive.originals import pieces_of
from hiroba.connectors.database import Query, file_of, open_query
from hiroba.connectors.folder import Found, is_leftover, is_unchanged, readable_name, walk
from hiroba.connectors.outside import OutsideError
from hiroba.connectors.tables import Row, Table, open_delimited, open_sheet
from hiroba.extract.calendar import SHOWN, read_events
from hiroba.extract.plain import read_text
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.secret_files import has_secret, read_secret
from hiroba.ingest.models import Source
from hiroba.ingest.sources import SPOOL, require_outside, secret_name

SETTLED_SECONDS = 5.0  # a drop that changed more lately is still being written
SHEET_SECONDS = 120.0
_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
# The names of hiroba.extract.calendar.SHOWN, in its order, after the key.
CALENDAR_HEADER = ("UID", "件名", "開始", "終了", "場所", "主催者", "参加者", "繰り返し", "状態", "内容")


@dataclass(frozen=True)
class Drop:
    """One extraction that can be read: its file, what it is called, and when it was taken from the other system."""

    path: Path
    name: str
    mark: str  # name, time and size: what tells it from any other
    extracted_at: dt.datetime
    found: Found | None = None


def find_drop(source: Source, taken: str) -> Drop | None:
    """Give the drop to take next, or None when the newest was taken. SOURCE-03 when the folder is not there.

    Of whole extractions the newest stands for all; of parts (only what changed) each counts, the oldest first."""
    folder = Path(str(source.settings["folder"]))
    require_outside(folder)
    if not folder.is_dir():
        raise OutsideError("SOURCE-03", place=str(folder))
    drops = sorted((_drop(each) for each in _matching(folder, source)), key=lambda drop: (drop.extracted_at, drop.name))
    marks = [drop.mark for drop in drops]
    after = drops[marks.index(taken) + 1 :] if taken in marks else drops
    if not after:
        return None
    return after[0] if source.settings.get("extent") == "part" else after[-1]


def _matching(folder: Path, source: Source) -> Iterator[Found]:
    pattern, now = str(source.settings.get("pattern") or "*.csv"), timezone.now()
    for path in folder.iterdir():  # its folders may hold attachments in their thousands
        name = readable_name(path.name)
        if fnmatch(name.lower(), pattern.lower()) and not is_leftover(name):
            thing = next(walk(path), None)
            if isinstance(thing, Found) and "/" not in thing.relative and _is_settled(thing, now):
                yield thing


def _is_settled(thing: Found, now: dt.datetime) -> bool:
    return (now - thing.modified_at).total_seconds() >= SETTLED_SECONDS


def _drop(found: Found) -> Drop:
    mark = f"{found.relative[-400:]}|{found.modified_at.isoformat()}|{found.size}"
    return Drop(found.path, found.relative, mark, found.modified_at, found)


def is_whole(drop: Drop) -> bool:
    """Tell whether the drop is still the file that was found."""
    return drop.found is None or is_unchanged(drop.found)


def fetch(source: Source) -> Drop:
    """Ask the database and put what it gives on this machine's disk, so that reading it may take its time.

    The file lies in HIROBA_HOME/spool, for this process's user only, and is removed after it was taken."""
    if place := file_of(str(source.settings["url"])):
        require_outside(Path(place))
    spool = Path(settings.HOME) / SPOOL
    spool.mkdir(mode=0o700, exist_ok=True)
    path = spool / f"table-{source.pk}.csv"
    secret = secret_name(source.pk, "password")
    query = Query(
        url=str(source.settings["url"]),
        select=str(source.settings["select"]),
        password=read_secret(secret) if has_secret(secret) else "",
    )
    now = timezone.now()
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8", newline="") as file, open_query(query) as table:
        writer = csv.writer(file)
        writer.writerow(table.header)
        writer.writerows(row.cells for row in table.rows)
    draft.replace(path)
    return Drop(path, source.name, f"query|{now.isoformat()}", now)


def spooled(source: Source, mark: str) -> Drop | None:
    """Give what was fetched earlier under this mark and not taken to its end."""
    path = Path(settings.HOME) / SPOOL / f"table-{source.pk}.csv"
    if not path.exists() or not mark.startswith("query|"):
        return None
    return Drop(path, source.name, mark, dt.datetime.fromisoformat(mark.partition("|")[2]))


@contextlib.contextmanager
def open_drop(drop: Drop, sheet: str = "") -> Iterator[Table]:
    """Open a drop as a table. CSV is streamed; a workbook is read in the sandbox, a calendar as its events.

    TABLE-02 … TABLE-04 as the connectors say."""
    suffix = drop.path.suffix.lower()
    if drop.mark.startswith("query|"):
        yield _spooled_table(drop.path)
    elif suffix in _SHEETS:
        with Sandbox(readers=1, seconds=SHEET_SECONDS) as sandbox:
            yield open_sheet(sandbox.extract(drop.path, drop.name), sheet)
    elif suffix == ".ics":
        yield _calendar_table(drop.path)
    else:
        yield open_delimited(drop.path, drop.name)


def _spooled_table(path: Path) -> Table:
    """Read what `fetch` wrote: the first row is the header by construction, whatever it looks like."""
    return Table(_spooled_header(path), "row=0", _spooled_rows(path), "utf-8")


def _spooled_header(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file), ()))


def _spooled_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        for number, cells in enumerate(rows, start=1):
            yield Row(f"row={number}", tuple(cells))


def _calendar_table(path: Path) -> Table:
    decoded, _warnings, error = read_text(path)
    if decoded is None or error is not None:
        raise OutsideError("TABLE-02")
    events = read_events(decoded.text)
    rows = (Row(f"line={each.line}", (each.key, *(each.values.get(name, "") for name in SHOWN))) for each in events)
    return Table(CALENDAR_HEADER, "line=1", rows)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in pieces_of(file):
            digest.update(piece)
    return digest.hexdigest()
