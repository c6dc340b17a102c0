"""Note who read, searched, exported or administered what, without making a reader wait for the disk."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import ParamSpec

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from hiroba.foundation.changes.acts import require_act
from hiroba.foundation.changes.chain import Note, append_notes
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.refusal import Refusal

logger = logging.getLogger(__name__)
P = ParamSpec("P")
FLUSH_SECONDS = 1.0
BATCH = 200
CAPACITY = 20_000  # what a disk that is full for some minutes may hold back; about 10 MB
_LONGEST: dict[str, int] = {
    field.name: field.max_length for field in JournalEntry._meta.concrete_fields if field.max_length
}


class Journal:
    """Notes waiting for their place in the chain, and the thread that writes them down."""

    def __init__(self) -> None:
        self._waiting: deque[Note] = deque()
        self._lost = 0
        self._writing = threading.Lock()
        self._noted, self._full = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self.writes_by_itself = True  # tests flush by hand

    def add(self, note: Note) -> None:
        """Keep the note and have it written within a second; beyond capacity count it as lost and raise the alarm."""
        if len(self._waiting) >= CAPACITY:
            self._lost += 1
            logger.error("JOURNAL-02 lost %d", self._lost)
            return
        self._waiting.append(note)
        if self.writes_by_itself:
            self._start()
            self._noted.set()
            if len(self._waiting) >= BATCH:
                self._full.set()

    def flush(self) -> int:
        """Write what waits and give how many entries that was; DatabaseError leaves it waiting, in its order."""
        written = 0
        with self._writing:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                try:
                    append_notes(batch)
                except BaseException:
                    self._waiting.extendleft(reversed(batch))
                    raise
                written += len(batch)
            if self._lost:
                append_notes([make_note(None, "journal.lost", detail=str(self._lost))])
                self._lost = 0
        return written

    def forget(self) -> None:
        """Drop what waits. Only tests do this, between one another."""
        self._waiting.clear()
        self._lost = 0

    def _start(self) -> None:
        """Start the writing thread once per process; a fork has none until its first note."""
        if self._thread is not None and self._thread.is_alive() and self._pid == os.getpid():
            return
        if self._pid != os.getpid():
            self._writing, self._noted, self._full = threading.Lock(), threading.Event(), threading.Event()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._write_forever, name="journal", daemon=True)
        self._thread.start()

    def _write_forever(self) -> None:
        while True:
            self._noted.wait()
            self._full.wait(FLUSH_SECONDS)
            self._noted.clear()
            self._full.clear()
            close_old_connections()
            try:
                self.flush()
            except (DatabaseError, OSError):
                logger.exception("JOURNAL-02 waiting %d", len(self._waiting))
                self._noted.set()
            finally:
                if not self._waiting:
                    connection.close()


JOURNAL = Journal()


def make_note(
    actor_id: int | None,
    act: str,
    subject: str = "",
    subject_id: str | int = "",
    detail: str = "",
    address: str = "",
    post: str = "",
    result: str = "",
) -> Note:
    """Give a note of now, each text cut to its column and free of what a database or a terminal chokes on."""
    texts = {
        "subject": subject,
        "subject_id": str(subject_id),
        "detail": detail,
        "address": address,
        "post": post,
        "result": result,
    }
    cut = {name: _storable(text)[: _LONGEST[name]] for name, text in texts.items()}
    return Note(at=timezone.now(), act=require_act(act), actor_id=actor_id, **cut)


def _of_what_makes_a_note(
    make: Callable[P, Note],
) -> Callable[[Callable[[Note], None]], Callable[P, None]]:
    """Let a function that takes a note take what the note is made of: one list of parameters for all of them."""

    def decorate(write: Callable[[Note], None]) -> Callable[P, None]:
        def take(*args: P.args, **kwargs: P.kwargs) -> None:
            write(make(*args, **kwargs))

        take.__name__, take.__qualname__, take.__doc__ = write.__name__, write.__qualname__, write.__doc__
        return take

    return decorate


@_of_what_makes_a_note(make_note)
def note(entry: Note) -> None:
    """Have the act written within a second, without waiting. kill -9 may lose that second: for reads only."""
    JOURNAL.add(entry)


@_of_what_makes_a_note(make_note)
def note_now(entry: Note) -> None:
    """Write the act down before returning: what administrators do, and what leaves the office.

    Within a transaction the entry stands or falls with it. Refusal JOURNAL-01 when it cannot be written: then the act
    itself must not happen."""
    try:
        append_notes([entry])
    except (DatabaseError, OSError) as error:
        logger.exception("JOURNAL-01 %s", entry.act)
        raise Refusal("JOURNAL-01") from error


def flush_journal() -> int:
    """Write what waits, now; give how many entries that was."""
    return JOURNAL.flush()


def _storable(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be stored
    return "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in whole)


@atexit.register
def _flush_at_exit() -> None:
    if not JOURNAL.writes_by_itself:
        return
    try:
        JOURNAL.flush()
    except (DatabaseError, OSError):
        logger.exception("JOURNAL-02 lost at exit")
