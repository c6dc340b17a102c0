"""The intake line: lease an item, read it in the sandbox, let the archive keep it, say what became of it.

Each step leaves the item in a state from which any other process goes on after kill -9: until the transaction that
keeps the record and marks the item together, the item is merely leased, and a lease runs out."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.arrivals import Arrival, Kept, keep_arrival, link_records
from hiroba.archive.kinds import kind_of
from hiroba.archive.models import Record, RecordState
from hiroba.archive.originals import Stored, path_of
from hiroba.extract.passages import Attachment, Extraction, Trouble
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.carried import SECONDS_FOR_CARRIED, add_children, carried_verdicts, store_carried
from hiroba.ingest.leases import has_run_out
from hiroba.ingest.models import Batch, Item, ItemState, Report
from hiroba.ingest.naming import author_of, dated_at, safe_name, title_of
from hiroba.ingest.pairing import pair_recording
from hiroba.ingest.part_readings import forget_private, missing_of, packed_readings
from hiroba.ingest.releasing import finish_release, is_to_be_released
from hiroba.ingest.slow_line import await_parts
from hiroba.ingest.whole import FirstReading, Reading, WholeReading

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=120)
LEASE_OF_WHOLE = dt.timedelta(seconds=900)  # the gate takes its time over thousands of pages
MANY_PARTS = 100  # more are put together where no new file waits for it
Lane = Literal["new", "whole", "any"]
MOST_TRIES = 3
UNFINISHED = (ItemState.RECEIVED, ItemState.READING)


def lease_items(count: int, batch: Batch | None = None, lane: Lane = "any") -> list[Item]:
    """Take up to `count` waiting items, oldest first. New ones, and those whose lease ran out, wait in one lane; in the
    other those whose last part has been read, or that were cut short."""
    now = timezone.now()
    new = Q(state=ItemState.RECEIVED) | Q(has_run_out(now, LEASE_OF_WHOLE), state=ItemState.READING)
    whole = Q(state=ItemState.SLOW) & (Q(parts_read__gte=F("parts")) | Q(is_cut=True))
    until = now + (LEASE_OF_WHOLE if lane == "whole" else LEASE)
    with transaction.atomic():
        rows = Item.objects.select_for_update(skip_locked=True).filter(
            {"new": new, "whole": whole, "any": new | whole}[lane]
        )
        if batch is not None:
            rows = rows.filter(batch=batch)
        ids = [item.pk for item in rows.order_by("pk")[:count]]
        Item.objects.filter(pk__in=ids).update(state=ItemState.READING, leased_until=until, tries=F("tries") + 1)
    named = ("batch__person", "batch__unit", "original", "parent__record", "report__source")
    found = Item.objects.filter(pk__in=ids).select_related(*named)
    return list(found.order_by("pk"))


def work_once(reading: Reading, count: int, batch: Batch | None = None, lane: Lane = "any") -> int:
    """Bring up to `count` items of a lane through the line, as many at once as the sandbox has readers; give how many.

    INGEST-05 when the disk is full, after everything else of the round: what had no room waits without losing a try."""
    items = lease_items(count, batch, lane)
    full: Refusal | None = None
    for item, read in _read_all(reading, items, lane):
        try:
            finish_item(read.result())
        except Refusal as refusal:
            full = refusal if refusal.code == "INGEST-05" else full
            give_back_item(item, is_try=refusal.code != "INGEST-05")
        except Exception:  # one item must not stop the line: it waits, and fails for good after its last try
            logger.exception("INGEST-10 item=%s", item.pk)
            give_back_item(item)
    if full is not None:
        raise full
    return len(items)


@dataclass(frozen=True)
class Read:
    """An item with what was read of it and what the gate said, and the files it carries, already stored."""

    item: Item
    extraction: Extraction
    verdict: gate.Verdict
    attached: tuple[tuple[Attachment, Stored], ...] = ()
    shas: tuple[str, ...] = ()  # of the bytes whose parts slow readers have read


def _read_all(reading: Reading, items: list[Item], lane: Lane) -> Iterator[tuple[Item, Future[Read]]]:
    """Read several at once and hand each over as it is ready, read or not: writing stays in this thread.

    What has parts that nobody has read yet goes to the slow line instead."""
    if not items:
        return
    with ThreadPoolExecutor(max_workers=max(1, len(items)), thread_name_prefix="reading") as pool:
        firsts = [FirstReading(reading) for _ in items]
        of = {pool.submit(read_item, first, item): (item, first) for item, first in zip(items, firsts, strict=True)}
        again: dict[Future[Read], Item] = {}
        while waiting := of.keys() | again.keys():
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                if future in again:
                    yield again.pop(future), future
                    continue
                item, first = of.pop(future)
                if future.exception() is not None or not first.wanted:
                    yield item, future
                elif whole := _whole(item, first, lane):
                    again[pool.submit(read_item, whole, item)] = item


def _whole(item: Item, first: FirstReading, lane: Lane) -> WholeReading | None:
    """Give what reads the item whole once its parts are there, or let it wait: for them, or for the other lane."""
    missing = missing_of(first.wanted)
    is_long = lane == "new" and len(first.wanted) > MANY_PARTS
    if (missing or is_long) and not item.is_cut:
        await_parts(item, first.wanted, missing)
        return None
    return first.with_parts(packed_readings(first.wanted))


def read_item(reading: Reading, item: Item) -> Read:
    """Read one original outside of any transaction; what it carries is stored before it is mentioned."""
    started = time.monotonic()
    if item.original is None:
        extraction = Extraction(error=Trouble("INGEST-08"))
    elif item.tries > MOST_TRIES:
        extraction = Extraction(error=Trouble("EXTRACT-08"))
    else:
        extraction = _extract(reading, item, item.original.sha256)
    if report := report_of(item):
        extraction = replace(extraction, facts={**extraction.facts, **report.facts})
    attached = store_carried(extraction, partial(_lease_on, item))
    if time.monotonic() - started > LEASE.total_seconds() / 4:
        _lease_on(item)
    carried = carried_verdicts(reading, extraction, attached, time.monotonic() + SECONDS_FOR_CARRIED)
    verdict = gate.with_carried(gate.examine(extraction), carried)
    return Read(item, extraction, verdict, tuple(attached), reading.shas if isinstance(reading, WholeReading) else ())


def report_of(item: Item) -> Report | None:
    """Give which report of another system an item is, None when it is none."""
    found: Report | None = getattr(item, "report", None)
    return found


def _extract(reading: Reading, item: Item, sha256: str) -> Extraction:
    try:
        return reading.extract(path_of(sha256), item.path.rsplit("/", 1)[-1])
    except OSError as error:  # what it carries passes through the disk
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refusal("INGEST-05") from error
        raise


def _lease_on(item: Item) -> None:
    """Keep an item ours while a long reading of it moves on; the thread's connection does not outlive this."""
    Item.objects.filter(pk=item.pk, state=ItemState.READING).update(leased_until=timezone.now() + LEASE)
    if not connection.in_atomic_block:
        connection.close()


@transaction.atomic
def finish_item(read: Read) -> None:
    """Keep what was read and mark the item, in one transaction: a record without its item's end cannot exist."""
    item = read.item
    if not Item.objects.select_for_update().filter(pk=item.pk, state__in=UNFINISHED).exists():
        return
    if is_to_be_released(item):
        finish_release(item, read.extraction)
        return
    carrier = _carrier_of(item)
    item.finished_at, item.leased_until = timezone.now(), None
    if carrier is not None and carrier.state == RecordState.WITHDRAWN:  # taken back while this was on its way
        item.state, item.code, item.params = ItemState.SAME, "INGEST-07", {}
        item.save()
        return
    kept = keep_arrival(_arrival(item, read.extraction, carrier), read.verdict)
    if kept.outcome == "held":
        forget_private(read.shas, kept.verdict.places)
    item.record, item.is_cut = kept.record, item.is_cut or _has_failed_parts(read.extraction)
    item.state, item.code, item.params = _outcome(kept, read.extraction)
    item.save()
    if carrier is not None:
        link_records("attachment", carrier, kept.record)
    pair_recording(kept.record)
    is_archive = read.extraction.facts.get("format") == "archive"
    is_fresh = kept.outcome in ("new", "revised", "renewed", "held")
    if is_fresh and not add_children(item, read.attached, is_archive):
        item.code, item.params = "EXTRACT-44", {}
        item.save(update_fields=["code", "params"])


def _has_failed_parts(extraction: Extraction) -> bool:
    """Tell whether reading on may help: a page can fail for the machine's sake."""
    return any(trouble.code in ("PART-01", "PART-03", "PART-05") for trouble in extraction.warnings)


def _carrier_of(item: Item) -> Record | None:
    """Give the record this came inside, as it stands now: it may have been narrowed or taken back meanwhile."""
    if item.parent is None or item.parent.record_id is None:
        return None
    return Record.objects.select_for_update().get(pk=item.parent.record_id)


def _outcome(kept: Kept, extraction: Extraction) -> tuple[ItemState, str, dict[str, str | int]]:
    if kept.outcome == "held":
        return ItemState.HELD, kept.verdict.code, {"places": "、".join(kept.verdict.places[:3])}
    if kept.outcome == "withdrawn":
        return ItemState.SAME, "INGEST-07", {}
    if kept.outcome == "same":
        return ItemState.SAME, "", {}
    if extraction.error is not None:
        return ItemState.FAILED, extraction.error.code, extraction.error.params
    return ItemState.DONE, kept.verdict.code, {"places": "、".join(kept.verdict.places[:3])}


def _arrival(item: Item, extraction: Extraction, carrier: Record | None) -> Arrival:
    """Say all that is known of it. What came inside something is for those who may read that, as it stands now."""
    name = safe_name(item.path) or "file"
    folder = item.path.rsplit("/", 1)[0] if "/" in item.path else ""
    batch = item.batch
    if item.original is None:
        raise Refusal("INGEST-08")
    return Arrival(
        source=batch.source,
        external_key=item.external_key,
        file_name=name,
        kind=kind_of(name, extraction.extractor),
        title=report.title if (report := report_of(item)) else title_of(extraction, name),
        original=item.original,
        extraction=extraction,
        owner=batch.person,
        principals=principals_in(carrier.audience_id if carrier else batch.audience_id),
        dated_at=dated_at(extraction, item.modified_at or item.received_at),
        folder=folder,
        unit=batch.unit,
        reason=batch.reason,
        author=author_of(extraction),
        modified_at=item.modified_at,
        # An upload says for whom it is; an import or a watched folder only where it begins, unless a reason is given.
        is_chosen=carrier is None and (bool(batch.reason) or batch.source.startswith("upload:")),
    )


def retry_item(item: Item) -> None:
    """Send an item through the line again, with its tries counted anew."""
    Item.objects.filter(pk=item.pk, state=ItemState.FAILED).update(
        state=ItemState.RECEIVED, tries=0, code="", params={}, finished_at=None
    )


def give_back_item(item: Item, is_try: bool = True) -> None:
    """Let an item wait again after an unexpected fault, or end it (INGEST-10) when it has had its tries.

    Without `is_try` the fault was the machine's, and this try is not counted."""
    ended = is_try and item.tries > MOST_TRIES
    Item.objects.filter(pk=item.pk).update(
        tries=item.tries if is_try else F("tries") - 1,
        state=ItemState.FAILED if ended else ItemState.RECEIVED,
        code="INGEST-10" if ended else "",
        leased_until=None,
        finished_at=timezone.now() if ended else None,
    )


def reclaim_items() -> int:
    """Let items wait again whose reader died with its process. A reader that lives on finds its item finished or
    taken, and lets it be."""
    return Item.objects.filter(state=ItemState.READING).update(state=ItemState.RECEIVED, leased_until=None)
