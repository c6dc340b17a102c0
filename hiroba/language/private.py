"""Personal numbers (マイナンバー), which must not spread. The rule, written to be read.

A candidate is twelve digits of any width, in one run, in groups of 4-4-4, or one by one as in the boxes of a form. Its
last digit must be the check digit (総務省令第85号第5条, 2014). One random number in eleven passes that, so what stands
nearby decides:
 1. the nearest label before it (else just after it, else its column's header) says マイナンバー, 個人番号 … → found;
 2. that label says 受付番号, 整理番号, 電話 … and has no other value yet → not found;
 3. no label: found when it is written 4-4-4, as on the card, beside a birth date or an address, or in the company of
    others: three or more different candidates of which nearly all pass (three random ones do once in 1,331 texts).
 4. twelve digits broken in any other way (over lines, cells or spoken words, by slashes or brackets, O read for 0)
    count with a label only.
So an unlabelled run of twelve digits alone is let through, and an unlabelled random 4-4-4 is stopped once in eleven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hiroba.language.folding import fold, fold_with_origins
from hiroba.language.personal import DASH, Found, has_address_or_birth_date

CONTEXT_WORDS = ("マイナンバー", "個人番号", "番号法", "通知カード", "番号確認", "My Number")
_LABELS = re.compile(
    r"マ\s?イ\s?ナ\s?ン\s?[バパ]\s?[ー一-]|ま\s?い\s?な\s?ん\s?ば\s?[ー一-]|個\s?人\s?番\s?号|個人\s?(?:no\.?|ナンバー)|個番"
    r"|マイナ番号|マイナ(?=\s?[:=]?\s?$)|番号法|通知カード|番号確認|税番号|[一1]2\s?桁の番号"
    r"|my[\s_-]?number|individual[\s_-]?number|kojin[\s_-]?ban(?:go|gou)?(?![a-z])"
)
_OTHER_LABELS = re.compile(
    r"(?:受付|受理|整理|申請|管理|照会|問い?合わ?せ|伝票|注文|会員|口座|電話|法人|契約|通知書?|納付|確認|証明書?|追跡|製造|車台"
    r"|文書|登録|許可|年金|被保険者|お客様|識別|決裁|起案|発注|請求書?|領収書?|免許証?|宛名|世帯|職員|利用者|機関|メーター)"
    r"\s?(?:番号|no)|送り状|シリアル|tel|fax|電話|isbn|jan|伝票|バーコード|品番|型番|書留|ems|(?<![a-z])id(?![a-z])"
    r"|コード|(?<=[\u3400-\u9fffァ-ヶー々])(?<!本人)(?<!カード)(?:番号|ナンバー)"
)
# What keeps a number that is written in pieces together: spoken 「の」 and 「、」 as well as dashes, spaces and cells.
_BETWEEN = rf"[{DASH}\s|・、._の]{{1,3}}"
_IN_CELL = re.compile(rf"[{DASH}\s・_]")
_STRICT = re.compile(
    rf"(?<!\d)(?<!\d[{DASH},.])"
    rf"(?P<number>\d{{12}}|\d{{4}}\s?(?P<dash>[{DASH}])\s?\d{{4}}\s?(?P=dash)\s?\d{{4}}"
    rf"|(?<!\d\s)\d{{4}}(?P<space> )\d{{4}} \d{{4}}(?!\s\d)|\d(?:[\s|]{{1,3}}\d){{11}})"
    rf"(?!\d)(?![{DASH},.]\d)(?!\s\d(?!\d))"
)
# Beside a label, three groups or twelve digits parted by whatever somebody likes, as long as it is always the same.
_ANYHOW = re.compile(
    r"(?<!\d)(?:\d{4}(?P<between>[^\d\w]{1,3})\d{4}(?P=between)\d{4}|\d(?P<mark>[^\d\w]{1,3})\d(?:(?P=mark)\d){10})"
    r"(?!\d)(?![^\d\w]\d)"
)
# The frame of a keycap stands where a space may stand.
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九\u20e3", "00123456789 ")
# What a reader of pictures takes for a digit, after folding.
_LOOKALIKES = str.maketrans("o○◯liszb", "00011528")
_PIECE = re.compile(r"(?<![a-z\d])(?<!\d,)[\do○◯liszb]{1,12}(?![a-z\d])")
_CHAIN = re.compile(rf"{_PIECE.pattern}(?:{_BETWEEN}{_PIECE.pattern})*")
_DIGIT = re.compile(r"[\d〇零一二三四五六七八九\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_RUN = re.compile(r"\d{3}")
_NOT_DIGIT = re.compile(r"\D+")
_BEFORE, _AFTER = 40, 15
_LONGEST_CELL = 60  # characters; a number in a longer one stands in a sentence
_MANY, _NEARLY_ALL = 3, 0.8
_LEAST_DIFFERENT = 1  # tables are full of zeros
_LEAST_REAL = 8  # of twelve characters, as digits; the rest may be lookalikes


@dataclass(frozen=True, slots=True)
class Candidate:
    """Twelve digits at start..end of a folded text. `is_grouped`: written 4-4-4; `is_broken`: in any other way."""

    start: int
    end: int
    digits: str
    is_grouped: bool = False
    is_broken: bool = False


def find_my_numbers(text: str, context: str = "", before: str = "") -> list[Found]:
    """Find the マイナンバー in `text`, by the rule above. `context` is what stands above it, such as a table's header
    row (cells parted by tabs or " | ", like the text's); `before` is the sentence just before, as spoken."""
    if not has_twelve_digits(text):
        return []
    folded, starts, ends = fold_with_origins(text)
    digits = folded.translate(_KANJI_DIGITS)
    strict = list(_strict(digits))
    valid = [each for each in strict if is_possible(each.digits)]
    told = fold(before[-_BEFORE:]) if before else ""
    heads = fold(context)
    in_company = are_my_numbers([each.digits for each in strict])
    found = [each for each in valid if _decide(folded, each, heads, in_company)]
    taken = {each.start for each in found}
    for each in (*_broken(digits), *_anyhow(digits)):
        if each.start not in taken and _is_labelled(folded, each, heads, told):
            found.append(each)
            taken.add(each.start)
    return [Found(starts[each.start], ends[each.end - 1], "my_number") for each in sorted(found, key=_start)]


def has_twelve_digits(text: str) -> bool:
    """Tell whether a text has enough digits for a number at all, quickly: most texts have not."""
    at = -1
    for _ in range(_LEAST_REAL):
        match = _DIGIT.search(text, at + 1)
        if match is None:
            return False
        at = match.start()
    return True


def has_check_digit(number: str) -> bool:
    """Tell whether the last of twelve digits is the check digit of the eleven before it (総務省令第85号第5条)."""
    if len(number) != 12 or not number.isdecimal():
        return False
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(number[:11], weights, strict=True)) % 11
    return int(number[11]) == (0 if rest <= 1 else 11 - rest)


def is_possible(number: str) -> bool:
    """Tell whether a number can be a personal one: its check digit is right, and it is not a row of zeros."""
    return has_check_digit(number) and len(set(number)) > _LEAST_DIFFERENT


def are_my_numbers(numbers: Iterable[str]) -> bool:
    """Tell whether unlabelled numbers of twelve digits are personal ones by their company: at least three different
    ones pass, and nearly all of them do."""
    different = set(numbers)
    valid = sum(map(is_possible, different))
    return valid >= _MANY and valid >= _NEARLY_ALL * len(different)


def unlabelled_numbers(text: str) -> list[str]:
    """List the twelve-digit numbers of a text that no label speaks for, right or wrong: company for others."""
    if not has_twelve_digits(text):
        return []
    folded = fold(text)
    found = _strict(folded.translate(_KANJI_DIGITS))
    return [each.digits for each in found if _label_near(folded, each.start, each.end) is None]


def is_piece(text: str) -> bool:
    """Tell whether a text may be a piece of a number that is parted: digits alone, or three of them in a run."""
    return bool(digits_in_cell(text)) or _RUN.search(fold(text).translate(_KANJI_DIGITS)) is not None


def without_digits(text: str) -> str:
    """Give a text with a dot for every digit, of whatever kind."""
    return _DIGIT.sub("●", text)


def digits_in_cell(text: str) -> str:
    """Give the digits of a cell that holds nothing but digits and what parts them; "" for any other cell."""
    if len(text) > _LONGEST_CELL:
        return ""
    bare = _IN_CELL.sub("", fold(text)).translate(_KANJI_DIGITS)
    return bare if bare.isascii() and bare.isdecimal() else ""


def digits_read(text: str) -> str:
    """Give the digits of a labelled cell as a reader of pictures may have misread them; "" for any other cell."""
    if len(text) > _LONGEST_CELL:
        return ""
    folded = fold(text)
    bare = _IN_CELL.sub("", folded.replace(",", "") if _THOUSANDS.fullmatch(folded) else folded)
    bare = bare.translate(_KANJI_DIGITS)
    read = bare.translate(_LOOKALIKES)
    return read if read.isascii() and read.isdecimal() and 3 * _real(bare) >= 2 * len(bare) else ""


def label_of(text: str) -> bool | None:
    """Say what a header says of the numbers below it: True personal numbers, False others, None nothing."""
    folded = fold(text)
    if _LABELS.search(folded):
        return True
    return False if _OTHER_LABELS.search(folded) else None


def _start(candidate: Candidate) -> int:
    return candidate.start


def _strict(digits: str) -> Iterator[Candidate]:
    for match in _STRICT.finditer(digits):
        is_grouped = match["dash"] is not None or match["space"] is not None
        yield Candidate(match.start(), match.end(), _NOT_DIGIT.sub("", match["number"]), is_grouped)


def _broken(digits: str) -> Iterator[Candidate]:
    """Give valid numbers made of the first pieces of each chain of pieces, lookalikes read as digits. A chain that goes
    on as it was going (4-4-4-4) is a longer number."""
    for chain in _CHAIN.finditer(digits):
        pieces = list(_PIECE.finditer(digits, chain.start(), chain.end()))
        joined, count = "", 0
        while count < len(pieces) and len(joined) < 12:
            joined += pieces[count].group()
            count += 1
        if len(joined) != 12 or _real(joined) < _LEAST_REAL or _goes_on(digits, pieces, count):
            continue
        number = joined.translate(_LOOKALIKES)
        if is_possible(number):
            yield Candidate(chain.start(), pieces[count - 1].end(), number, is_broken=True)


def _anyhow(digits: str) -> Iterator[Candidate]:
    for match in _ANYHOW.finditer(digits):
        number = _NOT_DIGIT.sub("", match.group())
        if is_possible(number):
            yield Candidate(match.start(), match.end(), number, is_broken=True)


def _goes_on(digits: str, pieces: list[re.Match[str]], count: int) -> bool:
    if not 2 <= count < len(pieces):
        return False
    before, last, following = pieces[count - 2], pieces[count - 1], pieces[count]
    is_as_long = len(following.group()) == len(last.group())
    return is_as_long and digits[before.end() : last.start()] == digits[last.end() : following.start()]


def _real(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def _decide(folded: str, candidate: Candidate, heads: str, in_company: bool) -> bool:
    label = _label_near(folded, candidate.start, candidate.end)
    label = _label_above(folded, candidate.start, heads) if label is None else label
    if label is not None:
        return label
    around = folded[max(0, candidate.start - 3 * _BEFORE) : candidate.end + 3 * _BEFORE]
    return in_company or candidate.is_grouped or has_address_or_birth_date(around)


def _is_labelled(folded: str, candidate: Candidate, heads: str, told: str) -> bool:
    label = _label_near(folded, candidate.start, candidate.end)
    if label is None and "|" not in folded:  # cells are looked at as cells
        label = _label_above(folded, candidate.start, told)
    return bool(label)


def _label_near(folded: str, start: int, end: int) -> bool | None:
    """Say what the nearest label says: True personal number, False another number, None no label. The label of another
    number that already has its value speaks for that one only."""
    before = folded[max(0, start - _BEFORE) : start]
    ours = _last_end(_LABELS, before)
    others = _last_end(_OTHER_LABELS, before)
    if ours is not None and (others is None or ours >= others or not before[ours:others].strip("のカド(12桁 番号):")):
        return True
    if others is not None and not re.search(r"\d{3}", before[others:]):
        return False
    return True if _LABELS.search(folded, end, end + _AFTER) else None


def _label_above(folded: str, start: int, heads: str) -> bool | None:
    """Say what the header says: of its own column where the cells can be counted, else of the whole header."""
    mark = "\t" if "\t" in heads else " | "
    cells, row_end = heads.split(mark), folded.find("\n", start)
    row_start = folded.rfind("\n", 0, start) + 1
    row = folded[row_start : row_end if row_end >= 0 else len(folded)]
    if len(cells) > 1 and len(cells) == row.count(mark) + 1:
        heads = cells[folded.count(mark, row_start, start)]
    if _LABELS.search(heads):
        return True
    return False if _OTHER_LABELS.search(heads) else None


def _last_end(pattern: re.Pattern[str], text: str) -> int | None:
    ends = [match.end() for match in pattern.finditer(text)]
    return ends[-1] if ends else None
