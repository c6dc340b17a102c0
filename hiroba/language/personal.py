"""Obvious personal data: what names a person together with where they live, when they were born, or a number."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hiroba.language.folding import fold_with_origins

Kind = Literal[
    "my_number",  # found by hiroba.language.private
    "name_and_address",
    "name_and_birth_date",
    "bank_account",
    "insured_number",
    "pension_number",
    "licence_number",
    "passport_number",
    "name_and_phone",
    "resident_record_code",
    "residence_card_number",
    "disability_certificate_number",
]

DASH = "-‐‑‒–—―−ー─━"


@dataclass(frozen=True, slots=True)
class Found:
    """Something private: the characters start..end of the text, and what kind of thing it is. Never the thing."""

    start: int
    end: int
    kind: Kind


_HAN = r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_GIVEN = r"[\u3005\u3041-\u3096\u30a1-\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_IS_LABEL = r"住所|生年|電話|連絡|年齢|性別|所属|職業|職名|番号|印|欄|記入|又は|または|及び|名称|部署|フリガナ|ふりがな"
_GAP = r"[\s::|=()・]{0,8}"
_LABELLED_NAME = re.compile(
    rf"(?:氏\s?名|名\s?前|世帯主|被保険者名|ご芳名){_GAP}(?!{_IS_LABEL})(?P<value>{_HAN}{{1,4}}\s?{_GIVEN}{{1,6}})"
)
_NAME_CELL = re.compile(rf"(?:^|[\t\n|])\s?(?P<value>{_HAN}{{1,3}}\s{_GIVEN}{{1,4}})\s?(?=[\t\n|]|$)")
_ADDRESS = re.compile(
    rf"(?:{_GIVEN}{{1,6}}[都道府県市区郡町村]){_GIVEN}{{0,16}}\d{{1,4}}(?:丁目|番地?|[{DASH}]\d{{1,4}}){_GIVEN}{{0,3}}[{DASH}\d]{{0,8}}"
)
_ERA_YEAR = r"(?:明治|大正|昭和|平成|令和|[mtshr]\.?)\s?(?:元|\d{1,2})|(?:19|20)\d{2}"
_DATE = rf"(?:{_ERA_YEAR})\s?[年./-]\s?\d{{1,2}}\s?[月./-]\s?\d{{1,2}}\s?日?"
_BIRTH = re.compile(rf"(?:生年月日|誕生日|出生日){_GAP}(?P<value>{_DATE})|(?P<born>{_DATE})\s?生(?!まれ変)")
# Nobody writes the day of an office's event like this: it is when somebody was born.
_LONG_AGO = re.compile(r"(?:明治|大正|昭和)\s?(?:元|\d{1,2})\s?[年./-]|(?<!\d)19\d{2}\s?[年./-]\s?\d{1,2}\s?[月./-]")
_MOBILE = rf"(?<!\d)0[789]0\s?[{DASH}]?\s?\d{{4}}\s?[{DASH}]?\s?\d{{4}}(?!\d)"
_CALLED = r"(?:電話(?:番号)?|tel|連絡先|携帯)[\s::|.()]{0,6}"
_PHONE = rf"{_CALLED}0\d{{1,4}}\s?[{DASH}(]\s?\d{{1,4}}\s?[{DASH})]\s?\d{{3,4}}(?!\d)"
_MOBILES, _PHONES = re.compile(_MOBILE), re.compile(rf"{_MOBILE}|{_PHONE}")
_BORN_NAME = re.compile(
    rf"(?P<value>{_HAN}{{1,4}}\s{_GIVEN}{{1,5}}|{_HAN}{{3,6}})\s?[\s(、,]\s?(?={_DATE}\s?生(?!まれ変))"
)
_NAME_WITH_TITLE = re.compile(rf"(?P<value>{_HAN}{{1,4}}\s{_GIVEN}{{1,5}}?)\s?(?:様|さん|殿)(?!式|々|子)")
_BANK = re.compile(r"銀行|信用金庫|信金|信用組合|信組|労働金庫|労金|農業協同組合|農協|ゆうちょ|支店|本店|出張所")
_ACCOUNT = re.compile(
    r"(?:普通|当座|貯蓄|[(〔][普当][)〕]|口座番号|口座no)[\s::|=().・預金口座番号no]{0,12}(?P<value>\d{7})(?![\d円,])"
)
_NUMBERS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "insured_number",
        re.compile(
            r"(?:被保険者(?:証)?(?:記号)?(?:・|等)?番号|受給者番号|記号・番号)[^\d\n]{0,10}(?P<value>\d[\d\s-]{4,14}\d)"
        ),
    ),
    ("pension_number", re.compile(rf"基礎年金番号[^\d\n]{{0,10}}(?P<value>\d{{4}}\s?[{DASH}]?\s?\d{{6}})(?!\d)")),
    ("licence_number", re.compile(r"免許証?(?:の)?番号[^\d\n]{0,10}(?P<value>\d{12})(?!\d)")),
    ("bank_account", re.compile(r"記号[\s::|]{0,4}(?P<value>\d{5}[\s|、]{0,4}番号[\s::|]{0,4}\d{6,8})(?!\d)")),
    (
        "resident_record_code",
        re.compile(rf"住民票コード[^\d\n]{{0,10}}(?P<value>\d{{4}}[{DASH}\s]?\d{{4}}[{DASH}\s]?\d{{3}})(?!\d)"),
    ),
    (
        "residence_card_number",
        re.compile(
            r"(?:在留カード|特別永住者証明書|在留)[^a-z\d\n]{0,12}(?P<value>[a-z]{2}\s?\d{8}\s?[a-z]{2})(?![a-z\d])"
        ),
    ),
    (
        "disability_certificate_number",
        re.compile(
            r"(?:障害者?手帳|障がい者?手帳|療育手帳|愛の手帳|精神障害者保健福祉手帳)(?:の)?(?:番号|記号)[^\d\n]{0,12}(?P<value>\d{3,10})"
        ),
    ),
    ("passport_number", re.compile(r"(?:旅券|パスポート)(?:の)?番号[^\da-z\n]{0,10}(?P<value>[a-z]{2}\s?\d{7})(?!\d)")),
)
_NEAR = 120
_DIGITS = re.compile(r"\d\D*?\d")  # none of all this has fewer
_HEADS = re.compile(
    r"氏\s?名|住\s?所|生年月日|電話|携帯|口座|被保険者|受給者|住民票コード|旅券|パスポート|免許|在留|手帳|年金"
)


def is_head_of_personal_data(text: str) -> bool:
    """Tell whether a header's cells name what a person's data are made of."""
    return _HEADS.search(text) is not None


def find_personal_data(text: str) -> list[Found]:
    """Find obvious personal data: a name with an address or a birth date within one line's reach, a bank account, the
    numbers of insurance, pension, driving licence and passport. Values must be filled in: an empty form has none."""
    if _DIGITS.search(text) is None:
        return []
    folded, starts, ends = fold_with_origins(text)
    found = [*_people(folded), *_accounts(folded)]
    for kind, pattern in _NUMBERS:
        found.extend((match.start("value"), match.end("value"), kind) for match in pattern.finditer(folded))
    return [Found(starts[start], ends[end - 1], kind) for start, end, kind in sorted(set(found))]


def has_address_or_birth_date(folded: str) -> bool:
    """Tell whether a folded text has the address or the birth date of somebody, said to be one or long ago."""
    return any(pattern.search(folded) for pattern in (_ADDRESS, _BIRTH, _LONG_AGO))


def _people(folded: str) -> Iterator[tuple[int, int, Kind]]:
    """Give each name that stands near an address, a birth date or a telephone number of somebody's."""
    labelled = _places(_LABELLED_NAME, folded)
    cells = [*_places(_NAME_CELL, folded), *_places(_NAME_WITH_TITLE, folded)]
    born = _places(_BORN_NAME, folded)
    if not (labelled or cells or born):
        return
    everybody = {*labelled, *cells, *born}
    company: tuple[tuple[set[tuple[int, int]], re.Pattern[str], Kind], ...] = (
        (everybody, _ADDRESS, "name_and_address"),
        (everybody, _BIRTH, "name_and_birth_date"),
        (set(labelled), _PHONES, "name_and_phone"),
        ({*cells, *born}, _MOBILES, "name_and_phone"),  # an office's own numbers stand beside many names
    )
    for names, pattern, kind in company:
        places = [match.span() for match in pattern.finditer(folded)] if names else []
        for name in sorted(names):
            near = _nearest(name, places)
            if near:
                yield min(name[0], near[0]), max(name[1], near[1]), kind


def _places(pattern: re.Pattern[str], folded: str) -> list[tuple[int, int]]:
    return [match.span("value") for match in pattern.finditer(folded)]


def _accounts(folded: str) -> Iterator[tuple[int, int, Kind]]:
    for match in _ACCOUNT.finditer(folded):
        around = folded[max(0, match.start() - 60) : match.end() + 30]
        if _BANK.search(around):
            yield *match.span("value"), "bank_account"


def _nearest(name: tuple[int, int], places: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Give the first place that begins or ends within reach of a name; `places` are in order and do not overlap."""
    at = bisect_left(places, (name[0] - _NEAR, 0))
    for place in places[max(0, at - 1) : at + 2]:
        if max(name[0], place[0]) - min(name[1], place[1]) <= _NEAR:
            return place
    return None
