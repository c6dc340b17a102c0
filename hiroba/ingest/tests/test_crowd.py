"""The same things brought in by many processes at once: nothing doubled, nothing lost, everything finished."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from django.conf import settings
from django.db.models import Count

from hiroba.archive.models import Original, Passage, Record, Revision
from hiroba.foundation.access.models import Audience
from hiroba.foundation.changes.readers import changes_after
from hiroba.foundation.changes.verifying import verify_log
from hiroba.ingest.models import Item, ItemState
from hiroba.ingest.tests.crowd import IMPORTERS, KEYS, OWN
from tests.postgres import Office
from tests.world import World


def test_sixteen_importers_of_the_same_keys_double_and_lose_nothing(either_database: Office, world: World) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hiroba.ingest.tests.crowd"],
        env=either_database.environment,
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert Counter(Item.objects.values_list("state", flat=True)).keys() == {ItemState.DONE, ItemState.SAME}
    assert Item.objects.count() == IMPORTERS * KEYS
    assert Record.objects.count() == KEYS
    versions = len(OWN) * IMPORTERS + KEYS - len(OWN)
    assert Original.objects.count() == Revision.objects.count() == Passage.objects.count() == versions
    for record in Record.objects.annotate(versions=Count("revisions")).select_related("current"):
        numbers = list(record.revisions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, record.versions + 1))
        assert record.current is not None
        assert record.current.number == record.versions
    assert Audience.objects.count() <= 4
    kinds = Counter(change.kind for change in changes_after(0, 1000))
    assert (kinds["record.received"], kinds["record.revised"]) == (KEYS, versions - KEYS)
    assert verify_log() is None
