"""What a link to a record shows to the one who reads it: title, place, the words there, who and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from hiroba.archive import queries as archive
from hiroba.archive.kinds import LABELS
from hiroba.archive.models import Passage, Revision
from hiroba.features.reading.layout import is_at
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

LONGEST_QUOTE = 600  # characters; the rest is one tap away


@dataclass(frozen=True)
class Card:
    """One cited passage. `quote` is "" where a whole record is cited or the place is not in this reading of it."""

    record_id: int
    title: str
    url: str
    kind_label: str
    here: str
    quote: str
    by: str
    at: dt.datetime
    is_older: bool


def find_card(person: Person, record_id: int, number: int | None, here: str) -> Card | None:
    """Give the card of a place as this person may see it now; None when it is not there for them."""
    try:
        revision = archive.get_revision(person, record_id, number)
    except Refusal:
        return None
    record = revision.record
    passage = _passage_at(revision, here) if here else None
    asked = {"at": here} if here else {}
    if number is not None:
        asked["revision"] = str(number)
    return Card(
        record_id=record.pk,
        title=record.title,
        url=reverse("record", args=[record.pk]) + (f"?{urlencode(asked)}#here" if asked else ""),
        kind_label=str(LABELS.get(record.kind, LABELS["other"])),
        here=here if passage else "",
        quote=passage.text[:LONGEST_QUOTE] if passage else "",
        by=record.author or record.owner.name,
        at=record.dated_at,
        is_older=revision.pk != record.current_id,
    )


def _passage_at(revision: Revision, here: str) -> Passage | None:
    passages = archive.passages_of(revision)
    exact = passages.filter(locator=here).first()
    if exact is not None or "!" not in here:
        return exact
    sheet = here.rsplit("!", 1)[0] + "!"  # a cell is cited: its row is the passage
    rows = passages.filter(locator__startswith=sheet).iterator(chunk_size=1000)
    return next((row for row in rows if is_at(row, here)), None)
