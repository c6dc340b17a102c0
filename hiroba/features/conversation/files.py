"""Files sent with a message: they come in by the one door, for those who read the channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile

from hiroba.archive import gate
from hiroba.features.conversation.models import Channel, MessageFile
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item
from hiroba.ingest.receiving import Parcel, open_batch, receive

MOST_FILES = 20
Upload: TypeAlias = "UploadedFile[Any]"


def take_files(person: Person, channel: Channel, files: Sequence[Upload], key: str) -> tuple[tuple[int, str], ...]:
    """Receive the files of one message, before it is sent: (item, name) each. The same key brings the same files once.
    TALK-10 for too many; refusals of the door as they are (INGEST-04, INGEST-05)."""
    if not files:
        return ()
    if len(files) > MOST_FILES:
        raise Refusal("TALK-10", most=MOST_FILES)
    source = f"talk:{channel.pk}"
    before = Item.objects.filter(batch__source=source, external_key__startswith=f"{key}/").order_by("pk")
    if key and before.exists():
        return tuple((item.pk, gate.mask(item.path)) for item in before)
    batch = open_batch(person, source, principals_in(channel.audience_id), title=channel.name, reason=channel.reason)
    names = [(file, (file.name or "file").rsplit("/", 1)[-1]) for file in files]
    items = [
        receive(batch, Parcel(name, f"{key}/{place}/{name}"), _pieces(file)) for place, (file, name) in enumerate(names)
    ]
    return tuple((item.pk, gate.mask(item.path)) for item in items)


def _pieces(file: Upload) -> Iterator[bytes]:
    yield from file.chunks()


def records_of(files: Iterable[MessageFile]) -> dict[int, int]:
    """Give the record that became of each file, by the file's id; files still on their way, or held, have none."""
    by_item = {file.item_id: file for file in files if file.item_id and file.record_id is None}
    found = {file.pk: file.record_id for file in files if file.record_id is not None}
    rows = Item.objects.filter(pk__in=by_item, record__isnull=False).values_list("pk", "record_id")
    return found | {by_item[item].pk: record for item, record in rows}
