"""1 April: a section is split, rights change at midnight, and hand-overs are written from what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 11."""
    yield from papers_of(today, "s11.txt")
