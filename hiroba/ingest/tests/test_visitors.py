"""Visits side by side: whoever says nothing holds up nobody but itself, and is given up in its time."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone
from imapclient import SocketTimeout

from hiroba.connectors import database, imap, outside, smb
from hiroba.connectors.outside import OutsideError
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.secret_files import keep_secret
from hiroba.ingest import visitors as room
from hiroba.ingest.models import Source
from hiroba.ingest.sources import (
    KINDS,
    SPOOL,
    forget_removed,
    keep_checkpoint,
    register_kind,
    secret_name,
    visit_source,
)
from hiroba.ingest.visitors import Visitors
from tests.dovecot import PASSWORD as MAIL_PASSWORD
from tests.dovecot import Dovecot
from tests.postgres import Cluster
from tests.silence import Relay, mute_server
from tests.world import World


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    before = dict(KINDS)
    register_kind("counting", lambda _source: 1)
    yield
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """Give what lets the visits of kind `waiting` end; whatever happens, they do."""
    going_on = threading.Event()
    register_kind("waiting", lambda _source: int(going_on.wait(60)))
    register_kind("reading", lambda _source: int(going_on.wait(60)), reads_here=True)
    yield going_on
    going_on.set()


def add(world: World, kind: str, number: int = 1, **known: str) -> Source:
    now = timezone.now()
    source = Source.objects.create(
        kind=kind,
        name=f"{kind} {number}",
        settings=known,
        person=world.kimura,
        unit=world.units["0402"],
        audience=find_or_add_audience([of_unit("0402")]),
        due_at=now,
        created_at=now,
        every_seconds=3600,
    )
    keep_secret(secret_name(source.pk, "password"), MAIL_PASSWORD)
    return source


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def is_visited(source: Source) -> bool:
    return Source.objects.filter(pk=source.pk).exclude(last_visited_at=None).exists()


def code_of(source: Source) -> str:
    return Source.objects.get(pk=source.pk).last_code


def test_servers_that_accept_and_say_nothing_hold_up_no_other_visit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "TIMEOUT", SocketTimeout(connect=8, read=8))
    monkeypatch.setattr(smb, "CONNECT_SECONDS", 8)
    monkeypatch.setattr(database, "CONNECT_SECONDS", 8)
    threads = threading.active_count()
    with mute_server() as port:
        at = {"host": "127.0.0.1", "port": str(port), "user": "kouen"}
        mute = [
            add(world, "imap", **at, security="none"),
            add(world, "smb", **at, share="kyoyu"),
            add(world, "database", url=f"postgresql://reader@127.0.0.1:{port}/zaisan", select="SELECT 1 AS n"),
        ]
        quick = add(world, "counting")
        visitors = Visitors()
        visitors.turn()
        wait_until(lambda: is_visited(quick))
        assert not any(is_visited(source) for source in mute)
        visitors.wait(60)
        assert visitors.turn() == 4
    assert [code_of(source) for source in mute] == ["SOURCE-01"] * 3
    wait_until(lambda: threading.active_count() <= threads + 1)  # no connection is left with a thread that listens


def test_as_many_as_may_are_out_at_once_and_who_takes_too_long_loses_the_place(
    world: World, hold: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = [add(world, "waiting", number) for number in range(room.AT_ONCE + 2)]
    last = add(world, "counting")
    visitors = Visitors()
    for _ in range(3):
        visitors.turn()
        assert set(visitors._out) == {source.pk for source in slow[: room.AT_ONCE]}
    assert not is_visited(last)
    monkeypatch.setattr(room, "LONGEST_SECONDS", 0.0)  # they have taken too long: others begin beside them
    visitors.turn()
    wait_until(lambda: is_visited(last))
    assert not any(is_visited(source) for source in slow)
    hold.set()
    visitors.wait(60)
    visitors.turn()
    assert not visitors.is_anybody_out()
    assert [source.last_count for source in Source.objects.filter(pk__in=[each.pk for each in slow])] == [1] * len(slow)


def test_what_reads_files_on_this_machine_goes_one_by_one(world: World, hold: threading.Event) -> None:
    for number in (1, 2):
        add(world, "reading", number)
    other = add(world, "counting")
    visitors = Visitors()
    visitors.turn()
    wait_until(lambda: is_visited(other))
    assert Source.objects.filter(last_visited_at=None).count() == 2
    assert sum(each.kind == "reading" for each in Source.objects.filter(pk__in=visitors._out)) == 1
    hold.set()
    visitors.wait(60)
    visitors.turn()
    visitors.wait(60)
    assert not Source.objects.filter(last_visited_at=None).exists()


def test_a_clock_set_back_makes_no_source_wait_for_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = add(world, "counting")
    visit_source(source)
    before = Source.objects.get().last_visited_at
    true_now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: true_now() - dt.timedelta(days=1))
    visitors = Visitors()
    visitors.turn()
    visitors.wait(60)
    after = Source.objects.get().last_visited_at
    assert before is not None
    assert after is not None
    assert after < before
    visitors.turn()
    assert not visitors.is_anybody_out(), "and it waits for its time again"


def test_who_asks_for_a_visit_during_one_gets_another(world: World) -> None:
    def asking(source: Source) -> int:
        Source.objects.filter(pk=source.pk).update(due_at=timezone.now())
        return 1

    register_kind("counting", asking)
    source = add(world, "counting")
    visit_source(source)
    assert Source.objects.get().due_at <= timezone.now()
    register_kind("counting", lambda _source: 1)
    visit_source(source)
    assert Source.objects.get().due_at > timezone.now()


def test_a_source_that_is_removed_during_a_visit_leaves_nothing_behind(world: World) -> None:
    spool = Path(settings.HOME, SPOOL)
    spool.mkdir(exist_ok=True)

    def visiting(source: Source) -> int:
        (spool / f"table-{source.pk}.csv").write_text("番号\n1\n")
        Source.objects.filter(pk=source.pk).delete()
        forget_removed()
        (spool / f"table-{source.pk}.part").write_text("番号\n")
        keep_checkpoint(source, {"next": 2})
        raise AssertionError("a removed source is visited on and on")

    register_kind("counting", visiting)
    source, other = add(world, "counting"), add(world, "waiting")
    (spool / f"table-{other.pk}.csv").write_text("番号\n1\n")
    number = source.pk
    visit_source(source)
    assert not (spool / f"table-{number}.csv").exists()
    forget_removed()  # as once an hour: what came after it was removed
    assert [path.name for path in spool.glob("table-*")] == [f"table-{other.pk}.csv"]
    assert not Path(settings.HOME, "locks", f"source-{number}").exists()
    assert not Source.objects.filter(pk=number).exists()


@pytest.fixture
def quick_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(database, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(imap, "TIMEOUT", SocketTimeout(connect=3, read=1))


def test_a_mail_server_that_falls_silent_in_the_middle_is_given_up(world: World, quick_to_give_up: None) -> None:
    server = Dovecot()
    server.deliver(b"Message-ID: <1@x.example>\r\nSubject: 1\r\n\r\n1\r\n")
    server.start()
    way = Relay(lambda: socket.create_connection(("127.0.0.1", server.port)))
    try:
        known = {"host": "127.0.0.1", "port": str(way.port), "user": server.user, "security": "none"}
        box = imap.Mailbox("127.0.0.1", way.port, server.user, MAIL_PASSWORD, security="none")
        with pytest.raises(OutsideError, match="SOURCE-01"), imap.open_mailbox(box) as folder:
            way.is_silent.set()
            list(folder.letters_after(imap.Place()))
        source = add(world, "imap", **known)
        assert (visit_source(source), code_of(source)) == (0, "SOURCE-01")
        way.is_silent.clear()
        assert (visit_source(source), code_of(source)) == (1, "")
    finally:
        way.close()
        server.stop()


def test_a_database_that_falls_silent_in_the_middle_is_given_up(cluster: Cluster, quick_to_give_up: None) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as own:
        own.execute("DROP DATABASE IF EXISTS silent")
        own.execute("CREATE DATABASE silent")

    def reach() -> socket.socket:
        there = socket.socket(socket.AF_UNIX)
        there.connect(str(cluster.folder / ".s.PGSQL.5432"))
        return there

    way = Relay(reach)
    try:
        query = database.Query(f"postgresql://postgres@127.0.0.1:{way.port}/silent", "SELECT 1 AS n", seconds=1)
        with database.open_query(query) as table:
            assert [row.cells for row in table.rows] == [("1",)]
        many = database.Query(query.url, "SELECT n, repeat('x', 1000) AS t FROM generate_series(1, 50000) n", seconds=1)
        began = time.monotonic()
        with pytest.raises(OutsideError, match=r"SOURCE-01|DATABASE-04"), database.open_query(many) as table:
            way.is_silent.set()
            list(table.rows)
        assert time.monotonic() - began < 30
    finally:
        way.close()
