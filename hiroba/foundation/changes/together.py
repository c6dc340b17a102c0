"""One question for many streams: what hundreds of them ask at the same moment, the database is asked once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from contextvars import Context
from typing import Generic, TypeVar

from hiroba.foundation.changes.threads import ask_database

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Together(Generic[Key, Value]):
    """Asks `answer` for all keys that are waiting. An answer is never older than the question: who asks while others
    are being answered waits for the next round."""

    def __init__(self, answer: Callable[[frozenset[Key]], Mapping[Key, Value]]) -> None:
        """Ask `answer` in one of the streams' threads; what it leaves out is None."""
        self._answer = answer
        self._keys: set[Key] = set()
        self._round: asyncio.Task[Mapping[Key, Value]] | None = None
        self._before: asyncio.Task[Mapping[Key, Value]] | None = None

    async def ask(self, key: Key) -> Value | None:
        """Give the answer for one key, asked with everybody else's."""
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
        return await ask_database(self._answer, frozenset(self._keys))
