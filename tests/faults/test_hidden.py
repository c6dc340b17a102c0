"""Faults 16, 17, 18 and 25: what is hidden is as if it did not exist; nobody gets more than the form gives."""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client
from django.urls import reverse

from hiroba.archive.models import Record
from hiroba.search.indexing import rebuild
from tests.world import World

HIDDEN, MISSING = "ひみつの統合案", "ひみつの分割案"
MOVING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|\d+\.\d+ ?秒')
ATTACKS = {
    "10,000 characters": "保育" * 5_000,
    "1,000 OR": " OR ".join(f"語{n}" for n in range(1_000)),
    "brackets": "(" * 3_000 + "保育" + ")" * 3_000,
    "quotes": '"' * 2_001 + "保育",
    "backtracking": "a" * 5_000 + "!" + "-" * 4_000,
    "filters": "期間:令和" * 1_000,
    "engine's syntax": "body_words:* AND principals:everyone OR [* TO *] ^9 ~5 \\",
    "SQL": "'; DROP TABLE archive_record; -- %s %d {} \x00",
}


@pytest.fixture
def office_of_records(world: World) -> World:
    world.keep(world.kimura, "ひみつの統合案.txt", f"{HIDDEN}の中身。", to="section")
    for number in range(3):
        world.keep(world.kondo, f"公園{number}.txt", "公園の保育の遊具。")
    rebuild()  # the log of each test begins anew, and an index of another test may have come as far
    return world


def page(world: World, login: str, path: str) -> str:
    client = Client()
    client.force_login(getattr(world, login))
    return MOVING.sub("", client.get(path).content.decode())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "ask",
    [
        "/search/?q={}",
        "/search/?q={} 公園",
        "/search/?q={} OR 公園",
        "/search/?q=-{} 公園",
        "/search/?q=ファイル名:{}",
        "/search/suggestions/?q={}",
        "/folders/?folder={}",
    ],
)
def test_16_what_is_hidden_and_what_is_missing_give_the_same_page(office_of_records: World, ask: str) -> None:
    hidden = page(office_of_records, "kondo", ask.format(HIDDEN))
    missing = page(office_of_records, "kondo", ask.format(MISSING))
    # Words near to what was asked are those of the two words themselves, 統 and 分.
    same = missing.replace("分割", "統合").replace("%E5%88%86%E5%89%B2", "%E7%B5%B1%E5%90%88")
    assert hidden == same
    assert (
        page(office_of_records, "sato", ask.format(HIDDEN)) != hidden or "OR" in ask or "folders" in ask or "-" in ask
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["record", "record-original", "record-why", "record-differences", "record-audience"])
def test_17_a_hidden_record_answers_as_one_that_does_not_exist(office_of_records: World, name: str) -> None:
    hidden = Record.objects.get(title=HIDDEN)
    client = Client()
    client.force_login(office_of_records.kondo)
    answers = [client.get(reverse(name, args=[number])) for number in (hidden.pk, 987_654)]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [
        MOVING.sub("", answer.content.decode()).replace(str(hidden.pk), "N").replace("987654", "N")
        for answer in answers
    ]
    assert bodies[0] == bodies[1]
    readable = Client()
    readable.force_login(office_of_records.sato)
    answer = readable.get(reverse(name, args=[hidden.pk]))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.django_db(transaction=True)
def test_18_fields_nobody_offered_change_nothing(office_of_records: World) -> None:
    world = office_of_records
    record = Record.objects.filter(owner=world.kondo).order_by("pk").first()
    assert record is not None
    client = Client()
    client.force_login(world.kondo)
    more = {"owner": world.kimura.pk, "owner_id": world.kimura.pk, "state": "withdrawn", "unit": 1, "gate_code": ""}
    path = reverse("record-audience", args=[record.pk])
    client.post(path, {"audience": "section", "reason": "まだ検討中のため", **more})
    after = Record.objects.get(pk=record.pk)
    assert (after.owner_id, after.state, after.unit_id) == (record.owner_id, "live", record.unit_id)
    stranger = Client()
    stranger.force_login(world.sato)
    for name in ("record-audience", "record-withdrawal"):
        stranger.post(reverse(name, args=[record.pk]), {"audience": "everyone", "reason": "わたしが決めます"})
    unchanged = Record.objects.get(pk=record.pk)
    assert (unchanged.state, unchanged.audience_id) == ("live", after.audience_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attack", ATTACKS)
def test_25_no_query_takes_long_or_falls_over(office_of_records: World, attack: str) -> None:
    client = Client()
    client.force_login(office_of_records.kondo)
    client.get("/search/", {"q": "保育"})  # dictionaries are read once
    for path in ("/search/", "/search/suggestions/"):
        began = time.perf_counter()
        answer = client.get(path, {"q": ATTACKS[attack]})
        assert answer.status_code == 200, path
        assert time.perf_counter() - began < 2, path
        assert HIDDEN not in answer.content.decode()
    assert Record.objects.count() == 4
