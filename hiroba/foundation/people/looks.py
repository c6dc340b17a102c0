"""Answers that hold for one look: while one page is read, the organisation does not change under it.

A page asks many times who somebody is and how the units lie. Within `one_look` each such question goes to the database
once; the next look asks again, so that a right withdrawn is gone with the next request. Outside of it nothing is kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


@contextlib.contextmanager
def one_look() -> Iterator[None]:
    """Keep answers until the end of the block; a look within a look is part of it. For reading only: what is written
    inside about people, units and audiences is not noticed."""
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def asked_once(ask: Callable[P, T]) -> Callable[P, T]:
    """Answer the same question once a look. The arguments must be hashable, the answer must not be changed."""

    @wraps(ask)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _known.get()
        if known is None:
            return ask(*args, **kwargs)
        question = (ask, args, tuple(sorted(kwargs.items())))
        if question not in known:
            known[question] = ask(*args, **kwargs)
        return cast(T, known[question])

    return answer
