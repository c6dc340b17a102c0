"""A clock that is set while things are being read: nothing waits for a day, nothing is kept or counted twice."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from hiroba.archive.models import Record, Revision
from hiroba.extract.passages import Extraction, Part, Passage
from hiroba.foundation.access.principals import EVERYONE
from hiroba.ingest import slow_line, working
from hiroba.ingest.models import AwaitedPart, Item, ItemState, PartReading
from hiroba.ingest.receiving import Parcel, open_batch, receive
from tests.world import World


class Clock:
    """The clock of the wall, which somebody sets."""

    def __init__(self) -> None:
        self._true, self._moved = timezone.now, dt.timedelta()

    def set(self, **by: float) -> None:
        self._moved += dt.timedelta(**by)

    def now(self) -> dt.datetime:
        return self._true() + self._moved


class Paper:
    """A sheet of two pages, and who reads its pages."""

    def extract(self, path: Path, name: str) -> Extraction:
        return Extraction(extractor="image/1", parts=(Part("recognise", 1), Part("recognise", 2)))

    def read_part(self, path: Path, part: Part) -> Extraction:
        return Extraction((Passage(f"page={part.number}", f"{part.number}枚目"),), extractor="paper/1")


class Text:
    def extract(self, path: Path, name: str) -> Extraction:
        return Extraction((Passage("line=1", path.read_text()),), extractor="text/1")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


def brought(world: World, name: str = "a.txt") -> Item:
    batch = open_batch(world.kimura, "upload:1", {EVERYONE})
    return receive(batch, Parcel(name, name), ["決裁の文".encode()])


def test_a_clock_set_back_lets_nothing_wait_for_the_time_it_went_back(world: World, clock: Clock) -> None:
    brought(world)
    assert len(working.lease_items(10)) == 1  # and whoever took it dies
    assert working.lease_items(10) == []
    clock.set(days=-1)
    assert len(working.lease_items(10)) == 1


def test_a_page_of_a_reader_that_died_does_not_wait_for_the_clock_either(world: World, clock: Clock) -> None:
    brought(world, "2.tif")
    working.work_once(Paper(), 10)
    for _page in (1, 2):
        assert slow_line._lease_part(None) is not None
    assert slow_line.read_next_part(Paper()) == 0
    clock.set(days=-1)
    assert slow_line.read_next_part(Paper()) == 1


@pytest.mark.parametrize("hours", [-24, 24])
def test_whoever_finishes_first_is_kept_once(world: World, clock: Clock, hours: int) -> None:
    brought(world)
    (first,) = working.lease_items(10)
    clock.set(hours=hours)
    (second,) = working.lease_items(10)
    for item in (first, second):
        working.finish_item(working.read_item(Text(), item))
    assert (Record.objects.count(), Revision.objects.count()) == (1, 1)
    assert Item.objects.get().state == ItemState.DONE


def test_a_page_that_two_read_is_counted_once(world: World) -> None:
    brought(world, "2.tif")
    working.work_once(Paper(), 10)
    page = AwaitedPart.objects.order_by("number")[0]
    wanted = page.sha256, Part("recognise", page.number)
    done = threading.Event()

    def settle_beside() -> None:
        slow_line._settle(wanted, Paper().read_part(Path(), wanted[1]))
        connection.close()
        done.set()

    other = threading.Thread(target=settle_beside)
    with transaction.atomic():
        slow_line._settle(wanted, Paper().read_part(Path(), wanted[1]))
        other.start()
        done.wait(0.3)  # it comes while we have not committed, and has to wait
    other.join(30)
    item = Item.objects.get()
    assert (item.parts, item.parts_read, AwaitedPart.objects.count()) == (2, 1, 1)
    slow_line.read_next_part(Paper())
    assert (Item.objects.get().parts_read, PartReading.objects.count()) == (2, 2)
