"""kill -9 in the middle of a visit: every letter is there once, in whatever moment it came."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.dovecot import PASSWORD, Dovecot
from tests.journeys.office import ROOT, Office

LETTERS, KILLS = 120, 3


@pytest.fixture
def server() -> Iterator[Dovecot]:
    dovecot = Dovecot()
    for number in range(LETTERS):
        dovecot.deliver(f"Message-ID: <{number}@x.example>\r\nSubject: {number}\r\n\r\n{number}\r\n".encode())
    dovecot.start()
    yield dovecot
    dovecot.stop()


def command(office: Office, *words: str, **more: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "HIROBA_HOME": str(office.home), **more}
    return subprocess.Popen(
        [sys.executable, "-m", "config.command", "source", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def came(office: Office) -> list[int]:
    """Give how often each letter came, of those that came."""
    with sqlite3.connect(office.home / "hiroba.sqlite3") as database:
        rows = database.execute("SELECT COUNT(*) FROM ingest_item GROUP BY external_key").fetchall()
    return [count for (count,) in rows]


def test_a_visit_that_is_killed_again_and_again_takes_every_letter_once(own_office: Office, server: Dovecot) -> None:
    known = [f"--set={each}" for each in ("host=127.0.0.1", f"port={server.port}", "security=none", "user=kouen")]
    added = command(own_office, "add", "imap", "メール", "--as", "kondo", *known, "--secret", "password=P", P=PASSWORD)
    assert added.wait(60) == 0
    chance = random.Random(7)
    met: list[int] = []
    for _ in range(KILLS):
        visit = command(own_office, "run", "メール")
        before, until = len(came(own_office)), time.monotonic() + 60
        while visit.poll() is None and len(came(own_office)) == before and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.2)
        visit.send_signal(signal.SIGKILL)
        visit.wait()
        met.append(len(came(own_office)))
    assert met[0] < LETTERS  # the first kill came in the middle
    assert command(own_office, "run", "メール").wait(120) == 0
    assert came(own_office) == [1] * LETTERS
