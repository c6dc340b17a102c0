"""The slow line: pages of paper and chunks of recordings, one part at a time, beside ordinary intake, never before it.

An item waits here with the parts nobody has read yet. Each part is committed as it is read, so that kill -9 costs the
part at hand and nothing else; with its last part the item goes back to the ordinary line, which reads it whole."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hiroba.archive.originals import path_of
from hiroba.extract.passages import Extraction, Part, Trouble
from hiroba.extract.slow import TOOLS
from hiroba.ingest.leases import has_run_out
from hiroba.ingest.models import AwaitedPart, Batch, Item, ItemState
from hiroba.ingest.part_readings import Wanted, keep_reading, missing_of

logger = logging.getLogger(__name__)

# Longer than a part's own time and a loaded machine's start of a reader.
LEASES = {name: dt.timedelta(seconds=tool.seconds + 120) for name, tool in TOOLS.items()}
LONGEST_LEASE = max(LEASES.values())
MOST_TRIES = 3
ITEMS_LOOKED_AT = 20


class SlowReading(Protocol):
    """What reads a part safely: hiroba.extract.slow.SlowSandbox, or a stand-in of a test."""

    def read_part(self, path: Path, part: Part) -> Extraction: ...


@transaction.atomic
def await_parts(item: Item, wanted: Sequence[Wanted], missing: Sequence[Wanted]) -> None:
    """Let an item wait until its `missing` parts, of all that it wants, have been read."""
    if not Item.objects.select_for_update().filter(pk=item.pk, state=ItemState.READING).exists():
        return
    AwaitedPart.objects.filter(item=item).delete()
    AwaitedPart.objects.bulk_create(
        (AwaitedPart(item=item, sha256=sha, tool=part.tool, number=part.number) for sha, part in missing),
        batch_size=500,
    )
    Item.objects.filter(pk=item.pk).update(
        state=ItemState.SLOW,
        parts=len(wanted),
        parts_read=len(wanted) - len(missing),
        tries=0,
        leased_until=None,
    )


def read_next_part(slow: SlowReading, batch: Batch | None = None) -> int:
    """Read one part that somebody waits for; give 1, or 0 when nobody waits.

    The item with the fewest parts left comes first: a FAX does not wait for the book that was scanned before it."""
    awaited = _lease_part(batch)
    if awaited is None:
        return 0
    wanted: Wanted = awaited.sha256, Part(awaited.tool, awaited.number)  # type: ignore[arg-type]  # a name of TOOLS
    extraction: Extraction | None = None
    if awaited.tries > MOST_TRIES:  # each of them ended with the whole process: this part is given up, the rest is not
        extraction = Extraction(error=Trouble("EXTRACT-08"))
    elif missing_of([wanted]):
        extraction = slow.read_part(path_of(awaited.sha256), wanted[1])
    _settle(wanted, extraction)
    return 1


def _lease_part(batch: Batch | None) -> AwaitedPart | None:
    now = timezone.now()
    is_free = has_run_out(now, LONGEST_LEASE)
    with transaction.atomic():
        items = Item.objects.filter(state=ItemState.SLOW, parts_read__lt=F("parts"), is_cut=False)
        if batch is not None:
            items = items.filter(batch=batch)
        for item in items.order_by(F("parts") - F("parts_read"), "pk")[:ITEMS_LOOKED_AT]:
            rows = AwaitedPart.objects.select_for_update(skip_locked=True).filter(is_free, item=item)
            awaited = rows.order_by("pk").first()
            if awaited is not None:
                awaited.leased_until, awaited.tries = now + LEASES[awaited.tool], awaited.tries + 1
                awaited.save(update_fields=["leased_until", "tries"])
                return awaited
    return None


@transaction.atomic
def _settle(wanted: Wanted, extraction: Extraction | None) -> None:
    """Keep what was read and tell everybody who waits for this part of these bytes.

    Two readers may have read it, when a lease ran out early: whoever locks what waits counts it, the other finds
    nothing."""
    if extraction is not None:
        keep_reading(wanted, extraction)
    sha256, part = wanted
    waiting = AwaitedPart.objects.filter(sha256=sha256, tool=part.tool, number=part.number)
    locked = list(waiting.select_for_update().order_by("pk").values_list("pk", "item_id"))
    Item.objects.filter(pk__in=[item for _, item in locked]).update(parts_read=F("parts_read") + 1)
    AwaitedPart.objects.filter(pk__in=[row for row, _ in locked]).delete()


@transaction.atomic
def cut_short(item: Item) -> bool:
    """Read no more of an item that waits: it is kept as far as it was read, and says what is missing."""
    waiting = Item.objects.select_for_update().filter(pk=item.pk, state=ItemState.SLOW)
    if not waiting.update(is_cut=True):
        return False
    AwaitedPart.objects.filter(item=item).delete()
    return True


def go_on(item: Item) -> bool:
    """Read the rest of an item that was cut short."""
    kept = Item.objects.filter(pk=item.pk, is_cut=True).exclude(state__in=(ItemState.SLOW, ItemState.READING))
    return bool(kept.update(state=ItemState.RECEIVED, is_cut=False, tries=0, code="", params={}, finished_at=None))


@transaction.atomic
def end_waiting(batch: Batch) -> int:
    """Stop everything of a batch that has not been read yet (INGEST-14): its bytes stay, and it can be read again."""
    waiting = batch.items.filter(state__in=(ItemState.RECEIVED, ItemState.SLOW))
    AwaitedPart.objects.filter(item__in=waiting.filter(state=ItemState.SLOW)).delete()
    return waiting.update(state=ItemState.FAILED, code="INGEST-14", params={}, finished_at=timezone.now())


def reclaim_parts() -> int:
    """Let parts wait again whose reader died with its process."""
    return AwaitedPart.objects.exclude(leased_until=None).update(leased_until=None)
