"""情報公開請求: fourteen records of how three nurseries became two, found although the request used other words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 13."""
    yield from papers_of(today, "s13.txt")
