"""The stream under a real server: another process writes, a page hears it, and shutdown waits for nobody."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.db import transaction

from hiroba.foundation.changes import log

APPLICATION = "tests.streaming_app:application"


class Server:
    """A uvicorn that serves the stream, and the pages that are open there."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", APPLICATION, "--port", str(self.port), "--log-level", "warning"]
        environment = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.process = subprocess.Popen([*command, "--timeout-graceful-shutdown", "20"], env=environment)
        self.connections: list[http.client.HTTPConnection] = []

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def open_stream(self, last_event_id: str = "") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.connections.append(connection)
        connection.request("GET", "/", headers={"Last-Event-ID": last_event_id})
        answer = connection.getresponse()
        assert answer.readline().startswith(b"retry: ")
        assert answer.readline() == b"\n"
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for connection in self.connections:
            connection.close()


@pytest.fixture
def server(either_database) -> Iterator[Server]:
    """Give a server on the test's database."""
    running = Server(either_database.environment)
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.end()


def hear(answer: http.client.HTTPResponse) -> dict[str, str]:
    """Give the next event as a browser sees it: signs of life come by the clock and say nothing."""
    while True:
        lines = [line for line in iter(lambda: answer.readline().decode().strip(), "") if not line.startswith(":")]
        block = dict(line.split(": ", 1) for line in lines)
        if "event" in block:
            return block


def test_a_page_hears_another_process_resumes_and_does_not_hold_up_shutdown(server):
    answer = server.open_stream()
    time.sleep(0.3)
    began = time.monotonic()
    for subject_id in (1, 2):
        with transaction.atomic():
            log.record("record.received", "record", subject_id, None)
    first = hear(answer)
    assert first["data"] == '{"kind":"record.received","subject":"record","id":1}'
    assert time.monotonic() - began < 1
    assert hear(server.open_stream(first["id"]))["data"].endswith('"id":2}')

    streams = [answer, *(server.open_stream() for _ in range(5))]
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=15)
    assert time.monotonic() - began < 3
    assert streams[-1].read() == b"", "the answer ended as an answer does"
    for stream in streams:
        stream.close()
