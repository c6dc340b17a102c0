"""Read a file of the personnel system: bytes to rows, each with its line, and what is wrong with the others."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hiroba.foundation.refusal import Refusal

UNIT_COLUMNS = ("部署コード", "部署名", "上位部署コード")
PERSON_COLUMNS = ("職員番号", "ログイン", "氏名", "ふりがな", "メール")
POST_COLUMNS = ("職", "区分", "開始日", "終了日")
NEEDED = ("職員番号", "ログイン", "氏名", "部署コード")
SUCCESSOR_COLUMNS = ("後継", "後継部署コード")
MAIN, SECOND = "本務", "兼務"

# The first day of each era (平成改元, 令和改元: the cabinet orders of 1989 and 2019; earlier ones for completeness).
_ERA_BEGINS = {"令和": 2019, "平成": 1989, "昭和": 1926, "大正": 1912, "明治": 1868}
_ERA_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
_DAY = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])?\s*(?P<year>\d{1,4}|元)\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]"
    r"\s*(?P<day>\d{1,2})日?",
    re.IGNORECASE,
)
_PACKED = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line, as a code with its parameters. Line 1 is the header."""

    line: int
    code: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line, read: a post of a person, or (without a person) a unit alone."""

    line: int
    staff_number: str
    login: str
    name: str
    reading: str
    mail: str
    unit: str
    unit_name: str
    parent: str
    title: str
    is_main: bool
    from_on: dt.date | None
    until_on: dt.date | None
    successor: str

    @property
    def is_unit_only(self) -> bool:
        """Tell whether the line speaks of a unit and of nobody in it."""
        return not (self.staff_number or self.login)


def parse_day(text: str) -> dt.date | None:
    """Read a date as people write it: 2026-04-01, 2026/4/1, 令和8年4月1日, R8.4.1, 20260401, in any width.

    Give None for an empty text; ValueError when it is no date."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    match = _DAY.fullmatch(plain) or _PACKED.fullmatch(plain)
    if match is None:
        raise ValueError(text)
    parts = match.groupdict()
    year = 1 if parts["year"] == "元" else int(parts["year"])
    if parts.get("era"):
        year += _ERA_BEGINS[_ERA_LETTERS.get(parts["era"].upper(), parts["era"])] - 1
    elif year < 1868:
        raise ValueError(text)
    return dt.date(year, int(parts["month"]), int(parts["day"]))


def read_people_file(source: Path | bytes) -> tuple[list[Row], list[Problem]]:
    """Read a CSV file in UTF-8 (with or without BOM) or CP932. PEOPLE-23 when it is neither, PEOPLE-10 when columns
    are missing, PEOPLE-26 when nothing but the header is there."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    reader = csv.reader(io.StringIO(_decode(data), newline=""))
    header = [_code(name).replace(" ", "") for name in next(reader, [])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise Refusal("PEOPLE-10", columns="、".join(missing))
    lines = (
        (reader.line_num, dict(zip(header, cells, strict=False))) for cells in reader if any(map(str.strip, cells))
    )
    rows, problems = read_rows(lines)
    if not rows and not problems:
        raise Refusal("PEOPLE-26")
    return rows, problems


def read_rows(lines: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[list[Row], list[Problem]]:
    """Read (line, cells by column name) into rows; a line with a problem gives no row."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in lines:
        row, found = _read_row(line, cells)
        problems += found
        if not found:
            rows.append(row)
    return rows, problems


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("PEOPLE-23")


def _code(text: str) -> str:
    """Fold width for codes, logins and column names; names of people and units stay as they came."""
    return unicodedata.normalize("NFKC", text).strip()


def _read_row(line: int, cells: Mapping[str, str]) -> tuple[Row, list[Problem]]:
    def cell(name: str) -> str:
        return (cells.get(name) or "").strip()

    problems: list[Problem] = []
    from_on, until_on = (_day(line, name, cell(name), problems) for name in ("開始日", "終了日"))
    row = Row(
        line=line,
        staff_number=_code(cell("職員番号")),
        login=_code(cell("ログイン")),
        name=cell("氏名"),
        reading=cell("ふりがな"),
        mail=_code(cell("メール")),
        unit=_code(cell("部署コード")),
        unit_name=cell("部署名"),
        parent=_code(cell("上位部署コード")),
        title=cell("職"),
        is_main=_code(cell("区分")) != SECOND,
        from_on=from_on,
        until_on=until_on,
        successor=next((_code(cell(name)) for name in SUCCESSOR_COLUMNS if cell(name)), ""),
    )
    return row, problems + _row_problems(row, _code(cell("区分")))


def _day(line: int, column: str, text: str, problems: list[Problem]) -> dt.date | None:
    try:
        return parse_day(text)
    except ValueError:
        problems.append(Problem(line, "PEOPLE-12", {"column": column, "text": text[:40]}))
        return None


def _row_problems(row: Row, kind: str) -> list[Problem]:
    needed = {"部署コード": row.unit}
    if not row.is_unit_only:
        needed |= {"職員番号": row.staff_number, "ログイン": row.login, "氏名": row.name}
    problems = [Problem(row.line, "PEOPLE-11", {"column": name}) for name, value in needed.items() if not value]
    if row.from_on and row.until_on and row.until_on < row.from_on:
        problems.append(Problem(row.line, "PEOPLE-13", {"name": row.name}))
    if kind not in ("", MAIN, SECOND):
        problems.append(Problem(row.line, "PEOPLE-24", {"text": kind[:40]}))
    return problems
