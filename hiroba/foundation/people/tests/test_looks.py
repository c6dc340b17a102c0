"""Within one look a question goes to the database once; the next look asks again."""

from __future__ import annotations

import pytest
from django.test import Client

from hiroba.foundation.people.looks import asked_once, one_look
from hiroba.foundation.people.models import Post
from hiroba.foundation.people.queries import get_person, get_tree, role_names_of
from tests.world import build_world


def test_the_same_question_is_answered_once_a_look_and_anew_in_the_next():
    asked: list[str] = []

    @asked_once
    def ask(name: str) -> str:
        asked.append(name)
        return name * 2

    with one_look():
        assert (ask("a"), ask("b"), ask("a")) == ("aa", "bb", "aa")
    with one_look():
        ask("a")
    ask("a")
    ask("a")
    assert asked == ["a", "b", "a", "a", "a"], "outside of a look nothing is kept"


@pytest.mark.django_db
def test_who_somebody_is_costs_its_queries_once(django_assert_num_queries):
    build_world()
    person = get_person("sato")
    with one_look():
        get_tree()
        role_names_of(person)
        with django_assert_num_queries(0):
            get_tree()
            role_names_of(person)


@pytest.mark.django_db
def test_a_page_that_reads_asks_once_and_the_next_request_sees_what_changed(django_assert_max_num_queries):
    build_world()
    client = Client()
    client.force_login(get_person("sato"))
    client.get("/search/?q=保育")
    with django_assert_max_num_queries(25):
        assert client.get("/search/?q=保育").status_code == 200
    Post.objects.filter(person__login="sato").delete()
    assert client.get("/search/?q=保育").status_code == 302, "whose last post is gone is asked to sign in"
