"""回る通知: one notice arrives three ways, nine times, with four deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 16."""
    yield from papers_of(today, "s16.txt")
