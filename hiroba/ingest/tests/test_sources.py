"""Sources: visited when due, failures told as codes, nobody's rights widened, one that fails leaves others alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from hiroba.connectors.outside import OutsideError
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import has_secret, keep_secret, read_secret
from hiroba.ingest.models import Item, Source
from hiroba.ingest.receiving import Parcel
from hiroba.ingest.sources import (
    KINDS,
    Field,
    keep_checkpoint,
    may_give,
    open_visit,
    register_kind,
    take,
    visit_source,
)
from hiroba.ingest.visitors import Visitors
from tests.world import World

pytestmark = pytest.mark.django_db


def visit_due_sources() -> int:
    """Send out once to all that are due, wait until everybody is back, and say how many things came."""
    came: list[int] = []

    def visit(source: Source) -> int:
        came.append(visit_source(source))
        return came[-1]

    visitors = Visitors(visit)
    visitors.turn()
    visitors.wait(60)
    return sum(came)


def counting(source: Source) -> int:
    """Bring one thing a visit, numbered by the checkpoint."""
    number = source.checkpoint.get("next", 1)
    take(open_visit(source), Parcel(f"{number}.txt", str(number)), [f"{number} 件目".encode()])
    keep_checkpoint(source, {"next": number + 1})
    return 1


def failing(source: Source) -> int:
    raise OutsideError(source.settings.get("code", "SOURCE-01"))


def breaking(source: Source) -> int:
    raise ZeroDivisionError("a defect of a kind")


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    before = dict(KINDS)
    register_kind("counting", counting, Field("place", "場所"), label="数える", every_seconds=60)
    register_kind("failing", failing)
    register_kind("breaking", breaking)
    yield
    KINDS.clear()
    KINDS.update(before)


def add(world: World, kind: str, name: str = "", person: Person | None = None, **fields: object) -> Source:
    now = timezone.now()
    owner = person or world.kimura
    values: dict[str, object] = {"audience": find_or_add_audience([of_unit("0402")]), "due_at": now, "created_at": now}
    values |= fields
    return Source.objects.create(kind=kind, name=name or kind, person=owner, unit=world.units["0402"], **values)


def test_a_due_source_is_visited_and_waits_for_its_time(world: World) -> None:
    source = add(world, "counting", every_seconds=60)
    assert visit_due_sources() == 1
    assert visit_due_sources() == 0
    source.refresh_from_db()
    assert (source.last_count, source.last_code, source.checkpoint) == (1, "", {"next": 2})
    assert 50 < (source.due_at - timezone.now()).total_seconds() <= 60
    item = Item.objects.get()
    assert item.batch.person == world.kimura
    assert principals_in(item.batch.audience_id) == {of_unit("0402")}


def test_what_is_switched_off_or_unknown_is_not_visited_or_says_so(world: World) -> None:
    add(world, "counting", is_on=False)
    gone = add(world, "no-such-kind")
    assert visit_due_sources() == 0
    gone.refresh_from_db()
    assert gone.last_code == "SOURCE-07"


def test_one_that_fails_or_breaks_leaves_the_others_alone(world: World) -> None:
    bad, worse = add(world, "failing", every_seconds=10), add(world, "breaking")
    add(world, "counting")
    assert visit_due_sources() == 1
    bad.refresh_from_db()
    worse.refresh_from_db()
    assert (bad.last_code, worse.last_code) == ("SOURCE-01", "SOURCE-09")


def test_a_place_that_keeps_failing_is_asked_less_often_and_at_once_again_after_it_answers(world: World) -> None:
    source = add(world, "failing", every_seconds=10)
    for _ in range(6):
        visit_source(source)
    source.refresh_from_db()
    assert source.failures == 6
    assert (source.due_at - timezone.now()) > dt.timedelta(seconds=200)
    for _ in range(20):
        visit_source(source)
    source.refresh_from_db()
    assert (source.due_at - timezone.now()) <= dt.timedelta(minutes=30)
    Source.objects.filter(pk=source.pk).update(kind="counting")
    visit_source(source)
    source.refresh_from_db()
    assert (source.failures, source.last_code) == (0, "")


@pytest.mark.parametrize(
    ("principals", "is_allowed"),
    [
        ({EVERYONE}, False),
        ({"unit:0402"}, True),
        ({"unit:040201"}, True),
        ({"unit:040202"}, True),  # beside hers, but below her section
        ({"unit:04"}, False),  # her department: wider than her section
        ({"unit:0702"}, False),
        ({"unit:0402", "unit:0702"}, False),
        ({"role:administrator"}, False),
    ],
)
def test_a_source_begins_no_wider_than_whoever_stands_for_it(
    world: World, principals: set[str], is_allowed: bool
) -> None:
    assert may_give(world.kimura, principals) is is_allowed


def test_nothing_comes_in_the_name_of_somebody_who_left_or_moved(world: World) -> None:
    source = add(world, "counting")
    world.kimura.posts.update(unit=world.units["0702"])
    visit_source(source)
    source.refresh_from_db()
    assert source.last_code == "SOURCE-05"
    other = add(world, "counting", "二つめ", world.sato, audience=find_or_add_audience([of_person(world.sato.pk)]))
    Person.objects.filter(pk=world.sato.pk).update(is_active=False)
    visit_source(other)
    other.refresh_from_db()
    assert other.last_code == "SOURCE-05"
    assert not Item.objects.exists()


def test_two_never_visit_the_same_source_at_once(world: World) -> None:
    source = add(world, "counting")
    inside: list[str] = []

    def visiting(at: Source) -> int:
        with pytest.raises(Refusal) as refused:
            visit_source(Source.objects.get(pk=at.pk))
        inside.append(refused.value.code)
        return 0

    register_kind("counting", visiting)
    visit_source(source)
    assert inside == ["SOURCE-06"]


def test_a_visit_that_stopped_early_goes_on_at_once(world: World) -> None:
    def twice(source: Source) -> int:
        source.has_more = source.checkpoint == {}
        keep_checkpoint(source, {"seen": 1})
        return 1

    register_kind("counting", twice)
    add(world, "counting")
    assert [visit_due_sources() for _ in range(3)] == [1, 1, 0]


def test_a_secret_is_a_file_of_the_office_alone(db: None) -> None:
    keep_secret("source-1-password", "ひみつ")
    path = Path(settings.HOME, "secrets", "source-1-password")
    assert read_secret("source-1-password") == "ひみつ"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    for name in ("../secret_key", "..", "", ".hidden", "a/b"):
        with pytest.raises(Refusal):
            keep_secret(name, "x")
    assert not has_secret("source-2-password")


@pytest.mark.parametrize(
    ("kind", "setting"), [("scan", "path"), ("table", "folder"), ("database", "url")], ids=["scan", "table", "database"]
)
def test_no_source_reads_what_hiroba_itself_keeps(world: World, tmp_path: Path, kind: str, setting: str) -> None:
    (tmp_path / "way").symlink_to(settings.HOME)
    for place in (settings.HOME, Path(settings.HOME).parent, Path(settings.HOME) / "originals", tmp_path / "way"):
        address = f"sqlite:///{place}" if kind == "database" else str(place)
        source = add(world, kind, f"{kind} {place}", settings={setting: address, "select": "SELECT 1 AS n"})
        assert visit_source(source) == 0
        source.refresh_from_db()
        assert source.last_code == "SOURCE-03"
    assert not Item.objects.exists()
