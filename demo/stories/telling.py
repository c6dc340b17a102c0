"""Manuscripts whose days are told from the last months instead of fiscal years: `{月-1}` is the last month that was counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.calendar import (
    add_months,
    at,
    business_day,
    era,
    era_month,
    last_business_day,
    month_day,
    month_end,
    short_era,
)
from demo.life.manuscript import body_of, told_from
from demo.papers import Docx, Mail, Paper, Revised

TEXTS = Path(__file__).parents[1] / "texts"
SETTLED = 14  # days into a month until what is told of the month before has been decided
TOKEN = re.compile(r"\{(年月|年日|月末|月|日|R|数)(-?\d+)(?:/(\d{1,2}))?\}")
STYLES: dict[str, Callable[[date], str]] = {
    "月": lambda day: f"{day.month}月",
    "年月": era_month,
    "日": month_day,
    "年日": era,
    "月末": lambda day: month_day(last_business_day(day)),
    "R": short_era,
    "数": lambda day: f"{day:%Y%m%d}",
}


def this_month(today: date) -> date:
    """Return the first day of the month that the stories stand in, so that what follows the last count has happened."""
    return (today - timedelta(days=SETTLED)).replace(day=1)


def day_of(today: date, months: int, day: int) -> date:
    """Return the open day on or after that day of the month `months` away; beyond the month's end its last open day."""
    month: date = add_months(this_month(today), months)
    last: date = last_business_day(month)
    if day > month_end(month).day:
        return last
    open_day: date = business_day(month.replace(day=day))
    return min(open_day, last)


def told(today: date, text: str) -> str:
    """Fill the days a manuscript leaves open, by month and then by fiscal year."""

    def tell(found: re.Match[str]) -> str:
        style, months, day = found.groups()
        if day is None:
            return STYLES[style](add_months(this_month(today), int(months)))
        return STYLES[style](day_of(today, int(months), int(day)))

    filled: str = told_from(today, TOKEN.sub(tell, text))
    return filled


def papers_of(today: date, name: str) -> Iterator[Paper]:
    """Yield the papers of a manuscript whose heads begin with `-1/25 14:30` (months away, day)."""
    source = (TEXTS / name).read_text(encoding="utf-8")
    for part in re.split(r"^@ ", source, flags=re.MULTILINE)[1:]:
        head, _, words = part.partition("\n")
        when, unit, by, path, *more = (cell.strip() for cell in told(today, head).split("|"))
        mark, _, clock = when.partition(" ")
        months, day = (int(number) for number in mark.split("/"))
        hour, minute = (int(number) for number in (clock or "10:00").split(":"))
        body = body_of(path, told(today, words).rstrip().split("\n"), more[1] if len(more) > 1 else "")
        if isinstance(body, Mail):
            body = replace(body, sender=by)
        elif isinstance(body, Docx):
            body = _revised_by(body, by, at(day_of(today, months, day), hour, minute))
        audience = (more and more[0]) or "section"
        yield Paper(path, unit, by, at(day_of(today, months, day), hour, minute), body, audience)


def _revised_by(body: Docx, by: str, moment: datetime) -> Docx:
    """Sign the tracked changes of a paper with whoever brought it in."""
    blocks = [replace(block, by=by, at=moment) if isinstance(block, Revised) else block for block in body.blocks]
    return replace(body, blocks=blocks)
