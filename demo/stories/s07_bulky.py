"""粗大ごみの電話: three offices say one thing in three ways, and a printed card beats a robot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 7."""
    yield from papers_of(today, "s07_bulky.txt")
