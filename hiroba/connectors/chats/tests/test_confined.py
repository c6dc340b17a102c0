from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from hiroba.connectors.chats import confined
from hiroba.connectors.chats.recognising import tell_here
from hiroba.connectors.chats.telling import NotTaken, Said, row_of, told_of
from hiroba.connectors.chats.tests import mirai


def test_a_confined_reader_tells_the_same(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    here = list(tell_here(base))
    assert list(confined.tell(base)) == here
    assert [told_of(json.loads(json.dumps(row_of(each)))) for each in here] == here
    assert confined.recognise(base) == "teams_export"


def test_what_is_no_export_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "議事録.txt").write_text("会議", encoding="utf-8")
    assert confined.recognise(tmp_path) == ""
    assert list(confined.tell(tmp_path)) == [NotTaken(tmp_path.name, "CHATS-10")]
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    assert list(confined.tell(broken)) == [NotTaken("broken.zip", "CHATS-10")]


def test_a_reader_that_falls_silent_is_ended_and_named(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    told = list(confined.tell(base, silent_seconds=0.0))  # it cannot have begun by then
    assert told == [NotTaken(base.name, "CHATS-18")]


def test_files_are_handed_over_by_name_and_no_other(tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    content = "表の中身".encode() * 500_000
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/表.csv", content)
        archive.writestr("空.txt", b"")
    with confined.CarriedFiles(packed) as files:
        assert b"".join(files.pieces("data/表.csv")) == content
        assert b"".join(files.pieces("空.txt")) == b""
        for name in ("../export.zip", "/etc/passwd"):
            with pytest.raises(KeyError):
                list(files.pieces(name))
        assert b"".join(files.pieces("空.txt")) == b""


def test_twenty_thousand_messages_are_told_in_order_whatever_order_they_lie_in(tmp_path: Path) -> None:
    lines = [
        {"type": "version", "version": 1},
        {"type": "channel", "channel": {"team": "t", "name": "c", "type": "O"}},
    ]
    with (tmp_path / "export.jsonl").open("w") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
        for number in range(20_000, 0, -1):
            post = {
                "team": "t",
                "channel": "c",
                "user": "u",
                "message": f"{number}",
                "create_at": 1790812800000 + number,
            }
            file.write(json.dumps({"type": "post", "post": post}) + "\n")
    told = (each for each in confined.tell(tmp_path) if isinstance(each, Said))
    assert [int(each.body) for each in told] == list(range(1, 20_001))
