"""What is written in a field of a form, as a value of the field's kind: dates in eras, amounts with their units, marks.

Nothing is guessed: what does not read as its kind gives None, and a person is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from hiroba.language.dates import find_period

MARKS = "○〇◯◎●☑☒✓✔✅■レﾚ✕×✗"
_EMPTY_MARKS = "□☐▢"
_UNITS = r"(?:円|日間|日|人|名|件|時間|回|歳|才|箇月|か月|ヶ月|ヵ月|年|枚|個|台|世帯|%|¥|￥|\\|-$)"
_NUMBER = re.compile(r"[-−▲△]?\d{1,15}(?:\.\d{1,6})?")
_DIGIT_LIKE = str.maketrans(
    {"O": "0", "o": "0", "〇": "0", "○": "0", "l": "1", "I": "1", "|": "1", "ｌ": "1", "S": "5"}
)
_AFTER_DAY = re.compile(r"(?<=\d)[目曰口](?=$|\()")
_WEEKDAY = re.compile(r"\([月火水木金土日](?:曜日?)?\)|[月火水木金土日]曜日?$")
# What recognition makes of 丁目 after a number in an address; none of these is a word there.
_CHOME = re.compile(r"(?<=[0-9０-９一二三四五六七八九十])(?:丁[日曰]|[JT]H|J目)(?=[0-9０-９]|$)")


def read_text(raw: str) -> str:
    """Give text as it stands, without the space around it."""
    return _CHOME.sub("丁目", raw.strip())


def read_number(raw: str) -> str | None:
    """Give `1234.5` for １，２３４．５円, -12 for ▲12; None when it is no number."""
    text = unicodedata.normalize("NFKC", raw)
    text = re.sub(r"[\s,、，]", "", text)
    text = re.sub(rf"^{_UNITS}+|{_UNITS}+$", "", text).translate(_DIGIT_LIKE)
    if not _NUMBER.fullmatch(text):
        return None
    sign = "-" if text[0] in "-−▲△" else ""
    whole, _, part = text.lstrip("-−▲△").partition(".")
    return sign + (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def read_date(raw: str, today: date) -> str | None:
    """Give an ISO day for 令和8年11月23日, R8.11.23, 2026/11/23; None when it is none, or only a month or a year."""
    text = _WEEKDAY.sub("", re.sub(r"[\s、,]", "", unicodedata.normalize("NFKC", raw)))
    text = _AFTER_DAY.sub("日", text)
    text = re.sub(r"(?<=[年月和成正])[OoＯ〇○](?=\d|[月日年])", "0", text)
    if not re.match(r"令和|平成|昭和|大正|明治|[RHSTrhst]|\d{4}", text):  # a year of two digits could be of any era
        return None
    period = find_period(text, today)
    if period is None or period.from_on is None or period.from_on != period.until_on:
        return None
    return period.from_on.isoformat()


def is_marked(raw: str) -> bool:
    """Tell whether a cell or box holds a mark: ○, ☑, レ, 1 …"""
    text = raw.strip()
    return bool(text) and text not in _EMPTY_MARKS and (text[0] in MARKS or text in ("1", "TRUE", "有", "有り", "はい"))


def read_choice(raw: str, choices: Sequence[str]) -> str | None:
    """Give the one choice that `raw` says: itself alone, or the one with a mark before it (☑有 □無).

    None when none or more than one is said."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", raw))
    if not text:
        return None
    folded = {re.sub(r"\s", "", unicodedata.normalize("NFKC", choice)): choice for choice in choices}
    if text in folded:
        return folded[text]
    marked = [
        choice
        for name, choice in folded.items()
        if re.search(rf"[{MARKS}]{re.escape(name)}|\({re.escape(name)}\)", text)
    ]
    if len(marked) == 1:
        return marked[0]
    is_list = any(mark in text for mark in MARKS + _EMPTY_MARKS) or marked
    said = [] if is_list else [choice for name, choice in folded.items() if name in text]
    return said[0] if len(said) == 1 else None
