"""Files carried inside others (a mail's attachments, an archive's files, a mailbox' mails): stored, looked into before
what carries them is kept, and then items of their own in the folder named after it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence

from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.originals import Stored, add_originals, path_of, store_bytes
from hiroba.extract.passages import Attachment, Extraction
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item
from hiroba.ingest.naming import safe_name
from hiroba.ingest.whole import Reading

Carried = tuple[Attachment, Stored]

# How far into what a mail carries the gate looks ahead; a lease is longer than this and one file's own time.
DEPTH_OF_CARRIED, SECONDS_FOR_CARRIED = 3, 60.0
# Containers in containers: how deep they become items, and how many of such a batch. Mails lie in mails one by one;
# archives in archives multiply: whoever packs a zip of zips of zips does not mean to be read.
DEEPEST, DEEPEST_ARCHIVE, MOST_NESTED = 10, 3, 20_000
_LONGEST_KEY = 400
_CALL_EVERY = 20.0  # seconds


def store_carried(extraction: Extraction, go_on: Callable[[], None] = lambda: None) -> list[Carried]:
    """Store what a file carries, one file in memory at a time; what is too large is left out, the file itself is kept.

    `go_on` is called now and then: whoever waits learns that it moves. INGEST-05 when there is no room: nothing may get
    lost that was received as part of something."""
    kept: list[Carried] = []
    called_at = time.monotonic()
    for attachment in extraction.attachments:
        if time.monotonic() - called_at > _CALL_EVERY:
            go_on()
            called_at = time.monotonic()
        try:
            kept.append((attachment, store_bytes(attachment.pieces())))
        except Refusal as refusal:
            if refusal.code != "INGEST-04":
                raise
    return kept


def carried_verdicts(
    reading: Reading, carrier: Extraction, attached: Sequence[Carried], until: float, depth: int = 0
) -> list[tuple[str, gate.Verdict]]:
    """Look into what a mail carries before the mail itself is kept: whoever gets its original gets that too.

    What lies deeper, is too large to be kept by itself or comes after the time is over is said to be unexamined."""
    kept = {attachment.name for attachment, _ in attached}
    dropped = [safe_name(each.name) for each in carrier.attachments if each.name not in kept]
    found = [(name, gate.unexamined()) for name in dropped]
    for attachment, stored in attached:
        name = safe_name(attachment.name)
        if depth == DEPTH_OF_CARRIED or time.monotonic() > until:
            found.append((name, gate.unexamined()))
            break  # one is enough to keep the carrier inside
        inner = reading.extract(path_of(stored.sha256), name)
        verdict = gate.with_names(gate.examine(inner), [name])
        below = carried_verdicts(reading, inner, store_carried(inner), until, depth + 1)
        found.append((name, gate.with_carried(verdict, below)))
    return found


def add_children(item: Item, attached: Sequence[Carried], is_archive: bool = False) -> bool:
    """Let each carried file be an item of its own; False when they lie too deep or are too many for one batch."""
    if not attached:
        return True
    if item.parent_id is not None and not _has_room(item, len(attached), DEEPEST_ARCHIVE if is_archive else DEEPEST):
        return False
    names = [_path_below(attachment.name) or f"{number}" for number, (attachment, _) in enumerate(attached, start=1)]
    originals = add_originals({stored: name for (_, stored), name in zip(attached, names, strict=True)})
    now = timezone.now()
    Item.objects.bulk_create(
        (
            Item(
                batch=item.batch,
                path=f"{item.path}/{name}"[-500:],
                external_key=_key(item, number, attachment, name),
                original=originals[stored.sha256],
                modified_at=item.modified_at,
                parent=item,
                received_at=now,
            )
            for number, ((attachment, stored), name) in enumerate(zip(attached, names, strict=True), start=1)
        ),
        batch_size=500,
    )
    return True


def _has_room(item: Item, count: int, deepest: int) -> bool:
    depth, carrier = 1, item.parent
    while carrier is not None and depth <= deepest:
        depth, carrier = depth + 1, carrier.parent
    nested = Item.objects.filter(batch=item.batch, parent__parent__isnull=False).count()
    return depth <= deepest and nested + count <= MOST_NESTED


def _path_below(name: str) -> str:
    """Give the folders and the file a carried file's name says, each made safe."""
    parts = (safe_name(part) for part in name.replace("\\", "/").split("/"))
    return "/".join(part for part in parts if part)


def _key(item: Item, number: int, attachment: Attachment, name: str) -> str:
    """Give the key by which the same carried file is known when its carrier comes again; never cut, so never shared."""
    key = f"{item.external_key}!/{attachment.key or f'{number}/{name}'}"
    if len(key) <= _LONGEST_KEY:
        return key
    return f"#{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"
