"""`hiroba import` of what other chats wrote, beside papers: rooms that know nothing of each other work together."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiroba.connectors.chats.tests import mirai
from hiroba.features.intake.commands import import_arguments, run_import, say_import
from hiroba.foundation.people.models import Person
from hiroba.search.indexing import engine
from hiroba.search.queries import Asked, search
from tests.world import World


@pytest.fixture(autouse=True)
def _empty_index() -> Iterator[None]:
    engine().discard()
    yield
    engine().discard()


@pytest.mark.django_db(transaction=True)  # a thread of the command reads pages beside it
def test_the_command_knows_an_export_of_chats_from_a_folder_of_papers(world: World, tmp_path: Path) -> None:
    for login in ("sato", "kimura"):
        Person.objects.filter(login=login).update(mail=f"{login}@mirai.example")
    parser = argparse.ArgumentParser()
    import_arguments(parser)
    base = mirai.teams_export(tmp_path / "chats")
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "メモ.txt").write_text("一時保育の受付について", encoding="utf-8")
    done = run_import(parser.parse_args([str(base), str(papers), "--as", "endo", "--wait"]))
    (brought,) = done["brought"]
    assert (brought["kind"], brought["messages"], brought["not_taken"]) == ("chats", 10, 1)
    assert [row["file"] for row in done["records"]] == ["メモ.txt"]
    assert [row["code"] for row in done["failures"]] == ["CHATS-16"]
    assert "発言10" in say_import(done)
    assert search(world.kimura, Asked("話し中")).total == 1
    assert search(world.nakagawa, Asked("話し中")).total == 0


@pytest.mark.django_db(transaction=True)  # as above
def test_a_table_is_taken_for_talk_only_when_somebody_says_so(world: World, tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    import_arguments(parser)
    log = tmp_path / "audit.csv"
    log.write_text(
        "日時,送信者,受信者,トークルームID,トーク\n"
        "2026-10-01 09:00:00,佐藤 花子(sato@mirai.invalid),木村 直美(kimura@mirai.invalid),21,粗大ごみのはがき\n",
        encoding="utf-8",
    )
    assert "brought" not in run_import(parser.parse_args([str(log), "--as", "endo", "--wait"]))
    (brought,) = run_import(parser.parse_args([str(log), "--as", "endo", "--chats", "--wait"]))["brought"]
    assert (brought["messages"], brought["people"]) == (1, 2)
    assert [hit.record.kind for hit in search(world.kimura, Asked("粗大ごみ")).records] == ["conversation"]
