"""Readers: at least once and in order, whatever ends them in between."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from hiroba.foundation.changes import log
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.readers import cursor_of, follow, move_cursor, reset_cursor


class Notebook:
    """A reader that keeps what it is handed."""

    name = "notebook"

    def __init__(self) -> None:
        self.subjects: list[int] = []

    def handle(self, changes: Sequence[Change]) -> None:
        self.subjects += [change.subject_id for change in changes]


class OwnPlace(Notebook):
    """A reader that keeps its place itself."""

    name = "own"
    place = 0

    def cursor(self) -> int:
        return self.place

    def handle(self, changes: Sequence[Change]) -> None:
        super().handle(changes)
        self.place = changes[-1].seq or 0


def record_some(count: int) -> None:
    with transaction.atomic():
        for subject_id in range(1, count + 1):
            log.record("record.received", "record", subject_id, None)


def test_a_reader_goes_on_where_it_was(either_database):
    record_some(5)
    notebook = Notebook()
    assert [follow(notebook, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert notebook.subjects == [1, 2, 3, 4, 5]
    assert cursor_of("notebook") == 5


def test_a_reader_that_is_reset_gets_everything_again(either_database):
    record_some(3)
    follow(Notebook())
    reset_cursor("notebook")
    again = Notebook()
    follow(again)
    assert again.subjects == [1, 2, 3]


def test_a_reader_that_keeps_its_own_place_leaves_no_cursor(either_database):
    record_some(3)
    reader = OwnPlace()
    follow(reader, limit=2)
    follow(reader, limit=2)
    assert reader.subjects == [1, 2, 3]
    assert cursor_of("own") == 0


def test_a_cursor_never_goes_back(either_database):
    move_cursor("notebook", 7)
    move_cursor("notebook", 3)
    assert cursor_of("notebook") == 7


DIES_AFTER_HANDLING = """
import os, signal, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from hiroba.foundation.changes.readers import follow

class Dying:
    name = "dying"
    turns = 0
    def handle(self, changes):
        with open(sys.argv[1], "a") as file:
            file.writelines(f"{change.seq}\\n" for change in changes)
        self.turns += 1
        if self.turns == int(sys.argv[2]):
            file = None
            os.kill(os.getpid(), signal.SIGKILL)

reader = Dying()
while follow(reader, limit=3):
    pass
"""


def test_kill_9_between_handling_and_moving_the_cursor_loses_nothing(either_database, tmp_path):
    record_some(10)
    handled = Path(tmp_path, "handled")
    for dies_in_turn, ends_with in ((1, -9), (2, -9), (99, 0)):
        command = [sys.executable, "-c", DIES_AFTER_HANDLING, str(handled), str(dies_in_turn)]
        assert subprocess.run(command, env=either_database.environment).returncode == ends_with
    seqs = [int(line) for line in handled.read_text().split()]
    assert seqs == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 10]
    assert cursor_of("dying") == 10
