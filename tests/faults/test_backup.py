"""Faults 3 and 10: a backup under load brings everything back; a copy of a moment opens whole."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.calling import Caller
from tests.faults.killing import Uploader
from tests.faults.looking import kept_records, rows, wait_until_all_is_read
from tests.faults.watching_processes import descendants_of
from tests.journeys.office import Office, found_office, free_port


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An office in which people upload without rest."""
    office = found_office(tmp_path_factory.mktemp("busy") / "home")
    office.serve()
    stop = threading.Event()
    threads = [
        threading.Thread(target=Uploader(Caller(office, login), login, stop).run) for login in ("kimura", "sato")
    ]
    for thread in threads:
        thread.start()
    yield office
    stop.set()
    for thread in threads:
        thread.join()
    office.stop()


def elsewhere(office: Office, home: Path) -> Office:
    """Give the same office in another home, not serving."""
    return Office(home, free_port(), None, {**office.environment, "HIROBA_HOME": str(home)})


def test_10_a_backup_under_load_is_restored_to_the_same_records_rights_journal_and_answers(
    busy: Office, tmp_path: Path
) -> None:
    while len(kept_records(busy)) < 10:
        pass
    caller = Caller(busy, "kimura")
    searching = threading.Event()

    def search_on() -> None:  # each search is a line of the journal, whose end is also written outside the database
        while not searching.wait(0.01):
            caller.get("/search/?q=道路")

    thread = threading.Thread(target=search_on)
    thread.start()
    taken = busy.json("backup", str(tmp_path / "控え.tar"))
    searching.set()
    thread.join()
    at_least = taken["originals"]
    restored = elsewhere(busy, tmp_path / "home")
    restored.json("restore", str(tmp_path / "控え.tar"))
    # What was still on its way in is read now; the index is made anew.
    (tmp_path / "一つ.txt").write_text("戻したあとの一つ。", encoding="utf-8")
    restored.json("import", str(tmp_path / "一つ.txt"), "--as", "kondo", "--wait")
    busy_then = {record.pk: record for record in kept_records(busy)}
    here = kept_records(restored)
    assert len(list((tmp_path / "home" / "originals").rglob("*"))) > at_least
    same = [record for record in here if record.pk in busy_then and record.key.startswith(("kimura", "sato"))]
    assert len(same) >= 10
    assert all(record == busy_then[record.pk] for record in same)
    audiences = "SELECT * FROM access_audienceprincipal ORDER BY id"
    assert set(rows(restored, audiences)) >= set(rows(busy, audiences))
    found = restored.json("doctor", "--originals")
    assert found["whole"], found
    asked = ("search", "kimura0", "--as", "kimura", "--limit", "5")
    assert [hit["record"] for hit in restored.json(*asked)["hits"]] == [
        hit["record"] for hit in busy.json(*asked)["hits"]
    ]
    assert restored.json("search", "kimura0", "--as", "kondo")["total"] == 0


def test_10_restore_refuses_a_home_that_is_not_empty(busy: Office, tmp_path: Path) -> None:
    busy.json("backup", str(tmp_path / "控え.tar"))
    before = len(kept_records(busy))
    refused = busy.command("restore", str(tmp_path / "控え.tar"))
    assert refused.returncode == 1
    assert "BACKUP-02" in refused.stderr
    assert len(kept_records(busy)) >= before


def test_3_a_copy_of_the_disk_at_one_moment_opens_whole(busy: Office, tmp_path: Path) -> None:
    until = time.monotonic() + 60
    while len(kept_records(busy)) <= 5 and time.monotonic() < until:
        time.sleep(0.1)
    processes = [busy.server.pid, *descendants_of(busy.server.pid)]  # type: ignore[union-attr]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        shutil.copytree(busy.home, tmp_path / "home")
    finally:
        for pid in reversed(processes):
            os.kill(pid, signal.SIGCONT)
    copy = elsewhere(busy, tmp_path / "home")
    (tmp_path / "一つ.txt").write_text("停電のあとの一つ。", encoding="utf-8")
    copy.serve()
    try:
        copy.json("import", str(tmp_path / "一つ.txt"), "--as", "kondo", "--wait")
        found = wait_until_all_is_read(copy)
    finally:
        copy.stop()
    assert found["whole"], found
    assert len(kept_records(copy)) > 5
