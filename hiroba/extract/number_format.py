"""A number as Excel shows it: format codes of ECMA-376 part 1, 18.8.31, with the built-in ones of the Japanese edition.

One departure from the screen: General shows every digit of an integer of up to 15 (Excel turns 12 and more into
1.2E+11), so that a number typed as an identifier can be found, and be recognised by the gate for personal numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from hiroba.extract.number_dates import as_kanji, date_text

_YEN = '"¥"#,##0'
_ERA, _ERA_LONG = "[$-411]ge.m.d", '[$-411]ggge"年"m"月"d"日"'
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: f"{_YEN};-{_YEN}", 6: f"{_YEN};-{_YEN}",
    7: f"{_YEN}.00;-{_YEN}.00", 8: f"{_YEN}.00;-{_YEN}.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: _ERA, 28: _ERA_LONG, 29: _ERA_LONG, 30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"', 35: 'm"月"d"日"',
    36: _ERA, 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: f'{_YEN};-{_YEN};"¥-"', 43: '#,##0.00;-#,##0.00;"-"', 44: f'{_YEN}.00;-{_YEN}.00;"¥-"',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: _ERA, 51: _ERA_LONG, 52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"', 54: _ERA_LONG, 55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: _ERA, 58: _ERA_LONG,
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<skipped>.)|\*(?P<filled>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/標準)|(?P<half>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?|[gG]+|[eE]+|a{3,}|b+)"
    r"|(?P<digit>[0#?])|(?P<dot>\.)|(?P<comma>,)|(?P<percent>%)|(?P<slash>/)|(?P<at>@)|(?P<literal>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)

Token = tuple[str, str]  # kind, text


@dataclass(frozen=True, slots=True)
class Section:
    """One of up to four parts of a format code, cut into tokens."""

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None = None
    is_date: bool = False
    is_gannen: bool = False
    numerals: int = 0  # [DBNum1] 一二三, [DBNum2] 壱弐参, [DBNum3] １２３
    kinds: frozenset[str] = field(default_factory=frozenset)


def shown_number(value: float, code: str, is_1904: bool = False) -> str:
    """Give a number as its cell shows it under a format code."""
    if code == "General":
        return general(value)
    sections = parsed(code)
    number = _decimal(value)
    section, is_absolute = _section_for(number, sections)
    if section is None:
        return general(value)
    if section.is_date:
        return date_text(value, section.tokens, is_1904, section.is_gannen, section.numerals) or general(value)
    if "general" in section.kinds:
        return _with_general(value, section, is_absolute)
    if not section.kinds & {"digit", "at"}:
        return _literals(section.tokens)
    if "at" in section.kinds:
        return general(value)
    text = _fraction(abs(number), section) if "slash" in section.kinds else _digits(abs(number), section)
    return _in_numerals(f"-{text}" if number < 0 and not is_absolute else text, section.numerals)


def shown_text(text: str, code: str) -> str:
    """Give a text as its cell shows it: `@` of the text section stands for it, an empty one hides it."""
    if code in ("General", "@"):
        return text
    sections = parsed(code)
    section = sections[3] if len(sections) > 3 else next((part for part in sections if "at" in part.kinds), None)
    if section is None:
        return text
    return "".join(text if kind == "at" else part for kind, part in section.tokens if kind in ("at", "literal"))


def general(value: float) -> str:
    """Give a number as the format General shows it (see above for long integers)."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10g}"
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}E{exponent}" if exponent else text


def _decimal(value: float) -> Decimal:
    """Excel calculates with 15 digits; more are noise of the binary number."""
    return Decimal(f"{value:.15g}")


@lru_cache(maxsize=4096)
def parsed(code: str) -> tuple[Section, ...]:
    """Cut a format code into its sections."""
    sections: list[list[Token]] = [[]]
    for found in _TOKEN.finditer(code[:1000]):
        kind = found.lastgroup or "literal"
        text = found[kind]
        if kind == "literal" and text == ";":
            sections.append([])
        elif kind in ("quoted", "escaped"):
            sections[-1].append(("literal", text))
        elif kind == "skipped":
            sections[-1].append(("skipped", " "))
        elif kind != "filled":
            sections[-1].append((kind, text))
    return tuple(_section(tokens) for tokens in sections[:4])


def _section(tokens: list[Token]) -> Section:
    kept: list[Token] = []
    condition, is_gannen, numerals = None, False, 0
    for kind, text in tokens:
        if kind != "bracket":
            kept.append((kind, text))
        elif found := _CONDITION.fullmatch(text):
            condition = (found[1], Decimal(found[2]) if found[2].strip(".-") else Decimal(0))
        elif _ELAPSED.fullmatch(text):
            kept.append(("elapsed", text.lower()))
        elif text.startswith("$"):
            symbol, _, locale = text[1:].partition("-")
            kept.append(("literal", symbol))
            is_gannen |= "gannen" in locale or locale.lower().lstrip("0") == "800411"
        elif text.upper().startswith("DBNUM"):
            numerals = int(text[5:6]) if text[5:6].isdigit() else 0
    kinds = frozenset(kind for kind, _ in kept)
    is_date = bool(kinds & {"date", "elapsed", "half"}) and "digit" not in kinds and "general" not in kinds
    return Section(tuple(kept), condition, is_date, is_gannen, numerals, kinds)


def _section_for(number: Decimal, sections: tuple[Section, ...]) -> tuple[Section | None, bool]:
    """The section that shows a number, and whether it shows it without its minus sign."""
    numeric = sections[:3]
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(number, *section.condition):
                is_negative_only = section.condition is not None and section.condition[0] in ("<", "<=")
                return section, is_negative_only and section.condition is not None and section.condition[1] <= 0
        return None, False
    if number < 0 and len(numeric) > 1:
        return numeric[1], True
    return numeric[2] if number == 0 and len(numeric) > 2 else numeric[0], False


def _holds(number: Decimal, sign: str, limit: Decimal) -> bool:
    order = (number > limit) - (number < limit)
    return order in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "=": (0,), "<>": (-1, 1)}[sign]


def _literals(tokens: tuple[Token, ...]) -> str:
    return "".join(text for kind, text in tokens if kind in ("literal", "percent", "slash", "comma", "dot"))


def _with_general(value: float, section: Section, is_absolute: bool) -> str:
    number = general(abs(value) if is_absolute else value)
    shown = as_kanji(number, section.numerals) if section.numerals else number
    return "".join(shown if kind == "general" else text for kind, text in section.tokens)


def _digits(number: Decimal, section: Section) -> str:
    """A number under a pattern of 0 # ? with literals in between, filled from the point outwards."""
    tokens = section.tokens
    kinds = [kind for kind, _ in tokens]
    point = kinds.index("dot") if "dot" in kinds else _end_of_integer(kinds)
    scale = _trailing_commas(kinds, point)
    number = number * 100 ** kinds.count("percent") / 1000**scale
    power = kinds.index("exponent") if "exponent" in kinds else len(kinds)
    exponent = 0
    if power < len(kinds):
        number, exponent = _normalised(number, kinds[:point].count("digit"), kinds[point:power].count("digit"))
    places = kinds[point:power].count("digit")
    try:
        whole, _, decimals = f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}".partition(".")
    except InvalidOperation:  # more digits than anyone shows
        return f"{number:.6E}"
    has_commas = "comma" in kinds[:point][: len(kinds) - scale] and _groups(kinds[:point])
    left = _whole_part(tokens[:point], whole, has_commas)
    right = _decimal_part(tokens[point:power], decimals)
    return left + right + _exponent_part(tokens[power:], exponent)


def _end_of_integer(kinds: list[str]) -> int:
    """Without a point the integer ends after its last digit and the commas that scale it."""
    digits = [index for index, kind in enumerate(kinds) if kind == "digit"]
    power = kinds.index("exponent") if "exponent" in kinds else len(kinds)
    end = max((index for index in digits if index < power), default=-1) + 1
    while end < len(kinds) and kinds[end] == "comma":
        end += 1
    return end


def _trailing_commas(kinds: list[str], point: int) -> int:
    count = 0
    while count < point and kinds[point - count - 1] == "comma":
        count += 1
    return count


def _groups(kinds: list[str]) -> bool:
    """A comma between digits asks for thousands."""
    digits = [index for index, kind in enumerate(kinds) if kind == "digit"]
    return len(digits) > 1 and "comma" in kinds[digits[0] : digits[-1]]


def _normalised(number: Decimal, before: int, after: int) -> tuple[Decimal, int]:
    """Mantissa and exponent; as many digits before the point as the pattern has (##0.0E+0 counts by threes)."""
    if not number:
        return number, 0
    step = max(before, 1)
    exponent = number.adjusted() // step * step if step > 1 else number.adjusted()
    mantissa = number.scaleb(-exponent)
    rounded = mantissa.quantize(Decimal(1).scaleb(-after), ROUND_HALF_UP)
    return (mantissa.scaleb(-step), exponent + step) if rounded >= 10**step else (mantissa, exponent)


def _whole_part(tokens: tuple[Token, ...], whole: str, has_commas: bool) -> str:
    places = sum(kind == "digit" for kind, _ in tokens)
    rest = list(whole.lstrip("0"))
    parts: list[str] = []
    written = 0
    for kind, text in reversed(tokens):
        if kind == "digit":
            places -= 1
            taken = [rest.pop() if rest else {"0": "0", "?": " "}.get(text, "")]
            if places == 0:
                taken += [rest.pop() for _ in range(len(rest))]
            for digit in taken:
                parts.append("," if has_commas and digit.isdigit() and written and written % 3 == 0 else "")
                parts.append(digit)
                written += digit.isdigit()
        elif kind not in ("comma", "bracket"):
            parts.append(text)
    return "".join(reversed(parts))


def _decimal_part(tokens: tuple[Token, ...], decimals: str) -> str:
    parts: list[str] = []
    used = 0
    kept = len(decimals.rstrip("0"))
    for kind, text in tokens:
        if kind == "digit":
            parts.append(decimals[used] if text == "0" or used < kept else " " if text == "?" else "")
            used += 1
        elif kind not in ("comma", "bracket"):
            parts.append(text)
    return "".join(parts)


def _exponent_part(tokens: tuple[Token, ...], exponent: int) -> str:
    if not tokens:
        return ""
    sign = "-" if exponent < 0 else "+" if tokens[0][1].endswith("+") else ""
    width = sum(kind == "digit" for kind, _ in tokens)
    return f"E{sign}{abs(exponent):0{width}d}" + "".join(text for kind, text in tokens[1:] if kind == "literal")


def _fraction(number: Decimal, section: Section) -> str:
    """# ?/? and its kin; a number after the slash is the denominator."""
    kinds = [kind for kind, _ in section.tokens]
    slash = kinds.index("slash")
    fixed = re.match(r"\s*(\d+)", "".join(text for _, text in section.tokens[slash + 1 :]))
    width = max(1, min(4, kinds[slash + 1 :].count("digit")))
    exact = Fraction(number)
    if fixed and int(fixed[1]):
        nearest = Fraction(round(exact * int(fixed[1])), int(fixed[1]))
        shown_denominator = int(fixed[1])
    else:
        nearest = exact.limit_denominator(10**width - 1)
        shown_denominator = nearest.denominator
    has_whole = "digit" in kinds[: kinds.index("literal") if "literal" in kinds[:slash] else 0]
    whole = int(nearest) if has_whole else 0
    over = round((nearest - whole) * shown_denominator)
    if not over and has_whole:
        return str(whole)
    return f"{whole} {over}/{shown_denominator}" if whole else f"{over}/{shown_denominator}"


def _in_numerals(text: str, numerals: int) -> str:
    digits = {1: "〇一二三四五六七八九", 2: "零壱弐参四伍六七八九", 3: "０１２３４５６７８９"}.get(numerals)
    return text.translate(str.maketrans("0123456789", digits)) if digits else text
