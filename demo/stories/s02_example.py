"""記入例1枚: one page halves what is sent back, and the idea travels because somebody reads the list behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.papers import Paper
from demo.stories.telling import papers_of


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 2."""
    yield from papers_of(today, "s02_example.txt")
