"""窓口改善PT: a team promises that nobody waits more than ten minutes, and says what it did not keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 9."""
    yield from papers_of(today, "s09.txt")
