"""Serial numbers of Excel as dates and times under a format: era, weekday and elapsed time included."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

_ERAS: tuple[tuple[date, str, str, str], ...] = (  # first day, letter, short, long
    (date(2019, 5, 1), "R", "令", "令和"),
    (date(1989, 1, 8), "H", "平", "平成"),
    (date(1926, 12, 25), "S", "昭", "昭和"),
    (date(1912, 7, 30), "T", "大", "大正"),
    (date(1868, 1, 25), "M", "明", "明治"),
)
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905 - one line
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YOUBI = "月火水木金土日"
_LAST_SERIAL = 2_958_466  # 10000-01-01: the first day that Excel cannot show


@dataclass(frozen=True, slots=True)
class Moment:
    """A serial number taken apart; `on` is None for day 0 and the 29 February 1900 that never was."""

    year: int
    month: int
    day: int
    weekday: int
    seconds: float
    total_seconds: float
    on: date | None


def date_text(
    value: float, tokens: tuple[tuple[str, str], ...], is_1904: bool, is_gannen: bool, numerals: int = 0
) -> str | None:
    """Write a serial number under the tokens of a date format; None when it is no date (negative, beyond 9999)."""
    decimals = max(
        (len(text) - text.index(".") - 1 for kind, text in tokens if kind == "date" and "." in text), default=0
    )
    moment = _moment(
        value, is_1904, decimals, any(text[:1] in "sS" for kind, text in tokens if kind in ("date", "elapsed"))
    )
    if moment is None:
        return None
    is_half = any(kind == "half" for kind, _ in tokens)
    parts: list[str] = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "date":
            parts.append(_numbered(_date_part(text, index, tokens, moment, is_half, is_gannen), numerals))
        elif kind == "elapsed":
            parts.append(_elapsed(text, moment.total_seconds))
        elif kind == "half":
            parts.append(("AM" if moment.seconds < 43_200 else "PM")[: 1 if text == "A/P" else 2])
        elif kind not in ("at", "skipped"):
            parts.append(text)
    return "".join(parts).strip()


def _moment(value: float, is_1904: bool, decimals: int, has_seconds: bool) -> Moment | None:
    seconds = round(value * 86_400, 3)
    seconds = round(seconds, decimals) if has_seconds else float(math.floor(seconds + 0.0005))
    days = int(seconds // 86_400)
    if value < 0 or days >= _LAST_SERIAL:
        return None
    rest = seconds - days * 86_400
    if not is_1904 and days in (0, 60):  # Excel counts a 29 February in 1900, as Lotus did
        return Moment(1900, 1 if days == 0 else 2, 0 if days == 0 else 29, (days + 5) % 7, rest, seconds, None)
    first = date(1904, 1, 1) if is_1904 else date(1899, 12, 31) if days < 60 else date(1899, 12, 30)
    on = first + timedelta(days=days)
    weekday = (days + 5) % 7 if not is_1904 else on.weekday()
    return Moment(on.year, on.month, on.day, weekday, rest, seconds, on)


def _date_part(
    text: str, index: int, tokens: tuple[tuple[str, str], ...], moment: Moment, is_half: bool, is_gannen: bool
) -> str:
    letter, width = text[0].lower(), len(text)
    if letter == "m":
        return _minute(text, moment) if _is_minute(index, tokens) else _month(width, moment)
    if letter in "hs":
        return _clock(letter, text, moment, is_half)
    if letter in "ge":
        return _era(letter, width, moment, is_gannen)
    if letter == "a":
        return _YOUBI[moment.weekday] + ("曜日" if width > 3 else "")
    if letter == "y":
        return f"{moment.year % 100:02d}" if width < 3 else f"{moment.year:04d}"
    if letter == "b":
        return str(moment.year + 543)[-2 if width < 3 else -4 :]
    return _day(width, moment)


def _is_minute(index: int, tokens: tuple[tuple[str, str], ...]) -> bool:
    """m means minutes next to hours before or seconds after."""
    before = [text for kind, text in tokens[:index] if kind in ("date", "elapsed")]
    after = [text for kind, text in tokens[index + 1 :] if kind in ("date", "elapsed")]
    return bool((before and before[-1][0] in "hH") or (after and after[0][0] in "sS"))


def _minute(text: str, moment: Moment) -> str:
    return f"{int(moment.seconds) % 3600 // 60:0{min(len(text), 2)}d}"


def _month(width: int, moment: Moment) -> str:
    name = _MONTHS[moment.month - 1]
    return {1: str(moment.month), 2: f"{moment.month:02d}", 3: name[:3], 5: name[0]}.get(width, name)


def _day(width: int, moment: Moment) -> str:
    name = _DAYS[moment.weekday]
    return {1: str(moment.day), 2: f"{moment.day:02d}", 3: name[:3]}.get(width, name)


def _clock(letter: str, text: str, moment: Moment, is_half: bool) -> str:
    if letter == "s":
        whole, _, fraction = text.partition(".")
        second = moment.seconds % 60
        if fraction:
            return f"{second:0{min(len(whole), 2) + 1 + len(fraction)}.{len(fraction)}f}"
        return f"{int(second):0{min(len(whole), 2)}d}"
    hour = int(moment.seconds // 3600)
    return f"{(hour - 1) % 12 + 1 if is_half else hour:0{min(len(text), 2)}d}"


def _era(letter: str, width: int, moment: Moment, is_gannen: bool) -> str:
    found = next((era for era in _ERAS if moment.on and moment.on >= era[0]), None)
    if found is None:
        return "" if letter == "g" else str(moment.year)
    if letter == "g":
        return (found[1], found[2], found[3])[min(width, 3) - 1]
    year = moment.year - found[0].year + 1
    return "元" if is_gannen and year == 1 else f"{year:0{min(width, 2)}d}"


def _elapsed(text: str, total: float) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
    return f"{int(total // unit):0{len(text)}d}"


def _numbered(text: str, numerals: int) -> str:
    return as_kanji(text, numerals) if numerals and text.isdigit() and len(text) < 4 else text


def as_kanji(number: str, numerals: int) -> str:
    """Write an integer with the numerals of [DBNum1] (千二百), [DBNum2] (壱千弐百) or [DBNum3] (１２００)."""
    if numerals == 3:
        return number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    digits = "〇一二三四五六七八九" if numerals == 1 else "零壱弐参四伍六七八九"
    if not number.isdigit() or len(number) > 16:
        return number.translate(str.maketrans("0123456789", digits))
    value = int(number)
    if value == 0:
        return digits[0]
    parts: list[str] = []
    for unit in ("", "万", "億", "兆"):
        value, block = divmod(value, 10_000)
        if block:
            parts.append(_block_in_kanji(block, digits, numerals == 2) + unit)
    return "".join(reversed(parts))


def _block_in_kanji(block: int, digits: str, says_one: bool) -> str:
    text = ""
    for unit, size in (("千", 1000), ("百", 100), ("拾" if says_one else "十", 10), ("", 1)):
        digit, block = divmod(block, size)
        if digit:
            text += (digits[digit] if digit > 1 or says_one or not unit else "") + unit
    return text
