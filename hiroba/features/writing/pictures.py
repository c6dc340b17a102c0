"""Pictures on a page: taken in through the same door as every file, and shown from the record they become."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hiroba.archive import gate
from hiroba.archive.actions import can_change, share_record
from hiroba.archive.models import Record
from hiroba.archive.queries import records_visible_to
from hiroba.features.writing.queries import get_draft
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.words import say
from hiroba.ingest.models import Item, ItemState
from hiroba.ingest.naming import safe_name
from hiroba.ingest.queries import get_item
from hiroba.ingest.receiving import Parcel, open_batch, receive

TAKEN = (ItemState.DONE, ItemState.SAME)
_SHOWN = re.compile(r"!\[[^\]\n]*\]\((?:https?://[^\s/)]+)?/records/(\d{1,18})/")
_WAITING = re.compile(r"\]\(/pages/pictures/(\d{1,18})/\)")
_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".pdf")


def pictures_in(person: Person, text: str) -> list[Record]:
    """List the records a page's text shows as pictures, as far as the person may read them."""
    ids = {int(found) for found in _SHOWN.findall(text)}
    return list(records_visible_to(person).filter(pk__in=ids))


def has_waiting(text: str) -> bool:
    """Tell whether a text has pictures that are no records yet."""
    return bool(_WAITING.search(text))


def with_records(draft_id: int, text: str) -> str:
    """Give a draft's text with the record of each picture that has become one, whoever brought it."""
    items = {int(found) for found in _WAITING.findall(text)}
    taken = Item.objects.filter(pk__in=items, batch__source=_source(draft_id), state__in=TAKEN)
    records = dict(taken.exclude(record=None).values_list("pk", "record_id"))
    return _WAITING.sub(lambda found: _shown(records.get(int(found[1])), found[0]), text)


def _shown(record_id: int | None, waiting: str) -> str:
    return f"](/records/{record_id}/)" if record_id else waiting


def _source(draft_id: int) -> str:
    return f"page:{draft_id}"


def open_pictures(person: Person, text: str, principals: frozenset[str], title: str) -> None:
    """Show the pictures in a text to those who read it, as far as the person may; what the gate saw in one stays
    inside."""
    for picture in pictures_in(person, text):
        if can_change(person, picture) and picture.gate_code in ("", gate.UNREAD):
            share_record(person, picture.pk, principals_in(picture.audience_id) | principals, title)


def receive_picture(person: Person, draft_id: int, name: str, pieces: Iterable[bytes]) -> Item:
    """Take in a picture for a draft, for those who type in it; on disk when this returns. WRITE-06 for no picture."""
    draft = get_draft(person, draft_id)
    name = safe_name(name) or "picture.png"
    if not name.lower().endswith(_SUFFIXES):
        raise Refusal("WRITE-06")
    batch = open_batch(person, _source(draft.pk), principals_in(draft.audience_id), title=draft.title)
    return receive(batch, Parcel(name, f"{batch.pk}/{name}"), pieces)


def picture_state(person: Person, item_id: int) -> dict[str, object]:
    """Tell how far a picture of the person's own is: its record once there is one, or why there is none."""
    item = get_item(person, item_id)
    if item.record_id is not None and item.state in TAKEN:
        return {"record": item.record_id}
    if item.state in (ItemState.FAILED, ItemState.HELD):
        return {"error": say(item.code or "INGEST-10", item.params)}
    return {"waiting": True}
