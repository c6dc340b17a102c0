"""The processes: the server, and the worker that takes things in, indexes them and turns the day."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connections

logger = logging.getLogger(__name__)
# How soon each wheel looks again when there was nothing to do: what is saved is to be findable within a second.
IDLE_SECONDS = {
    "intake": 0.2,
    "index": 0.1,
    "calendar": 5.0,
    "sources": 2.0,
    "versions": 2.0,
    "post": 1.0,
    "slow": 1.0,
    "forms": 2.0,
    "later": 1.0,
}
KEEP_CONNECTION_SECONDS = 60
REST_AFTER_SECONDS = 120


def serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where to listen and whether a worker runs beside."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-worker", action="store_true", help="受け取りの係を動かさない")


def run_serve(options: argparse.Namespace) -> None:
    """Serve until told to stop; the worker lives and ends with the server, and is started again when it dies."""
    import uvicorn

    # Style sheets and scripts are small: that whitenoise hands them over whole is no matter.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    call_command("migrate", verbosity=0, interactive=False)  # an update that was carried in begins here
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stop,), daemon=True)
    if not options.no_worker:
        keeper.start()
    print(f"ひろば http://{options.host}:{options.port}/", file=sys.stderr)  # noqa: T201 - the one line a person waits for
    try:
        uvicorn.run(
            "config.asgi:application",
            host=options.host,
            port=options.port,
            log_level="warning",
            timeout_graceful_shutdown=5,
            server_header=False,
            proxy_headers=settings.BEHIND_TLS,
        )
    finally:
        stop.set()
        if keeper.is_alive():
            keeper.join(timeout=15)


def _keep_worker(stop: threading.Event) -> None:
    """Run `hiroba work` as a child and start it again, more slowly each time it dies at once."""
    pause = 1.0
    while not stop.is_set():
        began = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", "config.command", "work", "--parent", str(os.getpid())], cwd=settings.ROOT
        )
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
            return
        pause = 1.0 if time.monotonic() - began > 60 else min(pause * 2, 60)
        logger.error("WORK-01 worker ended with %s", child.returncode)
        stop.wait(pause)


def work_arguments(parser: argparse.ArgumentParser) -> None:
    """Say whose child the worker is: it ends when that process is gone. Nobody's when started by hand."""
    parser.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)


def run_work(options: argparse.Namespace) -> None:
    """Follow intake, index, calendar and sources until a signal; a second worker waits for the first to end."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if options.parent:
        threading.Thread(target=_end_with, args=(options.parent, stop), daemon=True).start()
    # The wheels' threads live as long as we do: each keeps its connection.
    connections.settings["default"]["CONN_MAX_AGE"] = KEEP_CONNECTION_SECONDS
    with _only_worker(stop):
        # A page of paper may take a minute: nobody waits for it at the end, and the next worker reads it again.
        loops = [
            threading.Thread(target=_loop, args=(stop, begin), name=name, daemon=name.startswith("slow"))
            for name, begin in _wheels()
        ]
        for loop in loops:
            loop.start()
        stop.wait()
        for loop in loops:
            loop.join(timeout=1 if loop.daemon else 30)


def _end_with(parent: int, stop: threading.Event) -> None:
    """End when the server was killed and nobody would end us: in order, or after a minute at once. What was not
    committed by then is taken up again by the next worker."""
    while os.getppid() == parent:
        time.sleep(0.5)
    stop.set()
    time.sleep(60)
    os._exit(1)


@contextlib.contextmanager
def _only_worker(stop: threading.Event) -> Iterator[None]:
    with Path(settings.HOME, "worker.lock").open("w") as file:
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                stop.wait(0.5)
        yield


def _loop(stop: threading.Event, begin: Callable[[], Generator[int, None, None]]) -> None:
    """Turn one of the worker's wheels: at once while there is work, in its own time when there is none."""
    idle = IDLE_SECONDS[threading.current_thread().name.partition("-")[0]]
    pause, wheel = idle, begin()
    while not stop.is_set():
        close_old_connections()
        try:
            done = next(wheel)
        except Exception:  # a full disk or a busy database passes; what was committed is taken up again
            logger.exception("WORK-02 %s", threading.current_thread().name)
            wheel = begin()
            stop.wait(pause := min(pause * 2, 30))
            continue
        pause = idle
        if not done:
            stop.wait(idle)
    wheel.close()


def _intake() -> Generator[int, None, None]:
    from hiroba.extract.sandbox import Sandbox
    from hiroba.ingest.watching import look_into_watched_folders
    from hiroba.ingest.whole import Remembering
    from hiroba.ingest.working import reclaim_items, work_once

    reclaim_items()
    with Sandbox(readers=settings.READERS) as sandbox:
        reading = Remembering(sandbox)
        while True:
            done = work_once(reading, settings.READERS * 2, lane="new")
            yield done or look_into_watched_folders()


def _slow() -> Generator[int, None, None]:
    """Read pages of paper and recordings part by part, niced, and put them together: nothing else waits for it."""
    from hiroba.extract.sandbox import Sandbox
    from hiroba.extract.slow import SlowSandbox
    from hiroba.ingest.slow_line import read_next_part, reclaim_parts
    from hiroba.ingest.working import work_once

    if threading.current_thread().name == "slow":  # the first of them, for all
        reclaim_parts()
    with SlowSandbox() as slow, Sandbox(readers=1) as sandbox:
        busy_at = time.monotonic()
        while True:
            done = work_once(sandbox, 1, lane="whole") or read_next_part(slow)
            if done:
                busy_at = time.monotonic()
            elif time.monotonic() - busy_at > REST_AFTER_SECONDS:  # an engine's memory is not kept for nothing
                slow.rest()
            yield done


def _index() -> Generator[int, None, None]:
    from hiroba.search.indexing import open_indexer

    with open_indexer() as indexer:
        while True:
            yield indexer.index_once()


def _calendar() -> Generator[int, None, None]:
    """At each new day (Asia/Tokyo) record for whom posts begin or end; once an hour sweep what crashes left."""
    from django.utils import timezone

    from hiroba.archive.originals import sweep_incoming
    from hiroba.features.writing.actions import sweep_saves
    from hiroba.foundation.people.actions import record_post_changes

    day, swept = None, 0.0
    while True:
        today = timezone.localdate()
        if today != day:
            record_post_changes(today)
            day = today
        if time.monotonic() - swept > 3600:
            sweep_incoming()
            sweep_saves()
            swept = time.monotonic()
        yield 0


def _post() -> Generator[int, None, None]:
    """Keep the door open through which letters are sent to us."""
    from hiroba.ingest.post import receive_post

    return receive_post()


def _sources() -> Generator[int, None, None]:
    """Send out to the places outside whose time has come; tie the mails that came."""
    from hiroba.ingest.threads import follow_threads
    from hiroba.ingest.visitors import Visitors

    visitors = Visitors()
    try:
        while True:
            yield visitors.turn() + follow_threads()
    finally:
        visitors.wait(10)  # who is not back by then is cut off: what was not committed comes again


def _versions() -> Generator[int, None, None]:
    """Recognise what is one: the same content in two forms, a later version of the same thing."""
    from hiroba.foundation.changes.readers import follow
    from hiroba.ingest.versions.finding import VersionsReader

    reader = VersionsReader()
    while True:
        yield follow(reader, limit=20)


def _forms() -> Generator[int, None, None]:
    """Look for sheets of known forms among what is new, and read them one at a time."""
    from hiroba.features.forms.reading import work_on_forms

    while True:
        yield work_on_forms()


def _later() -> Generator[int, None, None]:
    """Send what people wrote to be sent at this time."""
    from hiroba.features.conversation.scheduling import send_due

    while True:
        yield send_due()


def _wheels() -> Iterator[tuple[str, Callable[[], Generator[int, None, None]]]]:
    """Give every wheel with its name: as many slow readers as the office has set, the others once."""
    yield from WHEELS.items()
    for number in range(2, settings.SLOW_READERS + 1):
        yield f"slow-{number}", _slow


WHEELS: dict[str, Callable[[], Generator[int, None, None]]] = {
    "intake": _intake,
    "slow": _slow,
    "index": _index,
    "calendar": _calendar,
    "sources": _sources,
    "versions": _versions,
    "post": _post,
    "forms": _forms,
    "later": _later,
}
