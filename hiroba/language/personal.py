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
_BANK = re.compile(r"銀行|信用金庫|信金|信用組合|信組|労働金庫|労金|農業協同組合|農協|ゆうちょ|支店|本店|出張所")
_ACCOUNT = re.compile(r"(?:普通|当座|貯蓄|口座番号|口座no)[\s::|=().・預金口座番号no]{0,12}(?P<value>\d{7})(?![\d円,])")
_NUMBERS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "insured_number",
        re.compile(
            r"(?:被保険者(?:証)?(?:記号)?(?:・|等)?番号|受給者番号|記号・番号)[^\d\n]{0,10}(?P<value>\d[\d\s-]{4,14}\d)"
        ),
    ),
    ("pension_number", re.compile(rf"基礎年金番号[^\d\n]{{0,10}}(?P<value>\d{{4}}\s?[{DASH}]?\s?\d{{6}})(?!\d)")),
    ("licence_number", re.compile(r"免許証?(?:の)?番号[^\d\n]{0,10}(?P<value>\d{12})(?!\d)")),
    ("passport_number", re.compile(r"(?:旅券|パスポート)(?:の)?番号[^\da-z\n]{0,10}(?P<value>[a-z]{2}\s?\d{7})(?!\d)")),
)
_NEAR = 120


def find_personal_data(text: str) -> list[Found]:
    """Find obvious personal data: a name with an address or a birth date within one line's reach, a bank account, the
    numbers of insurance, pension, driving licence and passport. Values must be filled in: an empty form has none."""
    folded, starts, ends = fold_with_origins(text)
    found = [*_people(folded), *_accounts(folded)]
    for kind, pattern in _NUMBERS:
        found.extend((match.start("value"), match.end("value"), kind) for match in pattern.finditer(folded))
    return [Found(starts[start], ends[end - 1], kind) for start, end, kind in sorted(set(found))]


def has_address_or_birth_date(folded: str) -> bool:
    """Tell whether a folded text has the address or the birth date of somebody."""
    return _ADDRESS.search(folded) is not None or _BIRTH.search(folded) is not None


def _people(folded: str) -> Iterator[tuple[int, int, Kind]]:
    names = [match.span("value") for pattern in (_LABELLED_NAME, _NAME_CELL) for match in pattern.finditer(folded)]
    if not names:
        return
    addresses = [match.span() for match in _ADDRESS.finditer(folded)]
    births = [match.span() for match in _BIRTH.finditer(folded)]
    company: tuple[tuple[list[tuple[int, int]], Kind], ...] = (
        (addresses, "name_and_address"),
        (births, "name_and_birth_date"),
    )
    for name in sorted(set(names)):
        for places, kind in company:
            near = _nearest(name, places)
            if near:
                yield min(name[0], near[0]), max(name[1], near[1]), kind


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
