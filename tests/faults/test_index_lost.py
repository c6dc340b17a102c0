"""Fault 9: the index is deleted or damaged while everything runs; it is made anew with the same answers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.calling import Caller
from tests.faults.looking import wait_until_all_is_read
from tests.journeys.office import Office


def delete(index: Path) -> None:
    shutil.rmtree(index)


def lose_the_table_of_contents(index: Path) -> None:
    for meta in index.glob("*/meta.json"):
        meta.write_text("{ this is no index", encoding="utf-8")


def lose_the_segments(index: Path) -> None:
    for part in index.glob("*/*.*"):
        if part.suffix not in (".json", ".lock"):
            part.unlink()


def overwrite_the_segments(index: Path) -> None:
    for part in index.glob("*/*.*"):
        if part.suffix not in (".json", ".lock"):
            size = part.stat().st_size
            part.unlink()  # a disk gives back other bytes; it does not cut a file that is being read
            part.write_bytes(b"\xa5" * size)


@pytest.fixture(scope="module")
def notices(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[int]]:
    folder = tmp_path_factory.mktemp("notices")
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(f"索引の試し {number}番。\n\n橋の点検結果。", encoding="utf-8")
    taken = office.json("import", str(folder), "--as", "kimura", "--audience", "everyone", "--wait")
    yield {row["record"] for row in taken["records"]}


def found(office: Office, words: str) -> tuple[int, set[int]]:
    answer = office.json("search", words, "--as", "kondo", "--limit", "50")
    return answer["total"], {hit["record"] for hit in answer["hits"]}


@pytest.mark.parametrize(
    "damage",
    [delete, lose_the_table_of_contents, lose_the_segments, overwrite_the_segments],
    ids=lambda each: each.__name__,
)
def test_9_a_lost_index_is_made_anew_by_itself_with_the_same_ids(
    office: Office, kondo: Caller, notices: set[int], damage: Callable[[Path], None]
) -> None:
    wait_until_all_is_read(office)
    before = found(office, "橋の点検")
    assert before == (12, notices)
    damage(office.home / "index")
    page = kondo.get("/search/?q=橋の点検")
    # Until it is made anew people are told so; never a wrong answer, never a page that fell over.
    assert (page.status == 200 and "12" in page.text) or (page.status == 503 and "SEARCH-02" in page.text)
    until = time.monotonic() + 45
    # A large log is read again in several commits: answers grow until it is through.
    while not (whole := wait_until_all_is_read(office)["whole"]) or found(office, "橋の点検") != before:
        assert time.monotonic() < until, whole
        time.sleep(0.5)
    page = kondo.get("/search/?q=橋の点検")
    assert all(f"/records/{record}/" in page.text for record in notices)
