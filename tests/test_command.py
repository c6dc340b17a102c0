"""The contract for scripts: one document, exit codes, words for codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.command import COMMANDS, _with_words
from tests.journeys.office import Office, found_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return found_office(tmp_path_factory.mktemp("command") / "home")


def test_a_code_of_ours_gets_its_words_and_a_units_code_stays_alone() -> None:
    said = _with_words({"failures": [{"file": "a", "code": "EXTRACT-02", "params": {}}], "units": [{"code": "0402"}]})
    assert said["failures"][0]["message"].endswith("(EXTRACT-02)")
    assert said["units"] == [{"code": "0402"}]


def test_wrong_usage_ends_with_two_and_one_clear_line(office: Office) -> None:
    for line in ([], ["search"], ["nonsense"], ["import"], ["search", "x", "--as", "kimura", "--mode", "telepathy"]):
        assert office.command(*line).returncode == 2, line


def test_what_cannot_be_done_ends_with_one_and_says_why(office: Office, tmp_path: Path) -> None:
    for line in (
        ["search", "x", "--as", "nobody"],
        ["import", str(tmp_path / "missing"), "--as", "kimura"],
        ["import", str(tmp_path), "--as", "kimura", "--audience", "unit:9999"],
        ["restore", str(tmp_path / "missing.tar")],
    ):
        done = office.command(*line)
        assert done.returncode == 1, line
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert done.stderr.startswith("hiroba: ")


def test_single_failures_leave_the_exit_at_zero_and_are_listed(office: Office, tmp_path: Path) -> None:
    (tmp_path / "よい.txt").write_text("読める文です。", encoding="utf-8")
    (tmp_path / "空.docx").write_bytes(b"")
    taken = office.json("import", str(tmp_path), "--as", "kimura", "--audience", "everyone", "--wait")
    assert [record["file"] for record in taken["records"]] == ["よい.txt"]
    assert [(each["file"], each["code"]) for each in taken["failures"]] == [("空.docx", "EXTRACT-07")]
    assert taken["failures"][0]["message"]


def test_a_line_of_input_gives_a_line_of_output_in_order(office: Office, tmp_path: Path) -> None:
    asked = office.command("search", "-", "--as", "kondo", "--json", stdin="読める\n無い言葉\n")
    documents = [json.loads(line) for line in asked.stdout.splitlines()]
    assert len(documents) == 2
    assert {"total", "took_ms", "hits"} <= set(documents[0])
    (tmp_path / "a.txt").write_text("一行目\n二行目", encoding="utf-8")
    read = office.command("extract", "-", stdin=f"{tmp_path / 'a.txt'}\n{tmp_path / 'missing'}\n")
    first, second = (json.loads(line) for line in read.stdout.splitlines())
    assert first["error"] is None and first["passages"][0] == first["passages"][0] | {"locator": "line=1"}
    assert second["error"]["code"]


def test_an_office_that_is_not_there_is_said_so(tmp_path: Path, office: Office) -> None:
    elsewhere = Office(tmp_path, 0, None, {**office.environment, "HIROBA_HOME": str(tmp_path)})
    for name in sorted(set(COMMANDS) & {"search", "doctor", "backup"}):
        arguments = {"search": ["x", "--as", "kimura"], "backup": [str(tmp_path / "b.tar")]}.get(name, [])
        done = elsewhere.command(name, *arguments)
        assert done.returncode == 1
        assert "OFFICE-01" in done.stderr
