"""Files that a row names (添付ファイル): taken in beside its record, for the same people."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from django.utils import timezone

from hiroba.archive.arrivals import Kept
from hiroba.archive.originals import pieces_of, store_bytes
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item, ItemState, Source
from hiroba.ingest.receiving import Parcel, add_item
from hiroba.ingest.sources import open_visit, require_outside
from hiroba.ingest.tables.models import Run

MOST_FILES = 200
_BETWEEN = re.compile(r"[\n;;、|]+")


def take_enclosures(run: Run, source: Source, named: str, kept: Kept) -> None:
    """Receive the files that a case names, each an item under the case's own; count those that are not there."""
    folder = str(source.settings.get("files") or source.settings.get("folder") or "")
    names = [name.strip() for name in _BETWEEN.split(named) if name.strip()][:MOST_FILES]
    if not names or not folder or kept.outcome in ("held", "withdrawn"):
        return
    require_outside(Path(folder))
    found = [(name, path) for name in names if (path := find_inside(Path(folder), name)) is not None]
    run.missing += len(names) - len(found)
    run.save(update_fields=["missing"])
    if not found:
        return
    batch = open_visit(source, kept.record.title)
    now = timezone.now()
    parent = Item.objects.create(
        batch=batch,
        path=f"{source.name}/{kept.record.file_name}",
        external_key=kept.record.external_key,
        record=kept.record,
        state=ItemState.DONE,
        received_at=now,
        finished_at=now,
    )
    for name, path in found:
        _receive(parent, name, path)


def _receive(parent: Item, name: str, path: Path) -> None:
    with path.open("rb") as file:
        try:
            stored = store_bytes(pieces_of(file))
        except Refusal as refusal:
            if refusal.code == "INGEST-05":
                raise
            return
    folder = parent.path.rsplit("/", 1)[0]
    key = f"{parent.external_key}!/{PurePosixPath(name.replace(chr(92), '/')).name}"
    add_item(parent.batch, Parcel(f"{folder}/{path.name}", key), stored, parent=parent)


def find_inside(folder: Path, name: str) -> Path | None:
    """Give the regular file that a row names, if it lies in the folder or below: no link, no way out."""
    plain = name.replace("\\", "/").lstrip("/")
    if re.match(r"[A-Za-z]:|\w+://", plain):
        plain = plain.rsplit("/", 1)[-1]
    try:
        root, path = folder.resolve(strict=True), (folder / plain)
        found = path.resolve(strict=True)
    except (OSError, ValueError):
        return None
    is_inside = found.is_relative_to(root) and not path.is_symlink()
    return found if is_inside and found.is_file() else None
