"""What must not spread: personal numbers (マイナンバー), and obvious personal data. Rules, written to be read.

The rule for マイナンバー. A candidate is twelve digits of any width, in one run, in groups of 4-4-4 (any dash or
space), or one by one as in the boxes of a form. Its last digit must be the check digit (総務省令第85号第5条, 2014).
One random number in eleven passes that, so what stands nearby decides:
 1. the nearest label before it (else just after it, else its column's header) says マイナンバー, 個人番号 … → found;
 2. that label says 受付番号, 整理番号, 電話 … → not found;
 3. no label: found when it is written 4-4-4, as on the card, or when three or more different candidates stand in the
    text and nearly all of them pass (three random ones do once in 1,331 texts).
So an unlabelled run of twelve digits alone is let through, and an unlabelled random 4-4-4 is stopped once in eleven."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hiroba.language.folding import fold_with_origins

Kind = Literal[
    "my_number",
    "name_and_address",
    "name_and_birth_date",
    "bank_account",
    "insured_number",
    "pension_number",
    "licence_number",
    "passport_number",
]

CONTEXT_WORDS = ("マイナンバー", "個人番号", "番号法", "通知カード", "番号確認", "My Number")
_LABELS = re.compile(r"マイナンバー|個人\s?番号|番号法|通知カード|番号確認|my\s?number")
_OTHER_LABELS = re.compile(
    r"(?:受付|受理|整理|申請|管理|照会|問い?合わ?せ|伝票|注文|会員|口座|電話|法人|契約|通知書?|納付|確認|証明書?|追跡|製造|車台"
    r"|文書|登録|許可|年金|被保険者|お客様|識別|決裁|起案|発注|請求書?|領収書?|免許証?|宛名|世帯|職員|利用者|機関)\s?(?:番号|no)"
    r"|送り状|シリアル|tel|fax|電話|isbn|jan|伝票"
)
_DASH = "-‐‑‒–—―−ー─━"
_CANDIDATE = re.compile(
    rf"(?<!\d)(?<!\d[{_DASH},.])"
    rf"(?P<number>\d{{12}}|\d{{4}}\s?(?P<dash>[{_DASH}\s])\s?\d{{4}}\s?(?P=dash)\s?\d{{4}}|\d(?:[\s|]{{1,3}}\d){{11}})"
    rf"(?!\d)(?![{_DASH},.]\d)(?!\s\d(?!\d))"
)
_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_BEFORE, _AFTER = 40, 15
_MANY, _NEARLY_ALL = 3, 0.8


@dataclass(frozen=True, slots=True)
class Found:
    """Something private: the characters start..end of the text, and what kind of thing it is. Never the thing."""

    start: int
    end: int
    kind: Kind


def find_my_numbers(text: str, context: str = "") -> list[Found]:
    """Find the マイナンバー in `text`, by the rule above; `context` is what stands above it, such as a table's header
    row (cells parted by tabs, like the text's)."""
    folded, starts, ends = fold_with_origins(text)
    digits = folded.translate(_KANJI_DIGITS)
    candidates = list(_CANDIDATE.finditer(digits))
    valid = [match for match in candidates if has_check_digit(re.sub(r"\D", "", match["number"]))]
    if not valid:
        return []
    are_many = _are_a_column(candidates, valid)
    heads = fold_with_origins(context)[0]
    found = []
    for match in valid:
        label = _label_near(folded, match.start(), match.end())
        label = _label_above(folded, match.start(), heads) if label is None else label
        if label is None:
            label = are_many or match["dash"] is not None
        if label:
            found.append(Found(starts[match.start()], ends[match.end() - 1], "my_number"))
    return found


def has_check_digit(number: str) -> bool:
    """Tell whether the last of twelve digits is the check digit of the eleven before it (総務省令第85号第5条)."""
    if len(number) != 12 or not number.isdecimal():
        return False
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(number[:11], weights, strict=True)) % 11
    return int(number[11]) == (0 if rest <= 1 else 11 - rest)


def _are_a_column(candidates: list[re.Match[str]], valid: list[re.Match[str]]) -> bool:
    different = {re.sub(r"\D", "", match["number"]) for match in valid}
    return len(different) >= _MANY and len(valid) >= _NEARLY_ALL * len(candidates)


def _label_near(folded: str, start: int, end: int) -> bool | None:
    """Say what the nearest label says: True personal number, False another number, None no label."""
    before = folded[max(0, start - _BEFORE) : start]
    ours = _last_end(_LABELS, before)
    others = _last_end(_OTHER_LABELS, before)
    if ours is not None or others is not None:
        return (ours or -1) > (others or -1)
    after = folded[end : end + _AFTER]
    return True if _LABELS.search(after) else None


def _label_above(folded: str, start: int, heads: str) -> bool | None:
    """Say what the header says: of its own column where the cells can be counted, else of the whole header."""
    cells, row_end = heads.split("\t"), folded.find("\n", start)
    row_start = folded.rfind("\n", 0, start) + 1
    row = folded[row_start : row_end if row_end >= 0 else len(folded)]
    if len(cells) > 1 and len(cells) == row.count("\t") + 1:
        heads = cells[folded.count("\t", row_start, start)]
    if _LABELS.search(heads):
        return True
    return False if _OTHER_LABELS.search(heads) else None


def _last_end(pattern: re.Pattern[str], text: str) -> int | None:
    ends = [match.end() for match in pattern.finditer(text)]
    return ends[-1] if ends else None


_HAN = r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_GIVEN = r"[\u3005\u3041-\u3096\u30a1-\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_IS_LABEL = r"住所|生年|電話|連絡|年齢|性別|所属|職業|職名|番号|印|欄|記入|又は|または|及び|名称|部署|フリガナ|ふりがな"
_GAP = r"[\s::|=()・]{0,8}"
_LABELLED_NAME = re.compile(
    rf"(?:氏\s?名|名\s?前|世帯主|被保険者名|ご芳名){_GAP}(?!{_IS_LABEL})(?P<value>{_HAN}{{1,4}}\s?{_GIVEN}{{1,6}})"
)
_NAME_CELL = re.compile(rf"(?:^|[\t\n|])\s?(?P<value>{_HAN}{{1,3}}\s{_GIVEN}{{1,4}})\s?(?=[\t\n|]|$)")
_ADDRESS = re.compile(
    rf"(?:{_HAN}{{1,6}}[都道府県市区郡町村]){_GIVEN}{{0,16}}\d{{1,4}}(?:丁目|番地?|[{_DASH}]\d{{1,4}}){_GIVEN}{{0,3}}[{_DASH}\d]{{0,8}}"
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
    ("pension_number", re.compile(rf"基礎年金番号[^\d\n]{{0,10}}(?P<value>\d{{4}}\s?[{_DASH}]?\s?\d{{6}})(?!\d)")),
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
