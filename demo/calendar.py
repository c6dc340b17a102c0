"""Dates of みらい区, always told from today: fiscal years, eras, business days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
WEEKDAYS = "月火水木金土日"
# 祝日 that fall on a fixed day; the moving ones are few and the office of the demo simply works through them.
FIXED_HOLIDAYS = {(1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23)}
YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return that hour of the day as an aware datetime in JST."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST)


def era_year(year: int, month: int = 12) -> str:
    """Name a western year in its era: 2026 → 令和8年, 2019 → 令和元年, 1997 → 平成9年."""
    if (year, month) >= (2019, 5):
        name, count = "令和", year - 2018
    elif year >= 1989:
        name, count = "平成", year - 1988
    else:
        name, count = "昭和", year - 1925
    return f"{name}{'元' if count == 1 else count}年"


def era(day: date) -> str:
    """Write a date as 令和8年11月23日."""
    return f"{era_year(day.year, day.month)}{day.month}月{day.day}日"


def era_weekday(day: date) -> str:
    """Write a date as 令和8年11月23日（月）."""
    return f"{era(day)}（{WEEKDAYS[day.weekday()]}）"


def era_month(day: date) -> str:
    """Write a month as 令和8年11月."""
    return f"{era_year(day.year, day.month)}{day.month}月"


def short_era(day: date) -> str:
    """Write a date of 令和 as R8.11.23."""
    return f"R{day.year - 2018}.{day.month}.{day.day}"


def month_day(day: date) -> str:
    """Write a date as 11月23日（月）."""
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def fiscal_year(day: date) -> int:
    """Return the western year in which the day's 年度 began on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_name(year: int) -> str:
    """Name a fiscal year: 2026 → 令和8年度."""
    return era_year(year) + "度"


def add_months(first: date, count: int) -> date:
    """Return the first day of the month `count` months away."""
    index = first.year * 12 + first.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """Return the last day of that month."""
    return add_months(day, 1) - timedelta(days=1)


def is_business_day(day: date) -> bool:
    """Tell whether the office is open: Monday to Friday, not on a fixed holiday nor at the turn of the year."""
    return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS | YEAR_END


def business_day(day: date, step: int = 0) -> date:
    """Return the business day `step` business days away; with 0 the day itself or the next open one."""
    while not is_business_day(day):
        day += timedelta(days=1)
    direction = timedelta(days=1 if step > 0 else -1)
    for _ in range(abs(step)):
        day += direction
        while not is_business_day(day):
            day += direction
    return day


def last_business_day(month: date) -> date:
    """Return the last open day of the month."""
    day = month_end(month)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def business_days(first: date, last: date) -> Iterator[date]:
    """Yield the open days from first to last, both included."""
    day = first
    while day <= last:
        if is_business_day(day):
            yield day
        day += timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The office's calendar as seen from one day."""

    today: date

    def month(self, offset: int = 0) -> date:
        """Return the first day of this month, or of the one `offset` months away (-1: last month)."""
        return add_months(self.today, offset)

    def fy(self, offset: int = 0) -> int:
        """Return this fiscal year (western year of its April), or a neighbouring one."""
        return fiscal_year(self.today) + offset

    def fy_name(self, offset: int = 0) -> str:
        """Name this or a neighbouring fiscal year: 令和8年度."""
        return fiscal_name(self.fy(offset))

    def on(self, month: int, day: int, fy: int = 0) -> date:
        """Return month/day inside this fiscal year (fy=-1: last year's)."""
        year = self.fy(fy)
        return date(year if month >= 4 else year + 1, month, day)

    def latest(self, month: int, day: int, days_ago: int = 0) -> date:
        """Return the most recent month/day that lies at least `days_ago` days behind today."""
        found = date(self.today.year, month, day)
        while found > self.today - timedelta(days=days_ago):
            found = found.replace(year=found.year - 1)
        return found

    def months(self, first: int, last: int) -> Iterator[date]:
        """Yield first days of months by offset, both included: months(-24, -1) are the last two years."""
        for offset in range(first, last + 1):
            yield self.month(offset)

    def is_past(self, day: date) -> bool:
        """Tell whether the day has come."""
        return day <= self.today
