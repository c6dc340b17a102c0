"""The live stream: what happens now, to each person only what they may know, at the moment it is sent."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from django.utils import timezone

from hiroba.foundation.changes.event_ids import seal, unseal
from hiroba.foundation.changes.hub import HUB, Hub, Subscriber
from hiroba.foundation.changes.kinds import ACCESS_KINDS
from hiroba.foundation.changes.reach import Event, is_within_reach
from hiroba.foundation.changes.readers import latest_seq

Principals = Callable[[], Awaitable[frozenset[str]]]
Visible = Callable[[Event, frozenset[str]], bool]
StillAllowed = Callable[[], Awaitable[bool]]
FURTHEST_BEHIND = 10_000  # changes; a page that missed more had better be loaded again


@dataclass(frozen=True)
class Pace:
    """How long a stream lives and how often it gives a sign of life, in seconds."""

    lifetime: float = 600  # then the page comes back by itself: no stream outlives a deployment or a session for long
    jitter: float = 0.2  # a part of it, so that not all come back at once
    heartbeat: float = 15
    recheck: float = 1  # how old the answer to "still signed in?" may be when an event is sent
    return_after: float = 2


def current_event_id() -> str:
    """Give the id of now: a page carries it, and its stream begins there, so nothing falls in between."""
    return seal(latest_seq())


async def stream_events(
    principals: Principals,
    visible: Visible = is_within_reach,
    last_event_id: str | None = None,
    still_allowed: StillAllowed | None = None,
    *,
    shows: frozenset[str] = frozenset(),
    hub: Hub = HUB,
    pace: Pace = Pace(),
) -> AsyncGenerator[bytes, None]:
    """Give the blocks of a text/event-stream for one page, from `last_event_id` (default: from now) on.

    `event: change` with {"kind","subject","id"} for what the person may see; `event: gone` with {"subject","id"} for
    what was just taken from them; `event: reset` when the page must be loaded again (too far behind, unknown id).
    What a room renders for the pages that show a place (reach.Fragment) comes under its own name, and only to those
    whose `shows` has the place.
    `principals` is asked again after each change of rights, in the log's order, before anything later is sent.
    The stream ends by itself after its lifetime, when `still_allowed` says no, when the page reads too slowly, and at
    shutdown; the page comes back with Last-Event-ID."""
    place = await hub.subscribe()
    page = _Page(hub, place, principals, visible, still_allowed, pace, shows)
    try:
        yield f"retry: {int(pace.return_after * 1000 * random.uniform(0.5, 1.5))}\n\n".encode()  # noqa: S311 - spreads load
        if not await page.is_allowed():
            return
        async for block in page.missed_since(last_event_id):
            yield block
        async for block in page.live():
            yield block
    finally:
        hub.unsubscribe(place)


class _Page:
    """One open stream: whose it is, what they may see as far as we know, and when to ask again."""

    def __init__(
        self,
        hub: Hub,
        place: Subscriber,
        principals: Principals,
        visible: Visible,
        still_allowed: StillAllowed | None,
        pace: Pace,
        shows: frozenset[str],
    ) -> None:
        self._hub, self._place, self._pace, self._shows = hub, place, pace, shows
        self._ask_principals, self._visible, self._ask_allowed = principals, visible, still_allowed
        self._principals: frozenset[str] = frozenset()
        self._generation = -1
        self._asked_at = -math.inf
        self._day = timezone.localdate()
        spread = random.uniform(1 - pace.jitter, 1 + pace.jitter)  # noqa: S311 - spreads load
        self._ends_at = time.monotonic() + pace.lifetime * spread

    async def is_allowed(self) -> bool:
        """Tell whether the person may still listen; who they are is asked again first where rights have changed."""
        is_fresh = time.monotonic() - self._asked_at < self._pace.recheck
        return (is_fresh and self._generation == self._hub.generation) or await self._ask_again()

    async def _ask_again(self) -> bool:
        asked_at = time.monotonic()
        if self._ask_allowed is not None and not await self._ask_allowed():
            self._place.end()
            return False
        while self._generation != self._hub.generation:
            generation = self._hub.generation  # noted first: a change that comes while we ask makes us ask again
            self._principals = await self._ask_principals()
            self._generation = generation
        self._asked_at = asked_at
        return True

    async def missed_since(self, last_event_id: str | None) -> AsyncIterator[bytes]:
        """Give what happened while the page was away."""
        if not last_event_id:
            return
        seq, until = unseal(last_event_id), self._place.joined_at
        if seq is None or seq > until or until - seq > FURTHEST_BEHIND:
            yield _block(until, "reset", {})
            return
        while seq < until and not self._place.is_over:
            events = await self._hub.events_between(seq, until)
            if not events:
                return
            for event in events:
                if not await self.is_allowed():
                    return
                if block := self._say(event):
                    yield block
            seq = events[-1].seq

    async def live(self) -> AsyncIterator[bytes]:
        """Give what happens from now on, with a sign of life in between."""
        beat_at = time.monotonic() + self._pace.heartbeat * random.random()  # noqa: S311 - spreads load
        while not self._place.is_over and time.monotonic() < self._ends_at:
            await self._wait(min(beat_at, self._ends_at))
            while self._place.waiting:
                if not await self.is_allowed():
                    return
                if self._place.waiting and (block := self._say(self._place.waiting.popleft())):
                    yield block
            if time.monotonic() >= beat_at and not self._place.is_over:
                self._turn_day()
                if not await self.is_allowed():
                    return
                if not self._place.waiting:
                    yield _heartbeat(self._hub.seq)
                beat_at += self._pace.heartbeat

    def _turn_day(self) -> None:
        """Ask anew who the person is on a new day: a post that ends at midnight is seen though no worker records it."""
        if self._day != (today := timezone.localdate()):
            self._day, self._generation = today, -1

    async def _wait(self, until: float) -> None:
        self._place.woken.clear()
        if self._place.waiting or self._place.is_over:
            return
        try:
            async with asyncio.timeout(max(0, until - time.monotonic())):
                await self._place.woken.wait()
        except TimeoutError:
            return

    def _say(self, event: Event) -> bytes:
        """Give the event's block, or nothing when it is not for this person. No waiting between check and answer."""
        if event.fragment is not None and event.fragment.place not in self._shows:
            return b""
        event = self._hub.as_of_now(event)
        if self._visible(event, self._principals):
            return _made_once(event, "change")
        if event.kind in ACCESS_KINDS and not event.reach.before.isdisjoint(self._principals):
            return _made_once(event, "gone")
        return b""


def _made_once(event: Event, name: str) -> bytes:
    """Give the event's block, the same bytes to all who may have it: the id tells two of them that they were told of
    the same thing, which they were."""
    if (made := event.blocks.get(name)) is None:
        made = event.blocks[name] = _make(event, name)
    return made


def _make(event: Event, name: str) -> bytes:
    if name == "change" and event.fragment is not None:
        return f"id: {seal(event.seq)}\nevent: {event.fragment.name}\ndata: {event.fragment.data}\n\n".encode()
    kind: dict[str, str | int] = {"kind": event.kind} if name == "change" else {}
    return _block(event.seq, name, {**kind, "subject": event.subject, "id": event.subject_id})


def _block(seq: int, name: str, data: dict[str, str | int]) -> bytes:
    return f"id: {seal(seq)}\nevent: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _heartbeat(seq: int) -> bytes:
    """Move the page's Last-Event-ID without showing anything; this comes by the clock, whatever happens."""
    return f": \nid: {seal(seq)}\n\n".encode()
