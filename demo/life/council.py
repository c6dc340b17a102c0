"""What the council asks and the office answers, and what meetings decide or leave open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield 答弁書 and the minutes of 庁議 and 課内会議."""
    yield from papers_of(today, "life_council.txt")
    yield from papers_of(today, "life_minutes.txt")
