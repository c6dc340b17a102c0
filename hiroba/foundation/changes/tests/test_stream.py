"""The live stream: to each person what they may know when it is sent, in order, and nothing else: not even gaps."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import pytest
from django.db import transaction

from hiroba.foundation.changes import hub as hub_module
from hiroba.foundation.changes import log, reach, stream
from hiroba.foundation.changes.event_ids import seal, unseal
from hiroba.foundation.changes.hub import Hub
from hiroba.foundation.changes.reach import Reach, register_reach
from hiroba.foundation.changes.readers import latest_seq
from hiroba.foundation.changes.stream import Pace, current_event_id, stream_events
from hiroba.foundation.changes.threads import ask_database

CHILDCARE, TAX = frozenset({"unit:0402", "person:1"}), frozenset({"unit:0301", "person:2"})


class World:
    """Records with audiences, as an upper room would have them, and persons whose principals can change."""

    def __init__(self) -> None:
        self.audiences: dict[int, Reach] = {}
        self.principals = CHILDCARE
        self.signed_in = True
        self.asked = 0

    def find_reach(self, changes: Any) -> dict[int, Reach]:
        return {change.seq: self.audiences[change.subject_id] for change in changes}

    async def who(self) -> frozenset[str]:
        self.asked += 1
        return self.principals

    async def may_listen(self) -> bool:
        return self.signed_in

    def record(self, subject_id: int, audience: frozenset[str], kind: str = "record.received", **more: Any) -> None:
        self.audiences[subject_id] = Reach(audience, **more)
        with transaction.atomic():
            log.record(kind, "record", subject_id, None)


@pytest.fixture
def world(either_database, monkeypatch) -> World:
    monkeypatch.setattr(reach, "_finders", {})
    made = World()
    register_reach("record", made.find_reach)
    register_reach("person", lambda changes: {})
    return made


class Listener:
    """A page: reads blocks as a browser does and keeps its Last-Event-ID."""

    def __init__(self, world: World, hub: Hub, last_event_id: str | None = None, **pace: float) -> None:
        self.last_event_id = last_event_id
        self.blocks: AsyncIterator[bytes] = stream_events(
            world.who,
            last_event_id=last_event_id,
            still_allowed=world.may_listen,
            hub=hub,
            pace=Pace(**{"heartbeat": 1e9, "recheck": 0, **pace}),
        )

    async def begin(self) -> Listener:
        assert (await anext(self.blocks)).startswith(b"retry: ")
        self.next = asyncio.ensure_future(anext(self.blocks, None))
        await asyncio.sleep(0.05)
        return self

    async def hear(self, seconds: float = 5) -> tuple[str, dict[str, Any]] | None:
        """Give the next event's name and data; None when nothing comes in time or the stream is over."""
        try:
            block = await asyncio.wait_for(asyncio.shield(self.next), seconds)
        except TimeoutError:
            return None
        if block is None:
            return None
        self.next = asyncio.ensure_future(anext(self.blocks, None))
        fields = dict(line.split(": ", 1) for line in block.decode().strip().split("\n") if ": " in line)
        self.last_event_id = fields.get("id", self.last_event_id)
        return fields.get("event", "heartbeat"), json.loads(fields.get("data", "{}"))

    async def is_over(self, seconds: float = 5) -> bool:
        try:
            return await asyncio.wait_for(asyncio.shield(self.next), seconds) is None
        except TimeoutError:
            return False

    async def leave(self) -> None:
        self.next.cancel()
        await asyncio.gather(self.next, return_exceptions=True)
        await self.blocks.aclose()  # type: ignore[attr-defined] - it is a generator


@pytest.fixture
def run() -> Iterator[Callable[[Callable[[Hub], Coroutine[Any, Any, None]]], None]]:
    """Run a story with a hub of its own and leave no task, thread or connection behind."""

    def play(story: Callable[[Hub], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            hub = Hub(poll_seconds=0.02)
            try:
                await story(hub)
            finally:
                await hub.shut_down()

        asyncio.run(whole())

    return play


async def aside(act: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """Do what touches the database in another thread, as a request would."""
    from django.db import connection

    def do() -> Any:
        try:
            return act(*arguments, **more)
        finally:
            connection.close()

    return await asyncio.to_thread(do)


def change(subject_id: int, kind: str = "record.received") -> tuple[str, dict[str, Any]]:
    return "change", {"kind": kind, "subject": "record", "id": subject_id}


def test_a_page_hears_what_its_person_may_see_and_nothing_of_the_rest(world, run):
    async def story(hub: Hub) -> None:
        page = await Listener(world, hub).begin()
        await aside(world.record, 1, TAX)
        await aside(world.record, 2, CHILDCARE)
        assert await page.hear() == change(2)
        assert await page.hear(0.2) is None
        await page.leave()

    run(story)


def test_a_page_that_comes_back_hears_what_it_missed_once_and_in_order(world, run):
    async def story(hub: Hub) -> None:
        page = await Listener(world, hub).begin()
        await aside(world.record, 1, CHILDCARE)
        assert await page.hear() == change(1)
        await page.leave()
        for subject_id in range(2, 8):
            await aside(world.record, subject_id, TAX if subject_id % 2 else CHILDCARE)
        back = await Listener(world, hub, page.last_event_id).begin()
        assert [await back.hear() for _ in range(3)] == [change(2), change(4), change(6)]
        await aside(world.record, 8, CHILDCARE)
        assert await back.hear() == change(8)
        await back.leave()

    run(story)


def test_nothing_falls_between_the_page_and_its_stream(world, run):
    async def story(hub: Hub) -> None:
        rendered = await aside(current_event_id)
        await aside(world.record, 1, CHILDCARE)
        page = await Listener(world, hub, rendered).begin()
        assert await page.hear() == change(1)
        await page.leave()

    run(story)


def test_who_lost_a_right_hears_nothing_that_comes_after_the_change_of_rights(world, run):
    def lose_post() -> None:
        world.principals = frozenset({"person:1"})
        with transaction.atomic():
            log.record("access.changed", "person", 1, None)
            log.record("record.received", "record", 5, None)

    async def story(hub: Hub) -> None:
        world.audiences[5] = Reach(CHILDCARE - {"person:1"})
        page = await Listener(world, hub, recheck=60).begin()
        await aside(world.record, 1, CHILDCARE)
        assert await page.hear() == change(1)
        await aside(lose_post)
        assert await page.hear(0.3) is None
        await page.leave()

    run(story)


def test_what_waits_for_a_slow_page_is_checked_with_the_rights_of_the_moment_it_is_sent(world, run):
    async def story(hub: Hub) -> None:
        blocks = stream_events(world.who, hub=hub, pace=Pace(heartbeat=1e9, recheck=60))
        await anext(blocks)
        reading = asyncio.ensure_future(anext(blocks))
        await asyncio.sleep(0.05)
        for subject_id in (1, 2, 3):
            await aside(world.record, subject_id, CHILDCARE)
        assert json.loads((await reading).split(b"data: ")[1])["id"] == 1  # 2 and 3 wait: the page reads no further
        await aside(world.record, 2, TAX, "record.narrowed", before=CHILDCARE)
        await asyncio.sleep(0.2)
        assert json.loads((await anext(blocks)).split(b"data: ")[1])["id"] == 3
        gone = await anext(blocks)
        assert b"event: gone" in gone
        assert json.loads(gone.split(b"data: ")[1]) == {"subject": "record", "id": 2}
        await blocks.aclose()

    run(story)


def test_a_record_taken_away_is_told_only_to_those_who_had_it(world, run):
    async def story(hub: Hub) -> None:
        page = await Listener(world, hub).begin()
        await aside(world.record, 1, frozenset(), "record.withdrawn", before=TAX)
        await aside(world.record, 2, frozenset(), "record.withdrawn", before=CHILDCARE)
        assert await page.hear() == ("gone", {"subject": "record", "id": 2})
        await page.leave()

    run(story)


def test_a_stream_ends_with_the_session(world, run):
    async def story(hub: Hub) -> None:
        page = await Listener(world, hub).begin()
        world.signed_in = False
        await aside(world.record, 1, CHILDCARE)
        assert await page.is_over()
        quiet = await Listener(world, hub, heartbeat=0.1).begin()
        assert await quiet.is_over(), "the heartbeat asks as well"

    run(story)


def test_a_stream_ends_with_its_lifetime(world, run):
    async def story(hub: Hub) -> None:
        began = time.monotonic()
        page = await Listener(world, hub, lifetime=0.3, jitter=0.1).begin()
        assert await page.is_over()
        assert 0.2 < time.monotonic() - began < 1

    run(story)


def test_shutdown_ends_all_streams_at_once_and_takes_in_no_more(world, run):
    async def story(hub: Hub) -> None:
        pages = [await Listener(world, hub).begin() for _ in range(3)]
        hub.close()
        assert all([await page.is_over(1) for page in pages])
        late = await Listener(world, hub).begin()
        assert await late.is_over(1)

    run(story)


def test_a_page_that_does_not_read_is_let_go_and_resumes(world, run, monkeypatch):
    monkeypatch.setattr(hub_module, "MOST_WAITING", 4)

    async def story(hub: Hub) -> None:
        page = await Listener(world, hub).begin()
        for subject_id in range(1, 10):
            await aside(world.record, subject_id, CHILDCARE)
            await asyncio.sleep(0.05)
        assert await page.hear() == change(1)  # the one block that was on its way
        assert await page.is_over()
        back = await Listener(world, hub, page.last_event_id).begin()
        assert [(await back.hear() or ("", {}))[1].get("id") for _ in range(8)] == list(range(2, 10))
        await back.leave()

    run(story)


def test_a_page_that_missed_too_much_is_told_to_load_again(world, run, monkeypatch):
    monkeypatch.setattr(stream, "FURTHEST_BEHIND", 3)

    async def story(hub: Hub) -> None:
        for subject_id in range(5):
            await aside(world.record, subject_id, CHILDCARE)
        for unusable in (seal(0), "x" * 48, "id", seal(99)):
            page = await Listener(world, hub, unusable).begin()
            assert await page.hear() == ("reset", {})
            assert unseal(page.last_event_id) == 5
            await page.leave()

    run(story)


def test_a_heartbeat_moves_the_page_on_without_a_word(world, run):
    async def story(hub: Hub) -> None:
        page = await Listener(world, hub, heartbeat=0.2).begin()
        await aside(world.record, 1, TAX)
        await asyncio.sleep(0.1)
        while unseal(page.last_event_id or "") != 1:
            assert await page.hear() == ("heartbeat", {})
        await page.leave()

    run(story)


def test_500_streams_are_one_reader_of_the_log_and_ask_for_principals_only_when_rights_change(world, run, monkeypatch):
    reads = []

    def counted(after: int, limit: int) -> list[Any]:
        reads.append(after)
        return original(after, limit)

    original = hub_module._read
    monkeypatch.setattr(hub_module, "_read", counted)

    async def story(hub: Hub) -> None:
        pages = await asyncio.gather(*(Listener(world, hub, recheck=60).begin() for _ in range(500)))
        before, asked = len(reads), world.asked
        assert asked == 500
        for subject_id in (1, 2, 3):
            await aside(world.record, subject_id, CHILDCARE)
            heard = await asyncio.gather(*(page.hear() for page in pages))
            assert heard == [change(subject_id)] * 500
        assert world.asked == asked
        assert len(reads) - before < 300
        await asyncio.gather(*(page.leave() for page in pages))

    run(story)


def test_ids_do_not_reveal_what_happened_in_between():
    near, far = seal(7), seal(9_999_999)
    assert len(near) == len(far) == 48
    assert (unseal(near), unseal(far)) == (7, 9_999_999)
    assert len({seal(7) for _ in range(50)}) == 50, "equal numbers do not look equal"
    assert sum(a == b for a, b in zip(seal(7), seal(8), strict=True)) < 16, "neighbours do not look near"


def test_a_changed_id_is_not_accepted():
    text = seal(7)
    assert unseal(text[:20] + ("A" if text[20] != "A" else "B") + text[21:]) is None
    assert unseal("") is None
    assert unseal("日本") is None


def test_the_id_of_now_is_the_newest_change(world):
    world.record(1, CHILDCARE)
    assert unseal(current_event_id()) == latest_seq() == 1


def test_streams_ask_the_database_from_few_threads(world):
    def ask() -> str:
        latest_seq()
        return threading.current_thread().name

    async def story() -> set[str]:
        return set(await asyncio.gather(*(ask_database(ask) for _ in range(100))))

    try:
        assert len(asyncio.run(story())) <= 2
    finally:
        asyncio.run(forget_connections())


async def forget_connections() -> None:
    """Let the shared threads open new connections: the next test has another database."""
    from django.db import connections

    def forget() -> None:
        connections["default"].close()
        del connections["default"]
        both.wait(5)

    both = threading.Barrier(2)
    await asyncio.gather(ask_database(forget), ask_database(forget))
