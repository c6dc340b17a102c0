"""How fast 32 writers append to the change log while a reader follows, and how fast 500 pages hear of it.

    python -m bench.changes [--seconds 5]

Each commit is made durable (SQLite synchronous=FULL, PostgreSQL fsync=on). Beside the sequencer: a cursor over ids,
which loses rows (the floor), and one advisory lock around each writing transaction (the plain cure)."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

WRITERS, PAGES, MESSAGES = 32, 500, 30


@contextmanager
def database(url: str) -> Iterator[None]:
    """Make this the default database, migrated."""
    os.environ["HIROBA_DATABASE"] = url
    from django.core.management import call_command
    from django.db import connections

    from config import settings as wiring

    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = connections.configure_settings({"default": wiring._database()})["default"]
    call_command("migrate", verbosity=0, interactive=False)
    try:
        yield
    finally:
        connections["default"].close()


def commit_one(number: int, lock: bool) -> None:
    """Do what an action does, at its smallest."""
    from django.db import connection, transaction

    from hiroba.foundation.changes import log

    with transaction.atomic():
        if lock:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(1)")
        log.record("record.received", "record", number, None)


def read_by_seq(place: int) -> tuple[int, int]:
    """Follow as every reader does; give how many there were and the new place."""
    from hiroba.foundation.changes.readers import changes_after

    found = changes_after(place, 1000)
    return len(found), (found[-1].seq or place) if found else place


def read_by_id(place: int) -> tuple[int, int]:
    """Follow as one must not."""
    from hiroba.foundation.changes.models import Change

    found = list(Change.objects.filter(id__gt=place).order_by("id")[:1000])
    return len(found), found[-1].id if found else place


def race(seconds: float, writers: int, lock: bool, read: Callable[[int], tuple[int, int]]) -> dict[str, float]:
    """Let the writers write for `seconds` beside one reader that looks every 20 ms."""
    from django.db import connection

    from hiroba.foundation.changes.models import Change

    Change.objects.all().delete()
    until = time.monotonic() + seconds
    written, waits = [0] * writers, []

    def write(writer: int) -> None:
        while (began := time.monotonic()) < until:
            commit_one(writer, lock)
            written[writer] += 1
            waits.append(time.monotonic() - began)
        connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    began, cpu = time.monotonic(), time.process_time()
    first = Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
    for thread in threads:
        thread.start()
    seen, place = 0, first
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.02)
        found, place = read(place)
        seen += found
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    while (step := read(place))[0]:
        seen, place = seen + step[0], step[1]
    waits.sort()
    total = sum(written)
    return {
        "per_second": total / took,
        "p95_ms": waits[int(len(waits) * 0.95)] * 1000,
        "worst_ms": waits[-1] * 1000,
        "cpu_ms": cpu / total * 1000,
        "lost": total - seen,
    }


def bench_commits(seconds: float, databases: Sequence[tuple[str, str]]) -> None:
    """Print the table of commits: medians of three rounds, taken in turn, for the machine is shared."""
    print("| database | writers | order by | commits/s | p95 / worst ms a commit | our CPU ms a commit | reader lost |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, url in databases:
        with database(url):
            ways = [("seq", False, read_by_seq)]
            if url:
                ways += [("id (wrong)", False, read_by_id), ("id, lock for each writer", True, read_by_id)]
            for writers in (1, WRITERS):
                rounds = [[race(seconds / 3, writers, lock, read) for _, lock, read in ways] for _ in range(3)]
                for (way, *_), taken in zip(ways, zip(*rounds, strict=True), strict=True):
                    figures = {key: median(each[key] for each in taken) for key in taken[0]}
                    line = "{per_second:.0f} | {p95_ms:.1f} / {worst_ms:.0f} | {cpu_ms:.2f} | {lost:.0f} |"
                    print(f"| {name} | {writers} | {way} |", line.format(**figures), flush=True)


async def hear_all(pages: int) -> tuple[list[float], float]:
    """Open the streams, record one change at a time, and give each delivery's delay and the CPU they took."""
    from hiroba.foundation.changes.hub import Hub
    from hiroba.foundation.changes.stream import stream_events

    sent_at, delays = [0.0], []

    async def who() -> frozenset[str]:
        return frozenset({"everyone", "unit:0402", "person:1"})

    async def listen() -> None:
        async for block in stream_events(who, hub=hub):
            if b"data:" in block:
                delays.append(time.monotonic() - sent_at[0])

    hub = Hub()
    listeners = [asyncio.create_task(listen()) for _ in range(pages)]
    await asyncio.sleep(2)
    cpu = time.process_time()
    for number in range(MESSAGES):
        sent_at[0] = time.monotonic()
        await asyncio.to_thread(commit_one, number, False)
        while len(delays) < (number + 1) * pages:
            await asyncio.sleep(0.001)
    cpu = time.process_time() - cpu
    await hub.shut_down()
    await asyncio.gather(*listeners)
    return sorted(delays), cpu


def bench_stream() -> None:
    """Print the table of deliveries, without a network."""
    from hiroba.foundation.changes.reach import Reach, register_reach

    register_reach("record", lambda changes: {change.seq or 0: Reach(frozenset({"everyone"})) for change in changes})
    print("\n| pages | delivered p50/p95 ms after the commit began | CPU ms a delivery |")
    print("| --- | --- | --- |")
    with database(""):
        for pages in (50, PAGES, 2000):
            delays, cpu = asyncio.run(hear_all(pages))
            p50, p95 = (delays[int(len(delays) * part)] * 1000 for part in (0.5, 0.95))
            print(f"| {pages} | {p50:.0f} / {p95:.0f} | {cpu / len(delays) * 1000:.4f} |")


def main() -> None:
    """Run both in a home of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="hiroba-bench-"))
    os.environ |= {"HIROBA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings", "HIROBA_DATABASE": ""}
    import django

    django.setup()
    from tests.postgres import find_programs, start_cluster

    programs = find_programs()
    cluster = start_cluster(programs, fsync=True) if programs else None
    try:
        databases = [("SQLite", "")] + ([("PostgreSQL", cluster.url())] if cluster else [])
        bench_commits(options.seconds, databases)
        bench_stream()
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
