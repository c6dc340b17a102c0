"""What the head of a letter, an application or a FAX says of it: title, date, sender. Proposals; a person confirms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hiroba.language.dates import find_period

LINES_LOOKED_AT = 45
_TITLE_LABEL = re.compile(r"^(?:件\s*名|題\s*名|標\s*題|表\s*題|Subject|SUBJECT|Re)\s*[::]?\s*(?P<title>\S.{1,80})$")
_ABOUT = re.compile(r"^(?P<title>.{3,60}?(?:について(?:\(.{1,12}\))?|のお知らせ|のご案内|に関する(?:照会|回答|報告)))$")
_PAPER = re.compile(
    r"^(?P<title>.{0,24}(?:申請書|申込書|届出書|届|請求書|見積書|領収書|報告書|通知書|依頼書|回答書|誓約書|同意書|調査票|議事録|送付状|納品書))$"
)
_SENDER_LABEL = re.compile(
    r"^(?:発信者|差出人|送信者|送信元|発信元|発信|申請者|申込者|請求者|届出者|From|FROM)(?:名|氏名)?\s*[::]?\s*(?P<name>\S.{1,60})$"
)
_ORGANISATION = re.compile(
    r"(?:株式会社|有限会社|合同会社|一般社団法人|公益社団法人|社会福祉法人|学校法人|医療法人|NPO法人|(?:都|道|府|県|市|区|町|村)長"
    r"|組合|協会|委員会|自治会|町会|事務所|商店|工務店|保育園|こども園|学校|病院|センター)"
)
_ADDRESSEE = re.compile(r"(?:様|殿|御中|あて|宛て?|各位)[)）]?$")
_ERA_DAY = re.compile(
    r"(?:令和|平成|昭和|[RHSrhs])\.?\s*(?:元|\d{1,2})\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"
    r"|(?:19|20)\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"
)
_FAX_LINE = re.compile(r"(?:P\.?\s*\d|頁|ページ|PAGE|FROM|From|FAX|TEL|発信元|送信元|送信枚数)")
_TELEPHONE = re.compile(r"(?<!\d)(?:\+81[-\s]?)?0\d{1,4}[-\s(]\s?\d{1,4}[-\s)]\s?\d{3,4}(?!\d)|(?<!\d)0\d{9,10}(?!\d)")
_TIME = re.compile(r"(?<!\d)(?P<hour>[01]?\d|2[0-3])[::時](?P<minute>[0-5]\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What is proposed. Empty where nothing was found; `fax_from` is a telephone number, `fax_at` HH:MM as printed."""

    title: str = ""
    dated_on: date | None = None
    sender: str = ""
    fax_from: str = ""
    fax_on: date | None = None
    fax_at: str = ""


def find_letterhead(lines: Sequence[str], today: date) -> Letterhead:
    """Read the head of a paper from its lines in reading order; `today` bounds the date (none in the future)."""
    shown = [folded for line in lines[:LINES_LOOKED_AT] if (folded := _folded(line))]
    fax = next((line for line in shown[:4] if _FAX_LINE.search(line) and _TELEPHONE.search(line)), "")
    body = [line for line in shown if line != fax]
    time = _TIME.search(_ERA_DAY.sub(" ", fax))
    number = _TELEPHONE.search(fax)
    return Letterhead(
        title=_title(body),
        dated_on=_dated(body, today) or _dated([fax], today),
        sender=_sender(body) or _fax_name(fax),
        fax_from=number[0].strip() if number else "",
        fax_on=_dated([fax], today),
        fax_at=f"{int(time['hour']):02}:{time['minute']}" if time else "",
    )


def _folded(line: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", line).split())


def _close(line: str) -> str:
    """A line without the spaces that stretch it: 申　請　書 is 申請書."""
    is_stretched = len(line) >= 5 and all(len(part) == 1 for part in line.split(" "))
    return line.replace(" ", "") if is_stretched else line


def _title(lines: Sequence[str]) -> str:
    for pattern in (_TITLE_LABEL, _ABOUT, _PAPER):
        for line in lines:
            found = pattern.match(_close(line))
            if found and not _ADDRESSEE.search(line):
                return found["title"].strip(" 「」")
    return ""


def _sender(lines: Sequence[str]) -> str:
    for line in lines:
        found = _SENDER_LABEL.match(line)
        if found:
            return _TELEPHONE.sub("", found["name"]).strip(" 印㊞()")
    for line in lines[:20]:
        is_short = len(line) <= 40 and not re.search(r"[。、]", line)
        if (
            is_short
            and _ORGANISATION.search(line.split(" ")[0])
            and not _ADDRESSEE.search(line)
            and not _ABOUT.match(line)
        ):
            return _TELEPHONE.sub("", line).strip(" 印㊞")
    return ""


def _fax_name(fax: str) -> str:
    """The name a FAX prints beside its number: FROM: みらい建設 03-1234-5678."""
    found = re.search(r"(?:FROM|From|発信元|送信元)\s*[::]?\s*(?P<name>[^\d:]{2,30})", fax)
    name = found["name"].strip(" -/+(") if found else ""
    return re.sub(r"\s*(?:TEL|FAX|Tel|Fax)\s*$", "", name)


def _dated(lines: Sequence[str], today: date) -> date | None:
    for line in lines:
        for found in _ERA_DAY.finditer(line):
            period = find_period(re.sub(r"\s", "", found[0]), today)
            if period and period.from_on and period.from_on == period.until_on and period.from_on <= today:
                return period.from_on
    return None
