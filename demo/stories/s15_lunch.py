"""お昼ザツダン: three sections find over curry that they draw the same map by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 15."""
    yield from papers_of(today, "s15.txt")
