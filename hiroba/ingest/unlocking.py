"""What is locked with a password, opened with the one that the person who brought it knows.

The password is asked for, used in this process and forgotten: never stored, never logged, never put in a queue."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from hiroba.extract.passages import Extraction
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item, ItemState
from hiroba.ingest.queries import get_item
from hiroba.ingest.working import LEASE, finish_item, read_item

LOCKED = "EXTRACT-02"
_NOT_OPENED = {LOCKED, "EXTRACT-43", "EXTRACT-47"}


class _Unlocking:
    """Reads as the sandbox does, with a password for whatever asks for one: what lies inside is often locked alike."""

    def __init__(self, sandbox: Sandbox, password: str) -> None:
        self._sandbox, self._password = sandbox, password

    def extract(self, path: Path, name: str) -> Extraction:
        return self._sandbox.extract(path, name, password=self._password)


def unlock_item(person: Person, item_id: int, password: str) -> Item:
    """Read a locked file of the person's own with its password; what is in it comes in as with any other file.

    ACCESS-01 not theirs, or not locked; EXTRACT-43 it is not the password, EXTRACT-47 no password opens this kind:
    nothing has changed."""
    item = get_item(person, item_id)
    _take(item)
    with Sandbox(readers=1) as sandbox:
        return _open(item, sandbox, password)


def unlock_batch(batch: Batch, sandbox: Sandbox, password: str) -> int:
    """Try one password on everything locked in a batch; give how many files it opened."""
    opened = 0
    for item in batch.items.filter(state=ItemState.FAILED, code=LOCKED).order_by("pk"):
        try:
            _take(item)
            _open(item, sandbox, password)
            opened += 1
        except Refusal as refusal:
            if refusal.code not in _NOT_OPENED:
                raise
    return opened


def _take(item: Item) -> None:
    """Lease the item, so that no worker takes it meanwhile."""
    locked = Item.objects.filter(pk=item.pk, state=ItemState.FAILED, code=LOCKED, original__isnull=False)
    until = timezone.now() + LEASE
    if not locked.update(state=ItemState.READING, leased_until=until, tries=0):
        raise Refusal("ACCESS-01")
    item.refresh_from_db()


def _open(item: Item, sandbox: Sandbox, password: str) -> Item:
    try:
        read = read_item(_Unlocking(sandbox, password), item)
        error = read.extraction.error
        if error is not None and error.code in _NOT_OPENED:
            raise Refusal("EXTRACT-43" if error.code == LOCKED else error.code, **error.params)
        finish_item(read)
    except BaseException:
        _lock_again(item)
        raise
    item.refresh_from_db()
    return item


@transaction.atomic
def _lock_again(item: Item) -> None:
    """Put the item back as it was: locked, and waiting for its password."""
    Item.objects.filter(pk=item.pk, state=ItemState.READING).update(
        state=ItemState.FAILED, code=LOCKED, params={}, leased_until=None, finished_at=timezone.now()
    )
