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

APPLICATION = "hiroba.foundation.changes.tests.streaming_app:application"


@pytest.fixture
def server(either_database) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Give the port and the process of a uvicorn that serves the stream."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", APPLICATION, "--port", str(port), "--log-level", "warning"]
    environment = {**either_database.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.Popen([*command, "--timeout-graceful-shutdown", "20"], env=environment)
    try:
        deadline = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield port, process
    finally:
        process.kill()
        process.wait()


def open_stream(port: int, last_event_id: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/", headers={"Last-Event-ID": last_event_id})
    answer = connection.getresponse()
    assert answer.readline().startswith(b"retry: ")
    assert answer.readline() == b"\n"
    return answer


def hear(answer: http.client.HTTPResponse) -> dict[str, str]:
    lines = iter(lambda: answer.readline().decode().strip(), "")
    return dict(line.split(": ", 1) for line in lines)


def test_a_page_hears_another_process_resumes_and_does_not_hold_up_shutdown(server):
    port, process = server
    answer = open_stream(port)
    time.sleep(0.3)
    began = time.monotonic()
    for subject_id in (1, 2):
        with transaction.atomic():
            log.record("record.received", "record", subject_id, None)
    first = hear(answer)
    assert first["data"] == '{"kind":"record.received","subject":"record","id":1}'
    assert time.monotonic() - began < 1
    assert hear(open_stream(port, first["id"]))["data"].endswith('"id":2}')

    streams = [answer, *(open_stream(port) for _ in range(5))]
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=15)
    assert time.monotonic() - began < 3
    assert streams[-1].read() == b"", "the answer ended as an answer does"
