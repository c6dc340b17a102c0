"""ひとりしか知らない RPA: a scenario falls silent on 12 May, and what it saves is measured at last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 6."""
    yield from papers_of(today, "s06_rpa.txt")
