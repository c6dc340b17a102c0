"""利用者数は何人か: one figure is told four ways until somebody owns it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.life.manuscript import papers_of
from demo.papers import Paper


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 3."""
    yield from papers_of(today, "s03_users.txt")
