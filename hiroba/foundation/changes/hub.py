"""One reader of the log per process, for all the streams that are open in it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import replace

from django.db import DatabaseError, connection

from hiroba.foundation.changes.kinds import PEOPLE_KINDS
from hiroba.foundation.changes.reach import Event, Reach, events_of
from hiroba.foundation.changes.readers import changes_after, latest_seq
from hiroba.foundation.changes.threads import in_thread
from hiroba.foundation.changes.wakeups import add_sleeper, remove_sleeper

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.2
BATCH = 500
MOST_WAITING = 1000  # events a slow page may lag behind before it is let go and resumes by itself
REMEMBERED = 10_000  # subjects whose newest reach is kept for what still waits in queues


class Subscriber:
    """An open stream's place at the hub: what waits to be sent, and whether it must end."""

    def __init__(self, seq: int) -> None:
        self.joined_at = seq
        self.waiting: deque[Event] = deque()
        self.woken = asyncio.Event()
        self.is_over = False

    def offer(self, events: Sequence[Event]) -> None:
        """Queue the events; a page that has fallen too far behind is let go: memory stays bounded."""
        if len(self.waiting) + len(events) > MOST_WAITING:
            self.end()
        elif not self.is_over:
            self.waiting.extend(events)
            self.woken.set()

    def end(self) -> None:
        """Have the stream end as soon as it can; its page resumes where it was."""
        self.is_over = True
        self.waiting.clear()
        self.woken.set()


class Hub:
    """Reads the log while somebody listens: one task, one thread, one connection, however many streams."""

    def __init__(self, poll_seconds: float = POLL_SECONDS) -> None:
        self.seq = 0
        self.generation = 0  # counts the changes after which somebody may have other principals
        self._poll_seconds = poll_seconds
        self._subscribers: set[Subscriber] = set()
        self._newest: OrderedDict[tuple[str, int], Reach] = OrderedDict()
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="stream")

    async def subscribe(self) -> Subscriber:
        """Join: everything after `joined_at` will be offered. A closed hub gives a place that is over."""
        if not self._is_running():
            seq = await in_thread(self._thread, latest_seq)
            if not self._is_running():  # two may have asked at once
                self._start(seq)
        subscriber = Subscriber(self.seq)
        if self._is_closed:
            subscriber.end()
        else:
            self._subscribers.add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Leave; the reading stops with the last one."""
        self._subscribers.discard(subscriber)
        self._wake()

    async def events_between(self, after: int, until: int) -> list[Event]:
        """Give what a returning page missed, ascending, at most a batch."""
        return await in_thread(self._thread, _read, after, min(BATCH, until - after))

    def as_of_now(self, event: Event) -> Event:
        """Give the event with the newest reach the hub knows: what waited in a queue may have been narrowed since."""
        reach = self._newest.get(event.owner, event.reach)
        return event if reach == event.reach else replace(event, reach=replace(event.reach, now=reach.now))

    def open(self) -> None:
        """Take in streams (again)."""
        self._is_closed = False

    def close(self) -> None:
        """End every stream at once and take in no more, from any thread or signal: open streams block no shutdown."""
        self._is_closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    async def shut_down(self) -> None:
        """Close and wait until the reading has ended and its connection is given back."""
        self.close()
        self._end_all()
        if self._is_running() and self._task is not None:
            self._subscribers.clear()
            self._woken.set()
            await asyncio.gather(self._task, return_exceptions=True)
        await in_thread(self._thread, _give_back)
        self._thread.shutdown()

    def _end_all(self) -> None:
        for subscriber in self._subscribers:
            subscriber.end()

    def _is_running(self) -> bool:
        return self._task is not None and not self._task.done() and self._loop is asyncio.get_running_loop()

    def _start(self, seq: int) -> None:
        self._loop = asyncio.get_running_loop()
        self.seq, self._woken = seq, asyncio.Event()
        self._newest.clear()
        # A context of its own: the task outlives the request that happened to begin it.
        self._task = self._loop.create_task(self._follow(), context=Context(), name="stream hub")

    async def _follow(self) -> None:
        add_sleeper(self._wake)
        is_behind = False
        try:
            while self._subscribers:
                if not is_behind:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._poll_seconds):
                            await self._woken.wait()
                self._woken.clear()
                is_behind = await self._read_once()
        finally:
            remove_sleeper(self._wake)

    def _wake(self) -> None:
        """Look at the log now; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _read_once(self) -> bool:
        """Read and hand on the next batch; tell whether there may be more at once."""
        try:
            events = await in_thread(self._thread, _read, self.seq, BATCH)
        except DatabaseError:
            logger.exception("STREAM-01 after %d", self.seq)
            await asyncio.sleep(1)
            return False
        self._publish(events)
        return len(events) == BATCH

    def _publish(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self.seq = events[-1].seq
        self.generation += sum(event.kind in PEOPLE_KINDS for event in events)
        for event in events:
            self._newest[event.owner] = event.reach
            self._newest.move_to_end(event.owner)
        while len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)
        for subscriber in tuple(self._subscribers):
            subscriber.offer(events)


def _read(after: int, limit: int) -> list[Event]:
    return events_of(changes_after(after, limit))


def _give_back() -> None:
    connection.close()


HUB = Hub()
