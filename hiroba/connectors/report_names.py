"""What the name of a printed report (帳票) says: which report it is, for which period, and when it was put out.

Systems write days into the names of what they drop: 支払一覧_20261123_0905.pdf, 月計表_令和8年10月分.pdf. Without
them the report's own name is left, the same from one issue to the next. Only what is a day, a month or a fiscal year
is taken for one; a number that could be anything else stays in the name."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Literal

# What a day in a name means: when the report was put out (each is the next issue of one report), the period it tells
# of (each period is a report of its own), or nothing (each name is a report of its own). A month or a fiscal year is
# always a period: last month's report is no older version of this month's.
Dates = Literal["issued", "period", "none"]

_ERAS = {"令和": 2018, "平成": 1988, "r": 2018, "h": 1988}
_FIRST_YEAR = 1990
_YEAR = r"(?:(?P<era>令和|平成|[RrHh])(?P<era_year>元|\d{1,2})|(?P<year>(?:19|20)\d\d))"
_CLOCK = (
    r"(?:[T\-_ ]?(?P<hour>[01]\d|2[0-3])[:時.\-]?(?P<minute>[0-5]\d)(?:[:分.\-]?(?P<second>[0-5]\d))?[秒分]?(?!\d))?"
)
_EDGE = r"(?<![0-9A-Za-z.])"
_APART = r"[年月./\-_]"
_DAYS = (
    re.compile(rf"{_EDGE}{_YEAR}(?P<month>\d\d)(?P<day>\d\d){_CLOCK}(?!\d)"),
    re.compile(rf"{_EDGE}{_YEAR}{_APART}(?P<month>\d{{1,2}}){_APART}(?P<day>\d{{1,2}})日?{_CLOCK}(?!\d)"),
)
_FISCAL = re.compile(rf"{_EDGE}{_YEAR}年度")
_MONTHS = (
    re.compile(rf"{_EDGE}{_YEAR}(?P<month>\d\d)分?(?!\d)"),
    re.compile(rf"{_EDGE}{_YEAR}{_APART}(?P<month>\d{{1,2}})月?分?(?!\d)"),
)
_BRACKETS = re.compile(r"[(\[【「](?:[\s_]|分|現在|時点|作成|出力)*[)\]】」]")
_JOINTS = re.compile(r"[\s_\-.・]+")


@dataclass(frozen=True)
class _Found:
    """A date in a name: where it stands, how it is said, its day if it names one, its time of day if it does."""

    start: int
    end: int
    said: str
    day: dt.date | None = None
    clock: dt.time | None = None


@dataclass(frozen=True)
class ReportName:
    """What a file of reports is: `name` as people know the report, `period` as the name says it ("" for none), `key`
    by which its next issue is known again, and the moment it was put out, naive, the office's (None: not said).

    A day without a time of day has `is_whole_day`."""

    name: str
    period: str
    key: str
    issued_at: dt.datetime | None = None
    is_whole_day: bool = False


def read_report_name(path: str, dates: Dates, latest: dt.date) -> ReportName:
    """Read the name of a report from its path below the folder ("/" between), where no report was put out after
    `latest`."""
    plain = unicodedata.normalize("NFKC", path.replace("/", "\n")).replace("/", "_").replace("\n", "/")
    *folders, file = plain.split("/")
    suffix = PurePosixPath(file).suffix.lower()
    stem = file[: len(file) - len(suffix)]
    if dates == "none":
        return ReportName(stem, "", plain)
    parts = [(part, _dates_in(part, latest)) for part in (*folders, stem)]
    found = [date for _, within in parts for date in within]
    issued = _issue_of(found, dates, latest)
    are_periods = [each for each in found if each is not issued and (each.day is None or dates == "period")]
    period = " ".join(each.said for each in are_periods)
    bare = [_without(part, within) for part, within in parts]
    name = next((each for each in reversed(bare) if each), "")
    key = "/".join([*filter(None, bare[:-1]), f"{bare[-1]}{'@' + period if period else ''}{suffix}"])
    if issued is None or issued.day is None:
        return ReportName(name, period, key)
    moment = dt.datetime.combine(issued.day, issued.clock or dt.time())
    return ReportName(name, period, key, moment, issued.clock is None)


def _issue_of(found: Sequence[_Found], dates: Dates, latest: dt.date) -> _Found | None:
    """Say which date is when it was put out: one with a time of day, else the last that is a day. Where a date may be
    the period, a lone day is that."""
    days = [each for each in found if each.day is not None and each.day <= latest]
    timed = [each for each in days if each.clock is not None]
    if timed:
        return timed[-1]
    return days[-1] if days and (dates == "issued" or len(found) > 1) else None


def _dates_in(text: str, latest: dt.date) -> list[_Found]:
    """Find the dates, none inside another, in the order they stand. A year that lies far ahead is some other number."""
    found: list[_Found] = []
    for pattern in (*_DAYS, _FISCAL, *_MONTHS):
        for match in pattern.finditer(text):
            date = _date(match) if _FIRST_YEAR <= _year(match) <= latest.year + 1 else None
            if date is not None and all(date.end <= each.start or each.end <= date.start for each in found):
                found.append(date)
    return sorted(found, key=lambda each: each.start)


def _date(match: re.Match[str]) -> _Found | None:
    year, said = _year(match), match.groupdict()
    if "month" not in said:
        return _Found(match.start(), match.end(), f"{year}年度")
    month = int(said["month"])
    if not 1 <= month <= 12:
        return None
    if "day" not in said:
        return _Found(match.start(), match.end(), f"{year}年{month}月")
    try:
        day = dt.date(year, month, int(said["day"]))
    except ValueError:
        return None
    clock = dt.time(int(said["hour"]), int(said["minute"]), int(said["second"] or 0)) if said["hour"] else None
    return _Found(match.start(), match.end(), f"{year}年{month}月{day.day}日", day, clock)


def _year(match: re.Match[str]) -> int:
    if match["era"]:
        return _ERAS[match["era"].lower()] + (1 if match["era_year"] == "元" else int(match["era_year"]))
    return int(match["year"])


def _without(text: str, found: Sequence[_Found]) -> str:
    """Give a name without its dates, and without the joints and brackets that held them."""
    if not found:
        return text
    ends = [(0, 0), *((each.start, each.end) for each in found), (len(text), len(text))]
    rest = "_".join(text[end:start] for (_, end), (start, _) in pairwise(ends))
    return _JOINTS.sub("_", _BRACKETS.sub("_", rest)).strip("_")
