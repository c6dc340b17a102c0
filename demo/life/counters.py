"""What is handed over the counter or hung on the board: questions often asked, manuals, 入園のしおり and notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield questions with answers, manuals and notices."""
    for name in ("life_faq.txt", "life_manuals.txt", "life_notices.txt"):
        yield from papers_of(today, name)
