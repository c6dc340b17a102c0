"""How the house stands, for its administrators: counts and sizes, never content."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum

from hiroba.archive.models import Original, Record, RecordState
from hiroba.features.administration.queries import require_administrator
from hiroba.foundation.changes.readers import latest_seq
from hiroba.foundation.people.models import Person
from hiroba.ingest.models import Item, ItemState
from hiroba.ingest.queries import waiting_count
from hiroba.search.engine import IndexDamaged
from hiroba.search.indexing import engine


@dataclass(frozen=True)
class House:
    """Counts of now; `behind` is how many changes the index has still to follow (None: it is being made anew)."""

    records: int
    held: int
    waiting: int
    failed: int
    behind: int | None
    passages: int
    originals: int
    original_bytes: int
    free_bytes: int
    total_bytes: int


def state_visible_to(person: Person) -> House:
    """Give how the house stands; ACCESS-02 for whoever is no administrator."""
    require_administrator(person)
    disk = shutil.disk_usage(settings.HOME)
    behind, passages = _index()
    return House(
        records=Record.objects.filter(state=RecordState.LIVE).count(),
        held=Record.objects.filter(state=RecordState.HELD).count(),
        waiting=waiting_count(),
        failed=Item.objects.filter(state=ItemState.FAILED, code="INGEST-10").count(),
        behind=behind,
        passages=passages,
        originals=Original.objects.count(),
        original_bytes=Original.objects.aggregate(size=Sum("size"))["size"] or 0,
        free_bytes=disk.free,
        total_bytes=disk.total,
    )


def _index() -> tuple[int | None, int]:
    try:
        return latest_seq() - engine().cursor(), engine().size()
    except IndexDamaged:
        return None, 0
