"""What many streams ask at one moment is asked once, and no answer is older than its question."""

from __future__ import annotations

import asyncio
import threading

from hiroba.foundation.changes.together import Together


def test_a_hundred_who_ask_at_one_moment_are_one_question() -> None:
    rounds: list[frozenset[int]] = []

    def answer(keys: frozenset[int]) -> dict[int, int]:
        rounds.append(keys)
        return {key: key * 2 for key in keys if key != 7}

    async def story() -> None:
        together: Together[int, int] = Together(answer)
        found = await asyncio.gather(*(together.ask(key) for key in range(100)))
        assert found == [None if key == 7 else key * 2 for key in range(100)]
        assert await together.ask(3) == 6

    asyncio.run(story())
    assert rounds == [frozenset(range(100)), frozenset({3})]


def test_who_asks_while_others_are_answered_gets_a_later_answer() -> None:
    truth, begun, go_on = ["before"], threading.Event(), threading.Event()

    def answer(keys: frozenset[str]) -> dict[str, str]:
        seen = truth[0]
        begun.set()
        go_on.wait(10)
        return dict.fromkeys(keys, seen)

    async def story() -> None:
        together: Together[str, str] = Together(answer)
        first = asyncio.create_task(together.ask("a"))
        await asyncio.to_thread(begun.wait, 10)
        truth[0] = "after"
        second = asyncio.create_task(together.ask("b"))
        await asyncio.sleep(0.05)
        go_on.set()
        assert (await first, await second) == ("before", "after")

    asyncio.run(story())
