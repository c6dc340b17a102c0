"""kill -9 at random moments while people upload and a folder is imported; then ask whether anything was lost.

Used by test_kill.py (10 moments) and bench/kill.py (100)."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.calling import Caller
from tests.faults.looking import kept_records, wait_until_all_is_read
from tests.faults.watching_processes import children_of
from tests.journeys.office import ROOT, Office

UPLOADERS = ("kimura", "sato")
FOLDER_FILES = 40
LINES = 40


@dataclass
class Damage:
    """What the kills did: nothing, it is hoped, apart from `kills`."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    doctor: dict[str, Any] = field(default_factory=dict)

    @property
    def is_none(self) -> bool:
        """Tell whether everything acknowledged is there once, as it was, readable, and all agrees."""
        return (
            self.acknowledged > 0
            and not (self.missing or self.doubled or self.altered or self.unread)
            and bool(self.doctor["whole"])
        )


@dataclass
class Uploader:
    """Somebody who sends files without rest, and sends one again until it is acknowledged."""

    caller: Caller
    login: str
    stop: threading.Event
    acknowledged: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Upload until told to stop; a call that breaks off is made again."""
        batch = self.caller.open_batch()
        number = 0
        while not self.stop.is_set():
            name, content = f"{self.login}-{number}.txt", text_of(f"{self.login}{number}")
            try:
                answer = self.caller.upload(batch, name, content)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if answer.status == 201 and answer.json()["state"] != "failed":
                self.acknowledged[name] = hashlib.sha256(content).hexdigest()
                number += 1
            time.sleep(0.02)


def text_of(word: str) -> bytes:
    """Give a small document that is nobody else's."""
    return "\n\n".join(f"{word} の記録 {line}行目。道路の補修と保育の予算について。" for line in range(LINES)).encode()


class Killer:
    """Ends processes of one office at moments nobody chose."""

    def __init__(self, office: Office, folder: Path, seed: int) -> None:
        self.office, self.folder = office, folder
        self.draw = random.Random(seed)
        self.damage = Damage()
        self.importing = self._import()

    def _import(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "config.command", "import", str(self.folder), "--as", "kondo", "--json"]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=ROOT, env=self.office.environment, stdout=quiet, stderr=quiet)

    def kill_one(self) -> None:
        """Let things run for a moment, then end the server, the worker or the import."""
        time.sleep(self.draw.uniform(0.05, 1.2))
        server = self.office.server
        assert server is not None
        target = self.draw.choice(("server", "worker", "import"))
        # A worker that dies at once is started again only after a pause: the next best is the server.
        workers = children_of(server.pid)
        if target == "worker" and workers:
            os.kill(workers[0], signal.SIGKILL)
        elif target == "import" and self.importing.poll() is None:
            self.importing.kill()
        else:
            target = "server"
            server.kill()
        self.damage.kills[target] += 1
        self._start_again()

    def _start_again(self) -> None:
        """Start what an operator's service manager and a person at the keyboard would start; repair nothing."""
        server = self.office.server
        if server is not None and server.poll() is not None:
            self.office.serve()
        if self.importing.poll() is not None:
            for path in list(self.folder.iterdir())[:5]:  # some files have changed since
                path.write_bytes(text_of(f"{path.stem}{self.draw.random()}"))
            self.importing = self._import()

    def end(self) -> None:
        """End everything at once one last time, and start the office again."""
        self.importing.kill()
        self.importing.wait()
        self.office.kill()
        self.damage.kills["all"] += 1
        self.office.serve()


def kill_at_random(office: Office, folder: Path, moments: int, seed: int) -> Damage:
    """Kill `moments` times under load, and give what was lost, doubled or altered."""
    folder.mkdir()
    for number in range(FOLDER_FILES):
        (folder / f"{number:02}.txt").write_bytes(text_of(f"folder{number}"))
    office.serve()
    stop = threading.Event()
    uploaders = [Uploader(Caller(office, login), login, stop) for login in UPLOADERS]
    threads = [threading.Thread(target=uploader.run) for uploader in uploaders]
    for thread in threads:
        thread.start()
    killer = Killer(office, folder, seed)
    try:
        for _ in range(moments - 1):
            killer.kill_one()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        killer.end()
    office.json("import", str(folder), "--as", "kondo", "--wait")
    return _assess(office, folder, uploaders, killer.damage)


def _assess(office: Office, folder: Path, uploaders: list[Uploader], damage: Damage) -> Damage:
    damage.doctor = wait_until_all_is_read(office)
    records = kept_records(office)
    expected = {name: digest for uploader in uploaders for name, digest in uploader.acknowledged.items()}
    damage.acknowledged = len(expected)
    for path in folder.iterdir():
        expected[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    found = Counter(record.key for record in records)
    damage.missing = [key for key in expected if not found[key]]
    damage.doubled = [key for key, times in found.items() if times > 1]
    damage.doubled += [record.key for record in records if record.source.startswith("upload") and record.revisions > 1]
    damage.altered = [record.key for record in records if expected.get(record.key, record.sha256) != record.sha256]
    damage.unread = [record.key for record in records if record.passages < LINES]
    return damage
