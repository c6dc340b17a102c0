"""Dates and times as an office writes them: 2026年11月23日(月), 令和8年11月23日, 5分前."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone, translation
from django.utils.translation import gettext as _

Day = dt.date | dt.datetime
WEEKDAYS = "月火水木金土日"
# First day of each era still met in an office's papers.
ERAS = (
    (dt.date(2019, 5, 1), "令和"),
    (dt.date(1989, 1, 8), "平成"),
    (dt.date(1926, 12, 25), "昭和"),
    (dt.date(1912, 7, 30), "大正"),
)


def local_day(value: Day) -> dt.date:
    """Give the day in Asia/Tokyo on which a moment falls."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _speaks_english() -> bool:
    return (translation.get_language() or "ja").startswith("en")


def date_in_words(value: Day) -> str:
    """Give 2026年11月23日(月), or Mon 23 Nov 2026 in English."""
    day = local_day(value)
    if _speaks_english():
        return f"{day:%a} {day.day} {day:%b} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def time_in_words(value: dt.datetime) -> str:
    """Give the date and 9:05 after it."""
    moment = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{date_in_words(moment)} {moment.hour}:{moment:%M}"


def era_in_words(value: Day) -> str:
    """Give 令和8年11月23日 (first years as 元年); days before 大正 in the western calendar."""
    day = local_day(value)
    for first, name in ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def fiscal_year_in_words(value: Day) -> str:
    """Give the 年度 a day lies in: 令和8年度 runs from 1 April 2026 to 31 March 2027."""
    day = local_day(value)
    year = day.year if day.month >= 4 else day.year - 1
    name = era_in_words(dt.date(year, 12, 31)).split("年")[0]
    return f"{name}年度"


def ago_in_words(value: dt.datetime, now: dt.datetime | None = None) -> str:
    """Say how long ago, as one would: たったいま, 5分前, 3時間前, きのう 17:40; older moments as their date."""
    now = timezone.localtime(now or timezone.now())
    moment = timezone.localtime(value)
    seconds = (now - moment).total_seconds()
    if 0 <= seconds < 60:
        return _("たったいま")
    if 0 <= seconds < 3600:
        return _("%(count)s分前") % {"count": int(seconds // 60)}
    clock = f"{moment.hour}:{moment:%M}"
    days = (now.date() - moment.date()).days
    if seconds >= 0 and days == 0:
        return _("きょう %(clock)s") % {"clock": clock}
    if days == 1:
        return _("きのう %(clock)s") % {"clock": clock}
    return date_in_words(moment)
