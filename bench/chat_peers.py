"""The servers beside which bench.chat puts Hiroba: the floor of ../shared/tools, and matrix-synapse from PyPI."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.journeys.office import SHARED, free_port

SECRET = "bench"


@dataclass(frozen=True)
class Peer:
    """A running server: how chatload reaches it, and its processes."""

    name: str
    options: list[str]
    pids: list[int]
    worker: psutil.Process | None = None

    def worker_cpu(self) -> float:
        """Give the CPU seconds that its worker and what that started have taken; 0 without one."""
        if self.worker is None:
            return 0.0
        return sum(sum(each.cpu_times()[:2]) for each in (self.worker, *self.worker.children(recursive=True)))


@contextmanager
def floor(folder: Path) -> Iterator[Peer]:
    """Serve ../shared/tools/chat_floor.py: one process, one commit a message, no rights, no pages."""
    port = free_port()
    config = folder / "floor.json"
    config.write_text(
        '{"user_template":{"name":"u{:05d}","password":"-","count":5000},'
        '"login":{"url":"/login","json":{"username":"{name}"},"token_path":"token"},"auth":"bearer",'
        '"send":{"url":"/send","json":{"body":"{text}"}},"stream":{"kind":"sse","url":"/sse"}}',
        encoding="utf-8",
    )
    command = [sys.executable, str(SHARED / "tools" / "chat_floor.py"), str(port), str(folder / "floor.sqlite3")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/login")
            yield Peer("floor", ["--target", "generic", "--base", base, "--config", str(config)], [server.pid])
        finally:
            server.terminate()


@contextmanager
def synapse(folder: Path, cache: Path) -> Iterator[Peer]:
    """Serve matrix-synapse with SQLite, its limits on rates lifted; it is installed once into `cache`."""
    python = cache / "synapse" / "bin" / "python"
    if not python.exists():
        venv.create(cache / "synapse", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "matrix-synapse"], check=True)
    port, config = free_port(), folder / "homeserver.yaml"
    options = ["--server-name", "bench.invalid", "--config-path", str(config), "--generate-config", "--report-stats=no"]
    subprocess.run([python, "-m", "synapse.app.homeserver", *options], cwd=folder, check=True, capture_output=True)
    written = config.read_text(encoding="utf-8").replace("port: 8008", f"port: {port}")
    config.write_text(f"{written}\n{_WITHOUT_LIMITS}", encoding="utf-8")
    command = [python, "-m", "synapse.app.homeserver", "--config-path", str(config)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/_matrix/client/versions", 120)
            state = str(folder / "state.json")
            matrix = ["--target", "matrix", "--base", base, "--secret", SECRET, "--state", state, "--presence-offline"]
            yield Peer("synapse", matrix, [server.pid])
        finally:
            server.terminate()


_MANY = "{per_second: 100000, burst_count: 100000}"
_WITHOUT_LIMITS = f"""
registration_shared_secret: {SECRET}
suppress_key_server_warning: true
presence: {{enabled: false}}
rc_message: {_MANY}
rc_registration: {_MANY}
rc_login: {{address: {_MANY}, account: {_MANY}, failed_attempts: {_MANY}}}
rc_joins: {{local: {_MANY}, remote: {_MANY}}}
rc_joins_per_room: {_MANY}
"""


def wait_for(url: str, seconds: float = 30) -> None:
    """Wait until a server answers anything at all."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{url} does not answer")
