from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from hiroba.features.reading.commands import run_export
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.refusal import Refusal
from tests.world import World


def export(folder: Path, login: str, query: str = "") -> dict[str, object]:
    return run_export(argparse.Namespace(folder=folder, login=login, query=query))


def test_an_export_holds_what_the_person_may_read_and_nothing_else(world: World, tmp_path: Path) -> None:
    world.keep(world.kimura, "みんなへ.txt", "全庁の文です。")
    world.keep(world.kimura, "課の中.txt", "課の文です。", to="section")
    assert export(tmp_path / "out", "kondo")["records"] == 1
    lines = [json.loads(line) for line in (tmp_path / "out/records.jsonl").read_text("utf-8").splitlines()]
    assert [line["title"] for line in lines] == ["みんなへ"]
    assert lines[0]["passages"] == [{"locator": "par=1", "kind": "paragraph", "text": "全庁の文です。"}]
    assert (tmp_path / "out" / lines[0]["file"]).exists()
    assert "課の文" not in (tmp_path / "out/records.jsonl").read_text("utf-8")
    assert JournalEntry.objects.filter(act="records.exported", actor_id=world.kondo.pk).exists()


def test_equal_names_do_not_overwrite_each_other(world: World, tmp_path: Path) -> None:
    world.keep(world.kimura, "同じ.txt", "一つめ", key="a")
    world.keep(world.kondo, "同じ.txt", "二つめ", key="b")
    assert export(tmp_path / "out", "sato")["records"] == 2
    assert len(list((tmp_path / "out/files").rglob("*.txt"))) == 2


def test_a_folder_that_is_in_use_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    with pytest.raises(Refusal, match="EXPORT-01"):
        export(tmp_path, "kondo")
