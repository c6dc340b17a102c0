"""Days and periods as they are written in Japanese offices: eras, fiscal years, half widths, relative words.

For the filter 期間 of a query: one period, read from the whole text. The shape (span, from, until) is the one the
normaliser of running text will give."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

# First year of each era; 元年 is 1. Source: 元号を改める政令 of each change.
_ERAS = {
    "令和": 2019,
    "r": 2019,
    "平成": 1989,
    "h": 1989,
    "昭和": 1926,
    "s": 1926,
    "大正": 1912,
    "t": 1912,
    "明治": 1868,
}
FISCAL_YEAR_BEGINS = 4

_ERA = r"(?P<era>令和|平成|昭和|大正|明治|[rhst])[.\s]?(?P<era_year>元|\d{1,2})"
_YEAR = rf"(?:{_ERA}|(?P<year>\d{{4}}))"
_SEPARATOR = r"\s*(?:年|[./-])\s*"
_RANGE = re.compile(r"\s*(?:\.\.+|…|~|〜|から)\s*")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from_on..until_on, both included, read from the characters start..end. None is open on that side."""

    from_on: date | None
    until_on: date | None
    start: int = 0
    end: int = 0


def find_period(text: str, today: date) -> Period | None:
    """Read one period from `text`; None when it is not one, or no such day exists. `today` decides what is relative.

    Reads 令和6年度, R6.5.1, 2026年11月, 2026-11-01..2026-11-30, 令和5年度上半期, 昨年度, 先月, 5月 (of this fiscal
    year), FY2025; "..2026-03" and "2026-03.." are open on one side; "2025から2026" and "2025〜2026" are ranges."""
    folded = unicodedata.normalize("NFKC", text).strip().lower().removesuffix("まで")
    sides = _RANGE.split(folded, maxsplit=1)
    try:
        days = _read(folded, today) if len(sides) == 1 else _between(sides[0], sides[1], today)
    except (ValueError, OverflowError):
        return None
    return Period(days[0], days[1], 0, len(text)) if days else None


_Days = tuple[date | None, date | None]


def _between(first: str, last: str, today: date) -> _Days | None:
    begins = _read(first, today) if first else (None, None)
    ends = _read(last, today) if last else (None, None)
    if begins is None or ends is None or begins == ends == (None, None):
        return None
    from_on, until_on = begins[0], ends[1]
    if from_on and until_on and from_on > until_on:
        return None
    return from_on, until_on


def _read(text: str, today: date) -> _Days | None:
    if text in _RELATIVE:
        return _RELATIVE[text](today)
    for pattern, read in _PATTERNS:
        if match := pattern.fullmatch(text):
            return read(match, today)
    return None


def _year_of(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("era"):
        count = 1 if groups["era_year"] == "元" else int(groups["era_year"])
        if count < 1:
            raise ValueError("an era has no year 0")
        return _ERAS[groups["era"]] + count - 1
    return int(groups["year"])


def _month(year: int, month: int) -> _Days:
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _months(year: int, month: int, count: int) -> _Days:
    last = year * 12 + month - 1 + count - 1
    return date(year, month, 1), _month(last // 12, last % 12 + 1)[1]


def _fiscal(year: int) -> _Days:
    return _months(year, FISCAL_YEAR_BEGINS, 12)


def fiscal_year_of(day: date) -> int:
    """Give the fiscal year (年度) that `day` lies in."""
    return day.year if day.month >= FISCAL_YEAR_BEGINS else day.year - 1


def _week(day: date) -> _Days:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month_from(day: date, months: int) -> _Days:
    count = day.year * 12 + day.month - 1 + months
    return _month(count // 12, count % 12 + 1)


def _read_part_of_fiscal_year(match: re.Match[str], today: date) -> _Days:
    year = _year_of(match)
    part = match["part"]
    if part is None:
        return _fiscal(year)
    if part in ("上半期", "上期", "前期"):
        return _months(year, 4, 6)
    if part in ("下半期", "下期", "後期"):
        return _months(year, 10, 6)
    month = 4 + 3 * (int(match["quarter"]) - 1)
    return _months(year + (month - 1) // 12, (month - 1) % 12 + 1, 3)


def _read_day(match: re.Match[str], today: date) -> _Days:
    day = date(_year_of(match), int(match["month"]), int(match["day"]))
    return day, day


def _read_month_of_this_year(match: re.Match[str], today: date) -> _Days:
    month = int(match["month"])
    year = fiscal_year_of(today) + (1 if month < FISCAL_YEAR_BEGINS else 0)
    if match["day"] is None:
        return _month(year, month)
    day = date(year, month, int(match["day"]))
    return day, day


_DayReader = Callable[[re.Match[str], date], _Days]
_PATTERNS: list[tuple[re.Pattern[str], _DayReader]] = [
    (
        re.compile(rf"{_YEAR}年度\s*(?P<part>上半期|上期|前期|下半期|下期|後期|第?(?P<quarter>[1-4])四半期)?"),
        _read_part_of_fiscal_year,
    ),
    (re.compile(r"fy\s*(?P<year>\d{4})(?P<part>)?"), lambda match, today: _fiscal(int(match["year"]))),
    (
        re.compile(rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}}){_SEPARATOR.replace('年', '月')}(?P<day>\d{{1,2}})日?"),
        _read_day,
    ),
    (re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"), _read_day),
    (
        re.compile(rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}})月?"),
        lambda match, today: _month(_year_of(match), int(match["month"])),
    ),
    (
        re.compile(rf"{_YEAR}年?"),
        lambda match, today: (date(_year_of(match), 1, 1), date(_year_of(match), 12, 31)),
    ),
    (re.compile(r"(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?"), _read_month_of_this_year),
    (re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})"), _read_month_of_this_year),
    (
        re.compile(r"(?:過去|直近)?(?P<count>\d{1,4})日(?:間|以内)"),
        lambda match, today: (today - timedelta(days=int(match["count"])), today),
    ),
]

_RELATIVE: dict[str, Callable[[date], _Days]] = {
    "今日": lambda today: (today, today),
    "本日": lambda today: (today, today),
    "昨日": lambda today: (today - timedelta(days=1), today - timedelta(days=1)),
    "今週": _week,
    "先週": lambda today: _week(today - timedelta(days=7)),
    "今月": lambda today: _month_from(today, 0),
    "先月": lambda today: _month_from(today, -1),
    "先々月": lambda today: _month_from(today, -2),
    "来月": lambda today: _month_from(today, 1),
    "今年": lambda today: (date(today.year, 1, 1), date(today.year, 12, 31)),
    "去年": lambda today: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    "昨年": lambda today: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    "今年度": lambda today: _fiscal(fiscal_year_of(today)),
    "本年度": lambda today: _fiscal(fiscal_year_of(today)),
    "昨年度": lambda today: _fiscal(fiscal_year_of(today) - 1),
    "前年度": lambda today: _fiscal(fiscal_year_of(today) - 1),
    "一昨年度": lambda today: _fiscal(fiscal_year_of(today) - 2),
    "来年度": lambda today: _fiscal(fiscal_year_of(today) + 1),
    "today": lambda today: (today, today),
    "this week": _week,
    "this month": lambda today: _month_from(today, 0),
    "last month": lambda today: _month_from(today, -1),
    "this year": lambda today: (date(today.year, 1, 1), date(today.year, 12, 31)),
    "last year": lambda today: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
}
