"""One question for many streams: what hundreds of them ask, the database is asked once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextvars import Context
from typing import Generic, TypeVar

from hiroba.foundation.changes.threads import ask_database

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Together(Generic[Key, Value]):
    """Asks `answer` for all keys at once: those that are waiting, and those that take part and will ask soon.

    An answer is never older than the question by more than `fresh_for` seconds: 5,000 open pages that ask each second
    are one question a second. With 0 whoever asks while others are being answered waits for the next round."""

    def __init__(self, answer: Callable[[frozenset[Key]], Mapping[Key, Value]], fresh_for: float = 0) -> None:
        """Ask `answer` in one of the streams' threads; what it leaves out is None."""
        self._answer, self._fresh_for = answer, fresh_for
        self._members: Counter[Key] = Counter()
        self._keys: set[Key] = set()
        self._round: asyncio.Task[Mapping[Key, Value]] | None = None
        self._before: asyncio.Task[Mapping[Key, Value]] | None = None
        self._known: tuple[float, frozenset[Key], Mapping[Key, Value]] = (0.0, frozenset(), {})

    @contextlib.contextmanager
    def taking_part(self, key: Key) -> Iterator[None]:
        """Have a key asked along with the others for as long as the block lasts."""
        self._members[key] += 1
        try:
            yield
        finally:
            self._members[key] -= 1
            if not self._members[key]:
                del self._members[key]

    async def ask(self, key: Key) -> Value | None:
        """Give the answer for one key, asked with everybody else's."""
        at, asked, found = self._known
        if key in asked and time.monotonic() - at < self._fresh_for:
            return found.get(key)
        loop = asyncio.get_running_loop()
        if self._round is None or self._round.get_loop() is not loop:
            self._keys = set()
            self._round = loop.create_task(self._ask(self._before), context=Context())
        self._keys.add(key)
        return (await asyncio.shield(self._round)).get(key)

    async def _ask(self, before: asyncio.Task[Mapping[Key, Value]] | None) -> Mapping[Key, Value]:
        if before is not None and not before.done() and before.get_loop() is asyncio.get_running_loop():
            await asyncio.wait([before])
        else:
            await asyncio.sleep(0)  # whoever asks in this moment is of this round
        self._before, self._round = self._round, None
        keys, at = frozenset(self._keys | self._members.keys()), time.monotonic()
        found = await ask_database(self._answer, keys)
        self._known = (at, keys, found)
        return found
