"""The log: what is recorded stands, in the order of commit, on both databases."""

from __future__ import annotations

import re
import threading
from itertools import count

import pytest
from django.db import connection, transaction

from hiroba.foundation.changes import log
from hiroba.foundation.changes.kinds import ACCESS_KINDS, KINDS, UnknownKind
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.readers import changes_after, latest_seq, pending
from hiroba.foundation.changes.verifying import Broken, verify_log

WRITERS, EACH = 32, 10


def record_one(subject_id: int, kind: str = "record.received") -> Change:
    with transaction.atomic():
        return log.record(kind, "record", subject_id, None)


def test_a_change_outside_a_transaction_is_refused(either_database):
    with pytest.raises(transaction.TransactionManagementError):
        log.record("record.received", "record", 1, None)


def test_an_unknown_kind_is_refused_and_leaves_nothing(either_database):
    with pytest.raises(UnknownKind), transaction.atomic():
        log.record("record.exploded", "record", 1, None)
    assert latest_seq() == 0


def test_every_kind_is_a_noun_and_a_past_verb_with_words():
    for kind, words in KINDS.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z]*(ed|en|held|left|sent|withdrawn)", kind), kind
        assert re.search(r"[ぁ-ん]", words), kind
    assert set(KINDS) >= ACCESS_KINDS


def test_what_is_rolled_back_leaves_no_gap(either_database):
    record_one(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record("record.received", "record", 2, None)
        _ = 1 / 0
    record_one(3)
    assert [(each.seq, each.subject_id) for each in changes_after(0, 10)] == [(1, 1), (2, 3)]
    assert verify_log() is None


def test_changes_are_filtered_and_counted_by_kind(either_database):
    record_one(1)
    record_one(2, "record.withdrawn")
    assert [each.subject_id for each in changes_after(0, 10, {"record.withdrawn"})] == [2]
    assert (pending(0), pending(0, {"record.withdrawn"}), pending(2)) == (2, 1, 0)


class Writers:
    """32 threads with connections of their own; when each change began and had been committed, by one clock."""

    def __init__(self) -> None:
        self.times: dict[int, tuple[int, int]] = {}
        self._clock = count()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self, writer: int) -> None:
        try:
            for subject_id in range(writer * EACH, (writer + 1) * EACH):
                began = next(self._clock)
                record_one(subject_id)
                self.times[subject_id] = (began, next(self._clock))
        finally:
            connection.close()

    def are_at_work(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)


def read_beside(writers: Writers) -> list[Change]:
    """Follow by a cursor until nobody writes and nothing is left."""
    seen: list[Change] = []
    while True:
        last = not writers.are_at_work()
        found = changes_after(seen[-1].seq or 0 if seen else 0, 7)
        seen += found
        if last and not found:
            return seen


def test_a_reader_beside_32_writers_loses_nothing_doubles_nothing_and_keeps_the_order(either_database):
    writers = Writers()
    seen = read_beside(writers)
    assert [each.seq for each in seen] == list(range(1, WRITERS * EACH + 1))
    assert sorted(each.subject_id for each in seen) == list(range(WRITERS * EACH))
    newest_beginning = -1
    for began, ended in (writers.times[each.subject_id] for each in seen):
        newest_beginning = max(newest_beginning, began)
        assert ended > newest_beginning, "began after the commit of a change that comes behind it"
    assert verify_log() is None


def test_a_gap_in_the_log_is_found(either_database):
    for subject_id in range(5):
        record_one(subject_id)
    assert latest_seq() == 5
    Change.objects.filter(seq=3).delete()
    assert verify_log() == Broken(3, "missing")
