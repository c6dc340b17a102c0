"""Units and people, as colleagues see them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from hiroba.features.browsing import queries
from hiroba.foundation.people.models import Person, Post, UnitTerm
from hiroba.foundation.people.queries import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: Any, client: Client) -> Any:
    client.force_login(world.kondo)

    def get(address: str) -> tuple[int, str]:
        answer = client.get(address)
        return answer.status_code, answer.content.decode()

    return get


def test_the_tree_counts_people_in_and_below_each_unit(world: Any) -> None:
    top = {node.code: node for node in queries.unit_tree_visible_to(world.kondo)}
    assert set(top) == {"00", "01", "04", "07"}
    assert top["04"].people == 3
    assert [node.name for node in top["04"].below[0].below] == ["入園係", "相談係"]


def test_the_way_from_the_tree_leads_to_a_unit_and_on_to_a_person(world: Any, page: Any) -> None:
    assert "/units/0402/" in page("/units/")[1]
    assert "/people/nakagawa/" in page("/units/0402/")[1]
    status, text = page("/people/nakagawa/")
    assert status == 200
    assert "中川さん" in text
    assert "mailto:nakagawa@mirai.invalid" in text


def test_a_title_stands_behind_a_tap(world: Any, page: Any) -> None:
    _status, text = page("/units/0402/")
    assert "課長" in text.split("<details>", 1)[1]
    assert "課長" not in text.split("<details>", 1)[0].split("ここの人")[-1]


def test_a_dissolved_unit_keeps_its_page_and_points_to_its_successor(world: Any, page: Any) -> None:
    unit = world.units["040202"]
    UnitTerm.objects.filter(unit=unit).update(until_on=today() - dt.timedelta(days=1))
    unit.successor = world.units["040201"]
    unit.save()
    status, text = page("/units/040202/")
    assert status == 200
    assert "相談係" in text
    assert 'href="/units/040201/"' in text
    assert "040202" not in page("/units/")[1]


def test_names_through_time_are_told_and_coming_ones_are_not(world: Any, page: Any) -> None:
    UnitTerm.objects.filter(unit=world.units["0402"]).update(until_on=today() + dt.timedelta(days=9))
    UnitTerm.objects.create(unit=world.units["0402"], name="子ども家庭課", from_on=today() + dt.timedelta(days=10))
    assert "子ども家庭課" not in page("/units/0402/")[1]
    assert "令和2年4月1日" in page("/units/0402/")[1]


def test_who_left_answers_like_who_never_was(world: Any, page: Any) -> None:
    Post.objects.filter(person=world.guest).update(until_on=today() - dt.timedelta(days=1))
    gone, never = page("/people/guest/"), page("/people/tsuge/")
    assert gone[0] == never[0] == 404
    token = re.compile(r'csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", gone[1].replace("guest", "")) == token.sub("", never[1].replace("tsuge", ""))
    assert page("/units/9999/")[0] == 404


def test_somebody_without_a_post_sees_nothing_of_the_office(world: Any) -> None:
    client = Client()
    client.force_login(Person.objects.create(login="nobody", name="だれか"))
    for address in ("/units/", "/units/0402/", "/people/kimura/", "/search/suggestions/?q=木村"):
        assert client.get(address).status_code == 302


def test_a_unit_lists_what_is_shared_below_it_and_only_to_those_who_may_read(world: Any, page: Any) -> None:
    world.keep(world.kimura, "一時保育の受付.docx", "本文")
    world.keep(world.kimura, "課内メモ.docx", "ほかの本文", to="section")
    for address in ("/units/04/", "/units/0402/", "/people/kimura/"):
        text = page(address)[1]
        assert "一時保育の受付" in text
        assert "課内メモ" not in text
        assert "1件" in text
    assert "一時保育の受付" not in page("/units/07/")[1]
