from __future__ import annotations

from argparse import Namespace

import pytest
from django.test import Client

from hiroba.archive.models import Record
from hiroba.features.versions.commands import run_versions, say_versions
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.changes.readers import follow
from hiroba.ingest.versions.finding import VersionsReader
from hiroba.ingest.versions.models import Pair, PairState
from tests.world import World

LINES = [
    f"第{n} 公園の{what}は月に一度、担当の者が見て回り、傷みがあれば使用を止めて直す。記録は五年のあいだ残しておく。"
    for n, what in enumerate(("ぶらんこ", "すべり台", "砂場", "鉄棒", "ベンチ"), start=1)
]


def signed_in(world: World, login: str) -> Client:
    client = Client()
    client.force_login(world.people[login])
    return client


@pytest.fixture
def versions(world: World) -> tuple[Record, Record]:
    older = world.keep(world.kondo, "手引_案1.docx", *LINES).record
    newer = world.keep(world.kondo, "手引_案2.docx", *LINES[:-1], to=frozenset({of_unit("0702")})).record
    while follow(VersionsReader()):
        pass
    return older, newer


def answer(world: World, what: str, login: str = "kondo") -> int:
    pair = Pair.objects.get()
    return signed_in(world, login).post(f"/versions/{pair.pk}/decision/", {"answer": what}).status_code


def test_the_older_says_where_the_newest_is_once_a_person_has_said_so(
    world: World, versions: tuple[Record, Record]
) -> None:
    older, newer = versions
    client = signed_in(world, "kondo")
    assert "手引_案2" in client.get("/versions/").content.decode()
    assert "最新版はこちら" not in client.get(f"/records/{older.pk}/").content.decode()
    assert answer(world, "accept") == 302
    page = client.get(f"/records/{older.pk}/").content.decode()
    assert "最新版はこちら" in page
    assert f"/records/{newer.pk}/" in page
    assert "手引_案2" not in client.get("/versions/").content.decode()


def test_who_may_not_read_the_newer_one_learns_nothing_of_it(world: World, versions: tuple[Record, Record]) -> None:
    older, _ = versions
    answer(world, "accept")
    client = signed_in(world, "kimura")
    for path in (f"/records/{older.pk}/", f"/records/{older.pk}/versions/", "/versions/"):
        page = client.get(path).content.decode()
        assert "最新版はこちら:" not in page
        assert "手引_案2" not in page
    assert answer(world, "refuse", login="kimura") == 404


def test_an_answer_can_be_turned_round_and_undone(world: World, versions: tuple[Record, Record]) -> None:
    older, newer = versions
    answer(world, "turn")
    assert (Pair.objects.get().older, Pair.objects.get().newer) == (newer, older)
    answer(world, "undo")
    assert Pair.objects.get().state == PairState.OFFERED
    answer(world, "refuse")
    assert "別のもの" in signed_in(world, "kondo").get(f"/records/{older.pk}/versions/").content.decode()


def test_an_answer_that_is_none_changes_nothing(world: World, versions: tuple[Record, Record]) -> None:
    assert answer(world, "delete") == 404
    assert Pair.objects.get().state == PairState.OFFERED


def test_the_command_counts_and_begins_anew_without_losing_what_people_decided(
    world: World, versions: tuple[Record, Record]
) -> None:
    answer(world, "refuse")
    assert run_versions(Namespace(rebuild=False))["refused"] == 1
    told = run_versions(Namespace(rebuild=True))
    assert (told["refused"], told["behind"] > 1) == (1, True)
    assert "別のもの 1" in say_versions(told)
