"""Every code with its words and HTTP status, room by room: what happened, what is safe, what to do."""

from __future__ import annotations

from hiroba.foundation.web.wordings import (
    access,
    chats,
    conversation,
    intake,
    packed,
    paper,
    people,
    reading,
    recordings,
    running,
    sources,
    tables,
    trays,
    writing,
)
from hiroba.foundation.web.wordings.wording import Wording

__all__ = ["CATALOGUE", "Wording"]

CATALOGUE: dict[str, Wording] = {
    **access.WORDINGS,
    **chats.WORDINGS,
    **conversation.WORDINGS,
    **people.WORDINGS,
    **intake.WORDINGS,
    **packed.WORDINGS,
    **paper.WORDINGS,
    **reading.WORDINGS,
    **recordings.WORDINGS,
    **running.WORDINGS,
    **sources.WORDINGS,
    **tables.WORDINGS,
    **trays.WORDINGS,
    **writing.WORDINGS,
}
