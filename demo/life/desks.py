"""What lies about on desks: rosters, thanks, slips of the pen, old versions, long memories and papers that matter to nobody any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the odds and ends."""
    yield from papers_of(today, "life_odds.txt")
    yield from papers_of(today, "life_long.txt")
