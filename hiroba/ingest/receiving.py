"""The door: bytes are stored and a row is committed before anybody is told that something was received."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hiroba.archive.originals import Stored, add_original, pieces_of, store_bytes
from hiroba.connectors.folder import Found, is_unchanged
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.people.queries import section_of
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item, ItemState

LONGEST_KEY = 500  # characters of Item.external_key and Record.external_key


@dataclass(frozen=True)
class Parcel:
    """One file at the door, as the person named it."""

    path: str
    external_key: str
    modified_at: dt.datetime | None = None


def open_batch(
    person: Person, source: str, principals: Iterable[str], title: str = "", reason: str = "", unit: Unit | None = None
) -> Batch:
    """Begin to take things in together, for one audience. The batch belongs to the person's section."""
    section = section_of(person)
    return Batch.objects.create(
        person=person,
        unit=unit or (Unit.objects.get(code=section) if section else None),
        source=source[:64],
        title=title[:500],
        audience=find_or_add_audience(principals),
        reason=reason[:500],
        created_at=timezone.now(),
    )


def receive(batch: Batch, parcel: Parcel, pieces: Iterable[bytes]) -> Item:
    """Store the bytes and commit the item; after this returns nothing of it can be lost.

    INGEST-04 too large, INGEST-05 disk full: nothing was kept."""
    return add_item(batch, parcel, store_bytes(pieces))


def key_in_column(key: str) -> str:
    """Give a key that fits its column and is still nobody else's: a longer one ends in its hash, not in a cut."""
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{key[: LONGEST_KEY - len(digest) - 1]}#{digest}"


@transaction.atomic
def add_item(batch: Batch, parcel: Parcel, stored: Stored, parent: Item | None = None) -> Item:
    """Commit one item whose bytes are already stored."""
    name = parcel.path.rsplit("/", 1)[-1]
    return Item.objects.create(
        batch=batch,
        path=parcel.path[-500:],
        external_key=key_in_column(parcel.external_key),
        original=add_original(stored, name),
        modified_at=parcel.modified_at,
        parent=parent,
        received_at=timezone.now(),
    )


def receive_found(batch: Batch, found: Found, external_key: str) -> Item:
    """Take in a file from a folder; INGEST-06 when somebody wrote to it meanwhile, INGEST-08 when it cannot be read."""
    parcel = Parcel(found.relative, external_key, found.modified_at)
    try:
        with found.path.open("rb") as file:
            stored = store_bytes(pieces_of(file))
    except OSError as error:
        raise Refusal("INGEST-08") from error
    if not is_unchanged(found):
        raise Refusal("INGEST-06")
    return add_item(batch, parcel, stored)


@transaction.atomic
def refuse_item(batch: Batch, path: str, refusal: Refusal) -> Item:
    """Keep the failure of something that never got past the door, where the person looks for it."""
    now = timezone.now()
    return Item.objects.create(
        batch=batch,
        path=path[-500:],
        external_key="",
        state=ItemState.FAILED,
        code=refusal.code,
        params=refusal.params,
        received_at=now,
        finished_at=now,
    )
