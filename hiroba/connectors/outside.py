"""What every connector says when the world outside does not answer as it should, and how long it waits for it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

SILENT_SECONDS = 60.0  # without a word from the other side: it is not coming back
WHOLE_SECONDS = 900.0  # for all of a visit: one that hands over a few bytes a minute is over, too
_LOOK_EVERY = 1.0


class OutsideError(Exception):
    """A visit cannot go on. `code` and `params` are put into words elsewhere; nothing that came so far is lost."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


UNREACHABLE, NOT_SIGNED_IN, NOT_THERE, SETTINGS_WRONG, NOT_TRUSTED = (
    "SOURCE-01",
    "SOURCE-02",
    "SOURCE-03",
    "SOURCE-04",
    "SOURCE-10",
)


class Patience:
    """Ends a connection whose other side accepts and then says nothing: not every library has a limit for every wait.

    `hang_up` must make whoever waits on the connection fail at once; it is called in a thread of its own, once, when
    something asked within `waiting` takes longer than SILENT_SECONDS, or the whole longer than `whole` seconds."""

    def __init__(self, hang_up: Callable[[], object], whole: float | None = None) -> None:
        self._hang_up = hang_up
        self._until = time.monotonic() + (WHOLE_SECONDS if whole is None else whole)
        self._asked_at: float | None = None
        self._is_over = threading.Event()

    def __enter__(self) -> Patience:
        threading.Thread(target=self._watch, name="patience", daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Bound what is asked of the other side within."""
        self._asked_at = time.monotonic()
        try:
            yield
        finally:
            self._asked_at = None

    def _watch(self) -> None:
        while not self._is_over.wait(min(_LOOK_EVERY, SILENT_SECONDS / 2)):
            now, asked_at = time.monotonic(), self._asked_at
            if now > self._until or (asked_at is not None and now - asked_at > SILENT_SECONDS):
                with contextlib.suppress(Exception):  # it is gone already
                    self._hang_up()
                return
