"""Take things in, in the browser: for whom they are is proposed by how they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from hiroba.archive.actions import own_section, withdraw_record
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, parse_audience
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item, ItemState
from hiroba.ingest.naming import safe_name
from hiroba.ingest.part_readings import forget_failures
from hiroba.ingest.queries import get_batch, get_item
from hiroba.ingest.receiving import Parcel, open_batch, receive, refuse_item
from hiroba.ingest.slow_line import cut_short, end_waiting, go_on
from hiroba.ingest.working import retry_item

# More at once is a bulk import: it starts at the section, and a person opens it after a look.
ONE_BY_ONE = 5
LONGEST_PATH = 4_000  # characters; what stands in the columns is cut there, so that two long paths stay two


def open_upload(person: Person, audience: str, reason: str, title: str = "", as_new: bool = False) -> Batch:
    """Begin an upload. Narrower than the whole office asks for a reason (ACCESS-03), except the section for bulk.

    With `as_new`, equal names make records of their own instead of revisions."""
    principals = parse_audience(audience, person)
    if EVERYONE not in principals and principals != own_section(person) and not reason.strip():
        raise Refusal("ACCESS-03")
    source = f"upload:{person.pk}"
    if as_new:
        source += f":{timezone.now():%Y%m%d%H%M%S%f}"
    return open_batch(person, source, principals, title=title, reason=reason.strip())


def receive_upload(
    person: Person, batch_id: int, path: str, modified_at: dt.datetime | None, pieces: Iterable[bytes]
) -> Item:
    """Receive one file of an upload. What cannot be received is an item too, with its code.

    A folder, or more than five files, is not opened to the whole office in the same act (INGEST-12)."""
    batch = get_batch(person, batch_id)
    name = clean_path(path)
    is_bulk = "/" in name or batch.items.filter(parent=None).count() >= ONE_BY_ONE
    if is_bulk and EVERYONE in principals_in(batch.audience_id):
        return refuse_item(batch, name, Refusal("INGEST-12"))
    try:
        return receive(batch, Parcel(name, name, modified_at), pieces)
    except Refusal as refusal:
        return refuse_item(batch, name, refusal)


def clean_path(path: str) -> str:
    """Give a path from a browser as folders and a name: no drive, no "..", no empty parts, no control characters and
    none that turn the direction of writing round."""
    parts = (safe_name(part) for part in path.replace("\\", "/").split("/"))
    kept = [part for part in parts if part]
    return "/".join(kept)[-LONGEST_PATH:] or "file"


def retry(person: Person, item_id: int) -> Batch:
    """Send a failed item of the person's own through the line again."""
    item = get_item(person, item_id)
    if item.state == ItemState.FAILED and item.original is not None:
        forget_failures(item.original.sha256)
        retry_item(item)
    return item.batch


def stop_reading(person: Person, item_id: int) -> Batch:
    """Read no more pages of an item of the person's own: what was read so far is kept, the rest is named."""
    item = get_item(person, item_id)
    cut_short(item)
    return item.batch


def read_on(person: Person, item_id: int) -> Batch:
    """Read the pages that were left when reading was stopped, and try those again that failed."""
    item = get_item(person, item_id)
    if item.original is not None:
        forget_failures(item.original.sha256)
    go_on(item)
    return item.batch


def withdraw_batch(person: Person, batch_id: int) -> int:
    """Take back everything of one upload at once, and stop what has not been read: the undo of an import. Gives how
    many."""
    batch = get_batch(person, batch_id)
    end_waiting(batch)
    count = 0
    for item in batch.items.filter(state__in=(ItemState.DONE, ItemState.HELD), parent=None).select_related("record"):
        if item.record is not None and item.record.state != "withdrawn" and item.record.owner_id == person.pk:
            withdraw_record(person, item.record.pk)
            count += 1
    return count
