"""Files that came with what was said elsewhere: through the one door, for those who may read the channel."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Protocol

from hiroba.connectors.chats.graph import BusyError, RefusedError
from hiroba.connectors.chats.telling import NamedFile
from hiroba.connectors.outside import OutsideError
from hiroba.features.conversation.models import Channel
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item
from hiroba.ingest.receiving import Parcel, open_batch, receive

NO_ROOM = "INGEST-05"


class _Carried(Protocol):
    def pieces(self, name: str) -> Iterator[bytes]: ...


class FileTaker:
    """Receives files one at a time, in one batch for each channel."""

    def __init__(self, person: Person, carried: _Carried | None) -> None:
        self._person, self._carried = person, carried
        self._batches: dict[int, Batch] = {}

    def batches(self) -> list[Batch]:
        """Give the batches in which files wait to be read."""
        return list(self._batches.values())

    def take(self, channel: Channel, key: str, file: NamedFile) -> tuple[int | None, str]:
        """Give the item a file became, once for each key, and the code of why there is none. INGEST-05 is raised: with
        a full disk nothing more comes in."""
        name = (file.name or "file").replace("\\", "/").rpartition("/")[2][:200] or "file"
        known = Item.objects.filter(batch__source=f"talk:{channel.pk}", external_key=f"{key}/{name}"[:500]).first()
        if known is not None:
            return known.pk, ""
        if self._carried is None or not (file.path or file.url):
            return None, "CHATS-16"
        try:
            return self._receive(channel, Parcel(name, f"{key}/{name}"[:500]), file), ""
        except Refusal as refusal:
            if refusal.code == NO_ROOM:
                raise
            return None, refusal.code
        except (KeyError, OSError, ValueError, OutsideError, RefusedError, BusyError):
            return None, "CHATS-16"

    def _receive(self, channel: Channel, parcel: Parcel, file: NamedFile) -> int:
        assert self._carried is not None
        pieces = self._carried.pieces(file.path or file.url)
        first = next(pieces, b"")  # where there is nothing to receive, no batch is opened
        if channel.pk not in self._batches:
            self._batches[channel.pk] = open_batch(
                self._person,
                f"talk:{channel.pk}",
                principals_in(channel.audience_id),
                title=channel.name,
                reason=channel.reason,
            )
        return int(receive(self._batches[channel.pk], parcel, itertools.chain([first], pieces)).pk)
