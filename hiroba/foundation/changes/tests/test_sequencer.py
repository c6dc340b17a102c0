"""Why PostgreSQL needs the sequencer, and that it is enough."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from hiroba.foundation.changes import log
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.readers import changes_after, latest_seq
from hiroba.foundation.changes.sequencer import SEQUENCER_LOCK, number_committed

pytestmark = pytest.mark.postgres


class SlowWriter:
    """A transaction on a connection of its own that has recorded its change and commits only when told."""

    def __init__(self, subject_id: int) -> None:
        self.recorded, self.told = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._write, args=(subject_id,))
        self.thread.start()
        assert self.recorded.wait(10)

    def _write(self, subject_id: int) -> None:
        try:
            with transaction.atomic():
                log.record("record.received", "record", subject_id, None)
                self.recorded.set()
                self.told.wait(10)
        finally:
            connection.close()

    def commit(self) -> None:
        self.told.set()
        self.thread.join()


def read_beside_a_slow_writer(read: Callable[[int], list[tuple[int, int]]]) -> list[int]:
    """Record 1 slowly and 2 quickly, reading in between and after by a cursor; give the subjects that were read."""
    slow = SlowWriter(1)
    with transaction.atomic():
        log.record("record.received", "record", 2, None)
    first = read(0)
    slow.commit()
    return [subject for _, subject in first + read(max((place for place, _ in first), default=0))]


def test_a_cursor_over_ids_loses_the_slow_writers_row(only_postgresql):
    def read_by_id(cursor: int) -> list[tuple[int, int]]:
        return list(Change.objects.filter(id__gt=cursor).order_by("id").values_list("id", "subject_id"))

    assert read_beside_a_slow_writer(read_by_id) == [2]


def test_a_cursor_over_seq_does_not(only_postgresql):
    def read_by_seq(cursor: int) -> list[tuple[int, int]]:
        return [(change.seq or 0, change.subject_id) for change in changes_after(cursor, 10)]

    assert read_beside_a_slow_writer(read_by_seq) == [2, 1]


def test_who_finds_another_sequencer_at_work_goes_on_without_waiting(only_postgresql):
    with transaction.atomic():
        log.record("record.received", "record", 1, None)
    held, told = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
                held.set()
                told.wait(10)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    assert changes_after(0, 10) == []
    told.set()
    other.join()
    assert latest_seq() == 1


def test_nothing_is_numbered_inside_a_transaction(only_postgresql):
    with transaction.atomic():
        log.record("record.received", "record", 1, None)
        assert number_committed() == 0
    assert number_committed() == 1
