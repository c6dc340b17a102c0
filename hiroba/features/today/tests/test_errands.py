"""What waits for a person in other rooms stands on their first page, and on nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from hiroba.ingest.versions.models import Pair, PairState
from tests.world import World


@pytest.fixture
def offered(world: World) -> Pair:
    """Two papers of 木村さん that look like versions of each other."""
    older, newer = (world.keep(world.kimura, f"案{number}.txt", "保育の案です。").record for number in (1, 2))
    now = timezone.now()
    return Pair.objects.create(
        older=older, newer=newer, kind="version", likeness=0.9, state=PairState.OFFERED, found_at=now
    )


def page_of(person: object) -> str:
    client = Client()
    client.force_login(person)
    return client.get("/").content.decode()


def test_what_is_offered_waits_for_whoever_brought_it(world: World, offered: Pair) -> None:
    page = page_of(world.kimura)
    assert "わたしの番" in page
    assert "版かもしれないもの" in page
    assert "版かもしれないもの" not in page_of(world.sato)


def test_what_is_decided_waits_no_more(world: World, offered: Pair) -> None:
    Pair.objects.update(state=PairState.REFUSED)
    assert "わたしの番" not in page_of(world.kimura)
