"""Times as chats write them; none of their clocks is believed blindly."""

from __future__ import annotations

import datetime as dt
import re

FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)  # no product of these is older
AHEAD = dt.timedelta(days=1)  # a clock that is further ahead is wrong
_NUMBER = re.compile(r"\d{9,19}(\.\d{1,9})?")
_FRACTION = re.compile(r"(\.\d{6})\d+")


def find_time(value: object) -> dt.datetime | None:
    """Read ISO 8601 with a zone, or a number since 1970 in seconds, milliseconds, microseconds or nanoseconds (by its
    size). Without a zone it is UTC. None when it is no time between 1990 and the end of 2200."""
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    try:
        if isinstance(value, float) and 0 < value < 1e19:
            found = _since_1970(f"{value:.6f}")
        elif _NUMBER.fullmatch(text):
            found = _since_1970(text)
        else:
            found = dt.datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except (ValueError, OverflowError):
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    try:
        utc = aware.astimezone(dt.UTC)
    except OverflowError:
        return None
    return utc if utc >= FIRST and utc.year <= 2200 else None


def is_ahead(time: dt.datetime) -> bool:
    """Tell whether a message would come from the future."""
    return time > dt.datetime.now(dt.UTC) + AHEAD


def _since_1970(text: str) -> dt.datetime:
    whole, _dot, part = text.partition(".")
    number = int(whole)
    scale = next(scale for limit, scale in _SCALES if number < limit)
    micro = number * 1_000_000 // scale
    if scale == 1 and part:
        micro += int(part[:6].ljust(6, "0"))
    return _EPOCH + dt.timedelta(microseconds=micro)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SCALES = ((10**11, 1), (10**14, 1_000), (10**17, 1_000_000), (10**20, 1_000_000_000))
