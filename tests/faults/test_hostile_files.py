"""Faults 6, 7 and 8: files that are bombs, tricks or ruins come in among others; nobody is hurt, each has an end."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hiroba.connectors.folder import Found
from hiroba.foundation.refusal import Refusal
from hiroba.ingest import receiving
from hiroba.ingest.models import Item
from tests.faults.calling import Caller
from tests.faults.hostile import MEGABYTE, write_hostile
from tests.faults.looking import rows
from tests.faults.watching_processes import PeakMemory, children_of
from tests.journeys.office import ROOT, SHARED, Office
from tests.world import World

FILES = SHARED / "data" / "office_files"
GIGABYTE = 1024 * MEGABYTE


def import_watched(office: Office, folder: Path) -> tuple[dict[str, Any], PeakMemory]:
    """Run `hiroba import` on a folder, and watch what it and its readers hold."""
    command = [sys.executable, "-m", "config.command", "import", str(folder), "--as", "sato", "--json"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=office.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with PeakMemory(process.pid) as peaks:
        said, complaint = process.communicate(timeout=200)
    assert process.returncode == 0, complaint.decode()
    return json.loads(said), peaks


def require_an_end_for_each(told: dict[str, Any], names: set[str]) -> dict[str, str]:
    """Give each file's code, "" where it became a record; every one is there, every failure says what to do."""
    ends = {row["file"]: "" for row in (*told["records"], *told["under_way"])}
    for row in told["failures"]:
        assert row["code"], row
        assert "{" not in row["message"] and len(row["message"]) > 20, row
        ends[row["file"]] = row["code"]
    assert names <= set(ends)
    return ends


def require_an_end_later(office: Office, told: dict[str, Any]) -> None:
    """What the slow line had not read yet when the command answered ends too, with a code or a record."""
    for row in told["under_way"]:
        state = f"SELECT state, code, record_id FROM ingest_item WHERE path = '{row['file']}' ORDER BY id DESC LIMIT 1"
        until = time.monotonic() + 240
        while (found := rows(office, state)[0])[0] not in ("done", "failed") and time.monotonic() < until:
            time.sleep(0.5)
        assert found[0] in ("done", "failed"), row
        assert found[1] or found[2], row


def longest_reading(office: Office, folder: Path) -> float:
    """Give the seconds the slowest file waited from the moment a reader was free for it."""
    finished = rows(
        office,
        f"SELECT finished_at FROM ingest_item WHERE external_key LIKE '{folder.resolve()}%' ORDER BY finished_at",
    )
    times = [dt.datetime.fromisoformat(row[0]) for row in finished if row[0]]
    return max((later - sooner).total_seconds() for sooner, later in pairwise(times))


def test_7_our_own_bombs_and_tricks_end_as_records_or_refusals_and_the_rest_is_done(
    office: Office, tmp_path: Path
) -> None:
    names = set(write_hostile(tmp_path / "たくらみ"))
    (tmp_path / "たくらみ" / "隠し戸.txt").symlink_to("/etc/passwd")
    workers = children_of(office.server.pid)  # type: ignore[union-attr]
    told, peaks = import_watched(office, tmp_path / "たくらみ")
    ends = require_an_end_for_each(told, names | {"隠し戸.txt"})
    assert ends["ふつう.txt"] == ""
    assert ends["隠し戸.txt"] == "INGEST-09"
    assert ends["途中まで.docx"].startswith("EXTRACT-")
    assert peaks.most < GIGABYTE, peaks.most
    assert longest_reading(office, tmp_path) < 20
    assert children_of(office.server.pid) == workers  # type: ignore[union-attr]
    assert not Path("/tmp/hiroba-escaped.txt").exists()
    for secret in ("root:x:0", "/bin/bash"):
        assert rows(office, f"SELECT count(*) FROM archive_passage WHERE text LIKE '%{secret}%'") == [(0,)]


@pytest.mark.skipif(not FILES.exists(), reason="needs ../shared/data")
@pytest.mark.parametrize("kind", ["encrypted", "hostile"])
def test_8_files_of_others_that_broke_readers_end_as_records_or_refusals(office: Office, kind: str) -> None:
    told, peaks = import_watched(office, FILES / kind)
    require_an_end_for_each(told, {path.name for path in (FILES / kind).iterdir()})
    assert peaks.most < GIGABYTE, peaks.most
    assert longest_reading(office, FILES / kind) < 20
    require_an_end_later(office, told)


def test_8_what_could_not_be_read_can_still_be_fetched_as_it_came(office: Office, kimura: Caller) -> None:
    content = b"%PDF-1.7\n" + bytes(range(256)) * 20
    batch = kimura.open_batch()
    kimura.upload(batch, "こわれた.pdf", content)
    key = "SELECT record_id FROM ingest_item WHERE path = 'こわれた.pdf' AND state = 'failed'"
    until = time.monotonic() + 30
    while not (found := rows(office, key)) and time.monotonic() < until:
        time.sleep(0.1)
    assert kimura.get(f"/records/{found[0][0]}/original/").body == content
    assert "EXTRACT-" in kimura.get(f"/intake/batches/{batch}/").text


def test_6_a_file_past_the_limit_is_refused_while_memory_stays_flat(own_office: Office) -> None:
    own_office.environment["HIROBA_UPLOAD_LIMIT_MB"] = "8"
    own_office.serve()
    caller = Caller(own_office, "kimura")
    batch = caller.open_batch()
    caller.upload(batch, "小さい.txt", b"x" * MEGABYTE)
    server = own_office.server.pid  # type: ignore[union-attr]
    with PeakMemory(server) as before:
        pass
    try:
        said = caller.upload(batch, "大きい.bin", os.urandom(MEGABYTE) * 120).text
    except OSError:  # the door was shut while we were still sending
        said = "INGEST-04"
    with PeakMemory(server) as after:
        pass
    assert "INGEST-04" in said
    assert after.of[server] - before.of[server] < 64 * MEGABYTE
    assert [
        path
        for path in (own_office.home / "originals").rglob("*")
        if path.is_file() and path.stat().st_size > 8 * MEGABYTE
    ] == []
    assert list((own_office.home / "incoming").iterdir()) == []


def test_a_file_that_changes_while_it_is_read_is_refused_and_nothing_of_it_is_kept(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "書きかけ.txt"
    path.write_bytes(b"a" * (3 * MEGABYTE))
    state = path.stat()
    found = Found(path, path.name, state.st_size, dt.datetime.fromtimestamp(state.st_mtime, tz=dt.UTC))
    batch = receiving.open_batch(world.kimura, "import:1", {"everyone"})
    stop = threading.Event()

    def keep_writing() -> None:
        with path.open("ab") as file:
            while not stop.is_set():
                file.write(b"b" * 1000)
                file.flush()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        time.sleep(0.05)
        with pytest.raises(Refusal, match="INGEST-06"):
            receiving.receive_found(batch, found, str(path))
    finally:
        stop.set()
        writer.join()
    assert not Item.objects.exists()
