"""What each column of a table is likely to become: a proposal from its name and its values, for a person to confirm.

A proposal is never acted on by itself: somebody looks at twenty rows first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hiroba.connectors.tables import normal
from hiroba.language.dates import find_period
from hiroba.language.private import find_my_numbers

Use = Literal["key", "title", "date", "person", "unit", "text", "file", "field", "leave_out"]
Shape = Literal["cases", "rows"]
USES: tuple[Use, ...] = ("key", "title", "date", "person", "unit", "text", "file", "field", "leave_out")

_NAMES: tuple[tuple[Use, re.Pattern[str]], ...] = (
    ("leave_out", re.compile(r"マイナンバー|個人番号|my ?number")),
    ("file", re.compile(r"添付|ファイル|リンク|パス$|path|file|url$|attach")),
    ("date", re.compile(r"日時?$|年月日|日付|期限|date|(created|updated|sent)( at|_at)?$|開始|終了")),
    ("unit", re.compile(r"部署|部課|所属|担当課|主管課|課名|係名|[部課]$|department|unit|section")),
    ("person", re.compile(r"起案者|投稿者|担当者?$|差出人|作成者|登録者|発信者|申請者|氏名|from$|author|owner|sender")),
    (
        "text",
        re.compile(r"本文|内容|詳細|概要|説明|備考|伺い?文?|経過|回答|所見|body|text|description|note|content|memo"),
    ),
    ("title", re.compile(r"件名|題名?$|タイトル|標題|表題|文書名|案件|名称|施設名|事業名|title|subject|summary|name$")),
    ("key", re.compile(r"番号|コード|キー|^no\.?$|(^|[_ ])(id|uid|code|key|no|number)$|^id$|管理no")),
)
LONG = 60  # characters: cells as long as this are read as text, not looked up as values
_DATE_PART = 0.8
_NUMBER_PART = 0.3  # of the values are personal numbers: the column is one of them, not a slip in one row
CASE_TEXT = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and what its cells become."""

    name: str
    use: Use


@dataclass(frozen=True)
class Proposal:
    """What the columns are likely to be, and whether a row is a thing of its own (a case, a post, a mail) or one line
    of a table (a ledger, a list)."""

    columns: tuple[Column, ...]
    shape: Shape


def propose(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Proposal:
    """Say what each column is likely to become, from its name and the values of some rows.

    One title and at most one key: the best by order. Rows with long text or files of their own are cases."""
    values = [[row[index].strip() for row in rows if row[index].strip()] for index in range(len(header))]
    uses = [_use_of(name, found, len(rows)) for name, found in zip(header, values, strict=True)]
    _only_first(uses, "title", "field")
    _only_first(uses, "date", "field")
    _only_first(uses, "person", "field")
    _only_first(uses, "unit", "field")
    _choose_key(uses, values, len(rows))
    long_text = any(use == "text" and _mean(found) >= CASE_TEXT for use, found in zip(uses, values, strict=True))
    shape: Shape = "cases" if "title" in uses and (long_text or "file" in uses) else "rows"
    return Proposal(tuple(Column(name, use) for name, use in zip(header, uses, strict=True)), shape)


def _use_of(name: str, values: list[str], count: int) -> Use:
    label = normal(name).lower()
    if len(find_my_numbers("\n".join(values), context=name)) > max(2, _NUMBER_PART * len(values)):
        return "leave_out"
    by_name: Use = next((use for use, pattern in _NAMES if pattern.search(label)), "field")
    if by_name == "date" and values and _part_of_dates(values) < _DATE_PART:
        by_name = "field"
    if by_name == "text" and values and _mean(values) < 8:
        return "field"
    if by_name in ("field", "title") and _mean(values) >= LONG:
        return "text"
    return by_name


def _only_first(uses: list[Use], use: Use, otherwise: Use) -> None:
    first = uses.index(use) if use in uses else -1
    for index, each in enumerate(uses):
        if each == use and index != first:
            uses[index] = otherwise


def _choose_key(uses: list[Use], values: list[list[str]], count: int) -> None:
    """The first column named like a key whose values are all there and all different; else no column is the key."""
    found = -1
    for index, use in enumerate(uses):
        if use == "key" and found < 0 and len(values[index]) == count == len(set(values[index])):
            found = index
        elif use == "key":
            uses[index] = "field"


def _part_of_dates(values: list[str]) -> float:
    return sum(find_moment(value) is not None for value in values) / len(values)


def _mean(values: list[str]) -> float:
    return sum(map(len, values)) / len(values) if values else 0.0


_TIME = re.compile(r"[ T](\d{1,2})[:時](\d{2})(?:[:分](\d{2}))?(?:秒|分)?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_WEEKDAY = re.compile(r"\s*\([月火水木金土日](?:・祝)?\)\s*")


def find_moment(text: str) -> dt.datetime | None:
    """Read a day, with or without a time, as offices write it: 令和8年11月23日(月) 9:05, R8.11.23, 20261123, ISO.

    Without a zone the time is naive: it is the office's. None when it is no day."""
    plain = _WEEKDAY.sub(" ", normal(text)).strip()
    time = _TIME.search(plain)
    day = plain[: time.start()] if time else plain
    period = find_period(day, dt.date(2000, 1, 1)) if re.match(r"(?:\d{4}|[^\W\d]+\d|[^\W\d]*元)", day) else None
    if period is None or period.from_on is None or period.from_on != period.until_on:
        return None
    clock = dt.time()
    if time:
        try:
            clock = dt.time(int(time[1]), int(time[2]), int(time[3] or 0))
        except ValueError:
            return None
    moment = dt.datetime.combine(period.from_on, clock)
    return moment.replace(tzinfo=_zone(time[4])) if time and time[4] else moment


def _zone(text: str) -> dt.tzinfo:
    if text == "Z":
        return dt.UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return dt.timezone(dt.timedelta(minutes=minutes if text[0] == "+" else -minutes))
