"""What the person brought in, as the screen shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hiroba.archive.kinds import kind_of
from hiroba.archive.queries import records_held_for
from hiroba.foundation.access.audiences import principals_in, say_audience
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.words import say
from hiroba.ingest import queries as ingest
from hiroba.ingest.models import Batch, Item, ItemState
from hiroba.ingest.queries import UNDER_WAY, Progress
from hiroba.ingest.unlocking import LOCKED

SECONDS_A_PART = 4  # of one processor, for a page of paper (bench)


@dataclass(frozen=True)
class Line:
    """One file of a batch: what became of it, in words."""

    item_id: int
    path: str
    state: str
    label: str
    said: str
    record_id: int | None
    can_retry: bool
    parts: int = 0
    parts_read: int = 0
    can_stop: bool = False
    can_go_on: bool = False
    is_locked: bool = False
    is_recording: bool = False

    @property
    def minutes_left(self) -> int:
        """Guess how long the rest takes; 0 for less than a minute."""
        return (self.parts - self.parts_read) * SECONDS_A_PART // 60


@dataclass(frozen=True)
class Opened:
    """One batch as its page shows it."""

    batch: Batch
    progress: Progress
    sharing: str
    lines: list[Line]
    folders: list[str]


def is_locked(item: Item) -> bool:
    """Tell whether the file waits for a password."""
    return item.state == ItemState.FAILED and item.code == LOCKED


def locked_line(person: Person, item_id: int) -> Line:
    """Give a file of the person's own that waits for its password; ACCESS-01 otherwise."""
    item = ingest.get_item(person, item_id)
    if not is_locked(item):
        raise Refusal("ACCESS-01")
    return line_of(item)


def line_of(item: Item) -> Line:
    """Say what became of one item."""
    record = item.record
    is_readable = record is not None and record.state == "live"
    return Line(
        item_id=item.pk,
        path=item.path,
        state=item.state,
        label=str(ItemState(item.state).label),
        said=say(item.code, item.params) if item.code else "",
        record_id=record.pk if record is not None and is_readable else None,
        can_retry=item.state == ItemState.FAILED and item.original_id is not None and not is_locked(item),
        parts=item.parts,
        parts_read=min(item.parts_read, item.parts),
        can_stop=item.state == ItemState.SLOW and not item.is_cut,
        can_go_on=item.is_cut and item.state not in UNDER_WAY,
        is_recording=kind_of(item.path) == "recording",
        is_locked=is_locked(item),
    )


def open_batch_page(person: Person, batch_id: int, limit: int = 500) -> Opened:
    """Give a batch of the person's own with its newest state; failures and what is held come first."""
    batch = ingest.get_batch(person, batch_id)
    items = list(ingest.items_of(batch)[: limit * 4])
    order = {ItemState.FAILED: 0, ItemState.HELD: 1, ItemState.SLOW: 2, ItemState.READING: 3, ItemState.RECEIVED: 4}
    items.sort(key=lambda item: (order.get(ItemState(item.state), 5), item.pk))
    folders = sorted({item.path.rsplit("/", 1)[0] for item in items if "/" in item.path and item.parent_id is None})
    return Opened(
        batch=batch,
        progress=ingest.progress_of(batch),
        sharing=say_audience(principals_in(batch.audience_id)),
        lines=[line_of(item) for item in items[:limit]],
        folders=[folder for folder in folders if not any(folder.startswith(f"{other}/") for other in folders)],
    )


@dataclass(frozen=True)
class Recent:
    """One earlier batch in the list."""

    batch: Batch
    progress: Progress


def recent_batches(person: Person, limit: int = 20) -> Sequence[Recent]:
    """List the person's latest batches with how far each has come."""
    return [Recent(batch, ingest.progress_of(batch)) for batch in ingest.batches_visible_to(person)[:limit]]


@dataclass(frozen=True)
class Held:
    """A record the gate stopped or keeps inside, with why and where."""

    record_id: int
    title: str
    said: str
    is_stopped: bool
    at: object


def held_records(person: Person, limit: int | None = None) -> list[Held]:
    """List what waits for the person's decision."""
    return [
        Held(
            record.pk,
            record.title,
            say(record.gate_code, {"places": "、".join(record.gate_places[:3]), "name": record.file_name}),
            record.gate_code == "GATE-01",
            record.updated_at,
        )
        for record in records_held_for(person)[:limit]
    ]


def find_batch_that_reads(person: Person, record_id: int) -> int | None:
    """Give the person's batch in which a record of theirs is being read (again), to follow it there."""
    reading = Item.objects.filter(record=record_id, batch__person=person, state__in=UNDER_WAY)
    return reading.values_list("batch", flat=True).order_by("-pk").first()


@dataclass(frozen=True)
class Waiting:
    """The first of what waits for the person's decision; how many more do, and how many could not be read."""

    shown: list[Held]
    more: int
    unread: int


def waiting_records(person: Person, limit: int = 20) -> Waiting:
    """Give what waits for the person, what is stopped first: a folder of scans is one line more, not hundreds."""
    held = records_held_for(person)
    total, unread = held.count(), held.filter(gate_code="GATE-03").count()
    return Waiting(held_records(person, limit), max(0, total - limit), unread)
