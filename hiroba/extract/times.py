"""Times within a recording, as people and transcripts write them."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d\d(?:\.\d{1,3})?)")


def clock(seconds: float) -> str:
    """Give a time as mm:ss, from an hour on as h:mm:ss; parts of a second are left out, so that none is missed."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def seconds_in(written: str) -> float | None:
    """Give the seconds of 12:34, 1:02:03 or 00:00:01.500; None for anything else."""
    found = _WRITTEN.fullmatch(written)
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None
