"""Fault 4: the disk is full. People are told, reading goes on, and when there is room again so does everything."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.calling import Caller
from tests.faults.looking import kept_records, wait_until_all_is_read
from tests.journeys.office import found_office

MEGABYTE = 1024 * 1024
SIZE = 64 * MEGABYTE
FULL = "ディスクの空きがなくなり、受け取れませんでした。"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB in memory."""
    libc = ctypes.CDLL(None, use_errno=True)
    place = tmp_path / "disk"
    place.mkdir()
    if libc.mount(b"none", bytes(place), b"tmpfs", 0, f"size={SIZE}".encode()):
        pytest.skip("may not mount a disk of its own here")
    yield place
    libc.umount2(bytes(place), 2)


def fill(disk: Path, leave: int) -> Path:
    """Take all the room but `leave` bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("ab") as file:
        file.write(b"\0" * max(0, free - leave))
    return ballast


@pytest.mark.parametrize("leave", [0, 256 * 1024], ids=["no byte left", "a little room left"])
def test_4_a_full_disk_is_said_reading_goes_on_and_it_recovers_by_itself(small_disk: Path, leave: int) -> None:
    office = found_office(small_disk / "home")
    try:
        office.serve()
        caller = Caller(office, "kimura")
        batch = caller.open_batch()
        assert caller.upload(batch, "前.txt", "満ちる前の知らせ。".encode()).status == 201
        wait_until_all_is_read(office)
        ballast = fill(small_disk, leave)
        for size in (400_000, 6 * MEGABYTE):  # held in memory by the server, and spooled by it
            answer = caller.upload(batch, f"満{size}.bin", os.urandom(size))
            assert answer.status == 507, (size, answer.status, answer.text)
            said = answer.json()["said"] if answer.text.startswith("{") else answer.text
            assert FULL in said
            assert "INGEST-05" in said
        for path in ("/search/?q=知らせ", f"/records/{kept_records(office)[0].pk}/", "/"):
            page = caller.get(path)
            assert page.status == 200, page.text
            assert "前" in page.text
        ballast.unlink()
        until = time.monotonic() + 60
        while caller.upload(batch, "後.txt", "空きができた後の知らせ。".encode()).status != 201:
            assert time.monotonic() < until
            time.sleep(0.5)
        assert wait_until_all_is_read(office)["findings"][:-1] == [
            {**each, "is_whole": True} for each in wait_until_all_is_read(office)["findings"][:-1]
        ]
        assert {record.key for record in kept_records(office)} >= {"前.txt", "後.txt"}
        assert not [record.key for record in kept_records(office) if record.key.startswith("満")]
    finally:
        office.stop()
