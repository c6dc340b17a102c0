"""Watched folders: what is put there comes in by itself, at its section, once it is no longer being written."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hiroba.connectors.folder import Found, walk
from hiroba.foundation.access.principals import parse_audience
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item
from hiroba.ingest.receiving import key_in_column, open_batch, receive_found, refuse_item

LOOK_EVERY_SECONDS = 3.0
SETTLED_SECONDS = 2.0
_looked_at = 0.0


@dataclass(frozen=True)
class Watched:
    """One line of watch.json: the folder, who stands for it, and for whom it is (default: that person's section)."""

    path: Path
    login: str
    audience: str = "section"


def watched_folders() -> list[Watched]:
    """Read HIROBA_HOME/watch.json: [{"path": …, "as": LOGIN, "audience": …}]; INGEST-11 when it makes no sense."""
    if not settings.WATCH_FILE.exists():
        return []
    try:
        rows = json.loads(settings.WATCH_FILE.read_text(encoding="utf-8"))
        return [Watched(Path(row["path"]), row["as"], row.get("audience", "section")) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("INGEST-11", file=str(settings.WATCH_FILE)) from error


def look_into_watched_folders() -> int:
    """Receive what is new or changed in every watched folder; give how many. Looks at most every three seconds."""
    global _looked_at  # noqa: PLW0603 - one clock for the one worker
    if time.monotonic() - _looked_at < LOOK_EVERY_SECONDS:
        return 0
    _looked_at = time.monotonic()
    return sum(_look_into(watched) for watched in watched_folders())


def _look_into(watched: Watched) -> int:
    source = f"watch:{watched.path}"[:64]
    known = dict(Item.objects.filter(batch__source=source).order_by("pk").values_list("external_key", "modified_at"))
    now = timezone.now()
    batch: Batch | None = None
    count = 0
    for thing in walk(watched.path):
        if not isinstance(thing, Found) or (now - thing.modified_at).total_seconds() < SETTLED_SECONDS:
            continue
        if known.get(key_in_column(thing.relative)) == thing.modified_at:
            continue
        batch = batch or _open(watched, source)
        count += _take(batch, thing)
    return count


def _open(watched: Watched, source: str) -> Batch:
    person = get_person(watched.login)
    return open_batch(person, source, parse_audience(watched.audience, person), title=watched.path.name)


def _take(batch: Batch, thing: Found) -> int:
    try:
        receive_found(batch, thing, thing.relative)
    except Refusal as refusal:
        if refusal.code == "INGEST-06":  # still being written: the next look takes it
            return 0
        item = refuse_item(batch, thing.relative, refusal)
        key = key_in_column(thing.relative)
        Item.objects.filter(pk=item.pk).update(external_key=key, modified_at=thing.modified_at)
    return 1
