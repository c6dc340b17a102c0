"""What the name of a paper says of its versions: 案2, 最終, 第5版, (旧), ver3; and of its series: 9月, 第3回, 8年度.

Papers of one series look alike and are not versions of each other: that is where a careless machine goes wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MARKS = re.compile(
    r"(?P<draft>第?(?P<draft_number>\d+)案|[案稿](?P<draft_number2>\d+)|素案|たたき台|叩き台|下書き|(?<=[_\s(])案(?=[_\s)]|$))"
    r"|第(?P<edition>\d+)版|(?<![a-z])(?:ver|rev|v|r)\.?[\s_]?(?P<version>\d+(?:\.\d+)*)(?![a-z\d])|改訂(?P<revised>\d*)版?|改(?P<revised2>\d+)"
    r"|(?P<final>(?:ほんとうに|本当に|真の?)?(?:最終|確定|完成)(?:版|稿|案)?)(?P<final_number>\d*)"
    r"|(?P<old>旧版?|前の版|古い版|old)|(?P<new>新版|最新版?|new)|(?P<replaced>差し?替え?(?:版|後)?)"
    r"|(?P<by>[^\W\d_]{1,4}(?:さん)?(?:修正|加筆|確認|校正|コメント)(?:済み?|後|版|あり|入り)?|修正(?:版|後|済み?)?|訂正版?|校正後?)"
    r"|(?P<copy>-?\s?コピー|のコピー|copy(?: of)?|複製|印刷用|配布用|掲載用|提出用)|(?:\((?P<count>\d{1,2})\)$)"
)
_DAY = re.compile(
    r"(?:令和|平成|昭和|r|h|s)\s?(?:元|\d{1,2})[年./_-]\s?\d{1,2}[月./_-]\s?\d{1,2}日?|\d{4}[年./_-]\d{1,2}[月./_-]\d{1,2}日?|"
    r"(?<!\d)20\d{2}[01]\d[0-3]\d(?!\d)|\d{1,2}月\d{1,2}日|(?<!\d)[01]\d[0-3]\d(?!\d)"
)
_PERIOD = re.compile(
    r"(?:令和|平成|昭和|r|h)\s?(?:元|\d{1,2})(?:年度?|度)?|(?:20\d{2}|fy\d{2,4})年?度?|\d{1,2}月(?:分|号)?|[一二三四五六七八九十]{1,2}月"
    r"|第?[\d一二三四]四半期|[上下]半期|上期|下期|第?\d+(?:回|号|週|期|日目|通目|回目|章|部|巻|次)|\d+年生?|[春夏秋冬]|"
    r"[月火水木金土日]曜"
)
_SURE = ("old", "replaced", "edition", "revised2")
_EDGES = re.compile(r"[\s_\-‐・.,、()\[\]【】「」〔〕]+")


@dataclass(frozen=True)
class PaperName:
    """A name taken apart: what it is about (`stem`), which of a series (`periods`), and how far along (`rank`).

    A higher rank is later; 0.0 says nothing. `has_mark`: the name itself speaks of versions; `is_sure`: by a word that
    means nothing else (旧, 差替, 訂正, 改訂, 第5版)."""

    stem: str
    periods: tuple[str, ...]
    rank: float
    has_mark: bool
    is_sure: bool = False


def read_name(name: str) -> PaperName:
    """Take a file's name or a title apart; an ending such as .docx is left out."""
    plain = re.sub(r"\.[a-z0-9]{2,5}$", "", unicodedata.normalize("NFKC", name).lower())
    periods = tuple(found[0] for found in (*_DAY.finditer(plain), *_PERIOD.finditer(_DAY.sub(" ", plain))))
    without = _PERIOD.sub("~", _DAY.sub("~", plain))
    rank, has_mark, is_sure = 0.0, False, False
    for mark in _MARKS.finditer(_DAY.sub(" ", plain)):
        rank, has_mark = max(rank, _rank(mark), key=abs), True
        is_sure = is_sure or any(mark[name] for name in _SURE) or mark[0].startswith(("訂正", "改訂"))
    stem = _EDGES.sub("", _MARKS.sub("", _PERIOD.sub("~", _MARKS.sub("", without))))
    return PaperName(stem, periods, rank, has_mark, is_sure)


def _rank(mark: re.Match[str]) -> float:
    """Drafts, then editions and versions by number, then what is called final; 旧 lies before everything."""
    groups = mark.groupdict()
    if groups["old"]:
        return -1000.0
    if groups["final"]:
        return (
            500.0 + float(groups["final_number"] or 0) + (50 if groups["final"].startswith(("ほん", "本", "真")) else 0)
        )
    if groups["new"] or groups["replaced"]:
        return 400.0
    number = next((groups[name] for name in ("draft_number", "draft_number2") if groups[name]), "")
    if groups["draft"]:
        return 1.0 + float(number or 0)
    if groups["copy"]:
        return 0.0
    number = groups["edition"] or groups["version"] or groups["revised"] or groups["revised2"] or groups["count"] or ""
    major, _, minor = number.partition(".")
    return 100.0 + float(major) + float(minor.partition(".")[0] or 0) / 1000 if number else 90.0


def is_series(left: PaperName, right: PaperName) -> bool:
    """Tell whether two names are of the same thing at different times: last month's report and this month's."""
    return bool(left.periods or right.periods) and left.periods != right.periods
