"""What waits for somebody in other rooms: each room declares how to count it, きょう shows it under わたしの番.

Rooms never import each other; they meet here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hiroba.foundation.people.models import Person


@dataclass(frozen=True)
class Errand:
    """One line of what waits: what it is called, where it is done, how many there are, and why this person is asked."""

    title: str
    url: str
    count: int
    why: str


Ask = Callable[[Person], Iterable[Errand]]
_asked: dict[str, Ask] = {}


def declare_errands(room: str, ask: Ask) -> None:
    """Let a room say what waits for a person: only what they may see, asked anew for each page."""
    _asked[room] = ask


def errands_of(person: Person) -> list[Errand]:
    """Give what waits for a person now, room by room; a room where nothing waits says nothing."""
    return [errand for _, ask in sorted(_asked.items()) for errand in ask(person) if errand.count]
