from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from hiroba.foundation.access.audiences import (
    find_or_add_audience,
    is_narrower,
    principals_in,
    say_audience,
)
from hiroba.foundation.access.principals import (
    EVERYONE,
    of_person,
    of_unit,
    parse_audience,
    principals_of,
    require_role,
)
from hiroba.foundation.people.models import Post, RoleName, UnitTerm
from hiroba.foundation.refusal import Refusal
from tests.world import World


def test_a_person_is_everyone_themselves_and_every_unit_above_their_post(world: World) -> None:
    found = principals_of(world.kimura)
    assert {EVERYONE, of_person(world.kimura.pk), "unit:040201", "unit:0402", "unit:04"} <= found
    assert "unit:040202" not in found
    assert "unit:0702" not in found


def test_a_right_follows_the_post_from_the_day_it_begins_to_the_day_it_ends(world: World) -> None:
    today = timezone.localdate()
    world.kimura.posts.update(until_on=today)
    Post.objects.create(person=world.kimura, unit=world.units["0702"], from_on=today + dt.timedelta(days=1))
    assert "unit:0402" in principals_of(world.kimura, today)
    tomorrow = principals_of(world.kimura, today + dt.timedelta(days=1))
    assert "unit:0402" not in tomorrow
    assert "unit:0702" in tomorrow


def test_somebody_whose_posts_have_all_ended_reads_nothing_of_the_office(world: World) -> None:
    world.guest.posts.update(until_on=timezone.localdate() - dt.timedelta(days=1))
    assert principals_of(world.guest) == {of_person(world.guest.pk)}


def test_a_deactivated_person_has_no_principals(world: World) -> None:
    world.kimura.is_active = False
    assert principals_of(world.kimura) == frozenset()


def test_a_dissolved_units_rights_pass_to_its_successor_and_on_to_the_next(world: World) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    for old, new in (("040202", "040201"), ("040201", "0702")):
        UnitTerm.objects.filter(unit=world.units[old]).update(until_on=yesterday)
        world.units[old].successor = world.units[new]
        world.units[old].save()
    assert {"unit:040201", "unit:040202"} <= principals_of(world.kondo)


def test_equal_sets_are_one_audience_whatever_their_order(world: World) -> None:
    first = find_or_add_audience(["unit:0402", EVERYONE])
    assert find_or_add_audience([EVERYONE, "unit:0402"]) == first
    assert principals_in(first.pk) == {EVERYONE, "unit:0402"}


def test_an_audience_of_nobody_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match="ACCESS-04"):
        find_or_add_audience([])


def test_narrower_means_that_somebody_might_lose_sight_of_it() -> None:
    everyone, section = frozenset({EVERYONE}), frozenset({"unit:0402"})
    assert is_narrower(section, everyone)
    assert not is_narrower(everyone, section)
    assert not is_narrower(section | {"unit:07"}, section)


def test_an_audience_is_read_from_the_words_of_the_commands(world: World) -> None:
    assert parse_audience("everyone", world.kimura) == {EVERYONE}
    assert parse_audience("", world.kimura) == {of_unit("0402")}
    assert parse_audience("unit:0702,person:sato", world.kimura) == {of_unit("0702"), of_person(world.sato.pk)}
    for unknown in ("unit:9999", "team:ない", "nonsense"):
        with pytest.raises(Refusal, match="ACCESS-04"):
            parse_audience(unknown, world.kimura)


def test_who_may_read_is_said_in_the_offices_words(world: World) -> None:
    assert say_audience({EVERYONE}) == "全庁で共有"
    assert say_audience({"unit:0402"}) == "子育て支援課で共有"
    assert "木村 直美さん" in say_audience({of_person(world.kimura.pk)})


def test_an_act_of_a_role_is_refused_to_everybody_else(world: World) -> None:
    require_role(world.endo, RoleName.ADMINISTRATOR)
    with pytest.raises(Refusal, match="ACCESS-02"):
        require_role(world.kimura, RoleName.ADMINISTRATOR)
