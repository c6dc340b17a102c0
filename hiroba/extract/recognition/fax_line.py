"""The line that a FAX machine prints along the top of each page: when it was sent, from which number, which page."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from hiroba.extract.recognition.order import Row

TOP_PART = 0.07  # of the page's height, where machines print it
_NUMBER = re.compile(r"(?<![\d/])(?:\+81[- ]?|0)\d{1,4}[-(. )]{0,2}\d{1,4}[-). ]{0,2}\d{3,4}(?![\d/])")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])\s?[:時]\s?([0-5]\d)\s?分?")
_YEAR_FIRST = re.compile(r"(?<!\d)(R\.?|令和)?\s?(20\d\d|\d{1,2})\s?[/.年-]\s?(\d{1,2})\s?[/.月-]\s?(\d{1,2})(?!\d)日?")
_MONTH_NAMED = re.compile(r"\b([A-Z]{3})[- .]?(\d{1,2})[-, .]{1,2}(20\d\d)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BEFORE_REIWA = 2018  # Reiwa 1 is 2019


def fax_facts(rows: Sequence[Row], height: float) -> dict[str, str]:
    """Give `fax_from` (the number as printed) and `fax_at` (ISO, as the machine's clock said) when one of the topmost
    lines was printed by a FAX machine; `height` is the page's, in pixels.

    A number alone is a letterhead: a date with a time must stand on the same line."""
    for row in rows:
        if any(each.y0 > TOP_PART * height for each in row.writings):
            continue
        text = unicodedata.normalize("NFKC", "  ".join(each.text for each in row.writings))
        day, rest = _day_of(text)
        time = _TIME.search(rest)
        if day is None or time is None:
            continue
        number = _NUMBER.search(rest[: time.start()] + "  " + rest[time.end() :])
        at = f"{day.isoformat()}T{int(time[1]):02}:{time[2]}"
        return {"fax_at": at, **({"fax_from": number[0].strip()} if number else {})}
    return {}


def _day_of(text: str) -> tuple[dt.date | None, str]:
    """The day on the line, and the line without it."""
    for pattern, read in ((_YEAR_FIRST, _year_first), (_MONTH_NAMED, _month_named)):
        for found in pattern.finditer(text):
            try:
                return read(found), text[: found.start()] + "  " + text[found.end() :]
            except ValueError:  # a number that is no date
                continue
    return None, text


def _year_first(found: re.Match[str]) -> dt.date:
    year = int(found[2])
    if found[1]:
        year += _BEFORE_REIWA
    elif year < 100:
        year += 2000
    return dt.date(year, int(found[3]), int(found[4]))


def _month_named(found: re.Match[str]) -> dt.date:
    return dt.date(int(found[3]), _MONTHS.index(found[1].lower()) + 1, int(found[2]))
