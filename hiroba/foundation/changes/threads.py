"""Ask the database from a stream, with a few threads and connections for all streams together.

Django gives each request a thread and a connection of its own; a request that is open for ten minutes would keep them,
and 500 pages would be 500 connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection

Question = ParamSpec("Question")
Answer = TypeVar("Answer")
_threads = ThreadPoolExecutor(2, thread_name_prefix="stream-asking")


async def ask_database(ask: Callable[Question, Answer], *args: Question.args, **kwargs: Question.kwargs) -> Answer:
    """Give the answer of `ask`, called in one of the streams' threads. It must be quick: others wait for the thread."""
    return await in_thread(_threads, ask, *args, **kwargs)


async def in_thread(
    threads: ThreadPoolExecutor, ask: Callable[Question, Answer], *args: Question.args, **kwargs: Question.kwargs
) -> Answer:
    """Give the answer of `ask` from a thread that keeps its connection; after a failure it opens a new one."""

    def answer() -> Answer:
        try:
            return ask(*args, **kwargs)
        except DatabaseError:
            connection.close()
            raise

    return await asyncio.get_running_loop().run_in_executor(threads, answer)
