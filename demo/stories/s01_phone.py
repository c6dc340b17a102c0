"""電話がつながらない: the telephone for 一時保育 rings until somebody sits beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.papers import Paper
from demo.stories.telling import papers_of


def papers(today: date) -> Iterator[Paper]:
    """Yield the papers of story 1."""
    yield from papers_of(today, "s01_phone.txt")
