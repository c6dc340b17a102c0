"""Take in whole folders: each file an item, each thing passed over named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hiroba.connectors.folder import Found, PassedOver, walk
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item
from hiroba.ingest.receiving import receive_found, refuse_item


def receive_path(batch: Batch, start: Path) -> Iterator[Item]:
    """Receive a file or everything under a folder; what cannot be received becomes a failed item with its code.

    The key is the file's absolute path, so that the same folder imported again gives revisions, not doubles."""
    root = start.resolve()
    for thing in walk(start):
        yield _receive(batch, root, thing)


def _receive(batch: Batch, root: Path, thing: Found | PassedOver) -> Item:
    if isinstance(thing, PassedOver):
        return refuse_item(batch, thing.relative, Refusal(thing.code))
    key = str(root / thing.relative) if root.is_dir() else str(root)
    try:
        return receive_found(batch, thing, key)
    except Refusal as refusal:
        return refuse_item(batch, thing.relative, refusal)
