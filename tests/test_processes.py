"""The worker lives and ends with the server."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.journeys.office import found_office


def workers_of(home: Path) -> list[int]:
    """Give the worker processes whose office lies in `home`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"work" in command and f"HIROBA_HOME={home}".encode() in environment.split(b"\0"):
            found.append(int(process.name))
    return found


def wait_for(count: int, home: Path, seconds: float = 30) -> list[int]:
    until = time.monotonic() + seconds
    while len(found := workers_of(home)) != count and time.monotonic() < until:
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("pause", [0.0, 3.0], ids=["at once", "later"])
def test_a_server_that_is_killed_leaves_no_worker_behind(tmp_path: Path, pause: float) -> None:
    office = found_office(tmp_path / "home")
    office.serve()
    try:
        assert len(wait_for(1, office.home)) == 1
        time.sleep(pause)
        assert office.server is not None
        os.kill(office.server.pid, signal.SIGKILL)  # the server alone: nobody is left to end the worker
        office.server.wait()
        assert wait_for(0, office.home) == []
    finally:
        for pid in workers_of(office.home):
            os.kill(pid, signal.SIGKILL)


def test_a_worker_that_is_killed_is_started_again(tmp_path: Path) -> None:
    office = found_office(tmp_path / "home")
    office.serve()
    try:
        (first,) = wait_for(1, office.home)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 30
        while workers_of(office.home) in ([], [first]) and time.monotonic() < until:
            time.sleep(0.1)
        assert workers_of(office.home) not in ([], [first])
    finally:
        office.stop()
