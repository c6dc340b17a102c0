"""Fault 1, for paper: kill -9 between two pages costs the page at hand and no other."""

from __future__ import annotations

import time
from pathlib import Path

from tests.faults.calling import Caller
from tests.faults.looking import kept_records, rows, wait_until_all_is_read
from tests.journeys.office import Office
from tests.journeys.paper import write_fax

READ = "SELECT number, read_at FROM ingest_partreading ORDER BY number"
PAGES = 6


def test_1_pages_read_before_a_kill_are_not_read_again_and_nothing_is_lost(own_office: Office, tmp_path: Path) -> None:
    pages = [(f"{number}枚目の通知です。", "公園の遊具を点検しました。") for number in range(1, PAGES + 1)]
    fax = write_fax(tmp_path / "通知.tif", *pages)
    own_office.serve()
    caller = Caller(own_office, "kimura")
    assert caller.upload(caller.open_batch(), fax.name, fax.read_bytes()).status == 201
    until = time.monotonic() + 240
    while len(before := rows(own_office, READ)) < 2:
        assert time.monotonic() < until, "no page was read"
        time.sleep(0.05)
    own_office.kill()
    before = rows(own_office, READ)
    assert not kept_records(own_office), "the kill came too late to prove anything"
    own_office.serve()
    own_office.json("import", str(write_words(tmp_path)), "--as", "kimura")  # ordinary intake does not wait for paper
    assert "ふつうの文書" in [record.title for record in kept_records(own_office)]
    wait_until_all_is_read(own_office, 300)
    after = rows(own_office, READ)
    assert after[: len(before)] == before
    assert [number for number, _ in after] == list(range(1, PAGES + 1))
    [record] = [each for each in kept_records(own_office) if each.title == "通知"]
    assert record.revisions == 1
    found = own_office.json("search", "公園の遊具を点検", "--as", "kimura")
    assert found["total"] >= PAGES - 1  # a page may be misread; its neighbours are not


def write_words(folder: Path) -> Path:
    path = folder / "ふつうの文書.txt"
    path.write_text("窓口の混雑について。", encoding="utf-8")
    return path


def test_the_office_closes_at_once_in_the_middle_of_a_page(own_office: Office, tmp_path: Path) -> None:
    fax = write_fax(tmp_path / "通知.tif", *[("公園の遊具を点検しました。",) * 6] * 20)
    own_office.serve()
    caller = Caller(own_office, "kimura")
    caller.upload(caller.open_batch(), fax.name, fax.read_bytes())
    until = time.monotonic() + 240
    while not rows(own_office, "SELECT 1 FROM ingest_awaitedpart WHERE leased_until IS NOT NULL"):
        assert time.monotonic() < until, "no page is being read"
        time.sleep(0.05)
    server = own_office.server
    assert server is not None
    began = time.monotonic()
    own_office.stop()
    assert time.monotonic() - began < 8
