"""Take in one mail, whatever way it came: stored and committed before anybody is told, once for each source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction

from hiroba.archive.models import Record
from hiroba.archive.originals import path_of, store_bytes
from hiroba.extract.mail_identity import identity_of
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item, Source
from hiroba.ingest.queries import UNDER_WAY
from hiroba.ingest.receiving import Parcel, add_item, refuse_item
from hiroba.ingest.sources import keep_checkpoint, open_visit

CAME = "%Y%m%d-%H%M%S"


class Postbag:
    """What one visit brings, opened when the first letter comes: one batch a visit."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self._batch: Batch | None = None

    def batch(self) -> Batch:
        """Give the visit's batch."""
        if self._batch is None:
            self._batch = open_visit(self.source)
        return self._batch

    def put(
        self, pieces: Iterable[bytes], came_at: dt.datetime, name: str, checkpoint: dict[str, Any] | None = None
    ) -> bool:
        """Store a letter and commit it together with how far the visit has come; False for one that is here already.

        INGEST-04 too large, INGEST-05 disk full: nothing was kept and the checkpoint stands where it stood."""
        stored = store_bytes(pieces, settings.UPLOAD_LIMIT)
        if not stored.size:  # gone from the server between the list and the fetch
            self.pass_over(checkpoint)
            return False
        key = f"mail:{identity_of(path_of(stored.sha256))}"
        with transaction.atomic():
            is_new = not is_taken(self.source, key)
            if is_new:
                parcel = Parcel(f"{came_at:{CAME}}-{name}.eml", key, came_at)
                add_item(self.batch(), parcel, stored)
            self.pass_over(checkpoint)
        self.count += is_new
        return is_new

    def pass_over(self, checkpoint: dict[str, Any] | None) -> None:
        """Note how far the visit has come."""
        if checkpoint is not None:
            keep_checkpoint(self.source, checkpoint)

    @transaction.atomic
    def refuse(self, name: str, refusal: Refusal, checkpoint: dict[str, Any] | None = None) -> None:
        """Keep the failure of a letter that could not be taken where whoever stands for the source looks for it."""
        key = f"refused:{name}"
        if not Item.objects.filter(batch__source=self.source.record_source, external_key=key).exists():
            item = refuse_item(self.batch(), f"{name}.eml", refusal)
            Item.objects.filter(pk=item.pk).update(external_key=key)
        self.pass_over(checkpoint)


def is_taken(source: Source, key: str) -> bool:
    """Tell whether this very mail came from this source before, kept or still on its way in."""
    if Record.objects.filter(source=source.record_source, external_key=key).exists():
        return True
    waiting = Item.objects.filter(state__in=UNDER_WAY, external_key=key, batch__source=source.record_source)
    return waiting.exists()
