"""Which encoding bytes are in, and their text: what Japanese offices send, without ever guessing in silence.

Order of evidence: byte-order mark, JIS escapes, strict UTF-8, UTF-16 by its pattern of bytes, then CP932, EUC-JP and
the Western code page compared by how much their text looks like Japanese (or Western) writing. Characters stay as
the codec gives them (CP932 duplicates, private-use 外字): folding is the index's work.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

SAMPLE = 40_000  # characters that are scored; strict decoding always covers every byte
CLEAR_MARGIN = 0.25  # between the best and the second reading; measured on office_files and on random prefixes of them
PLAUSIBLE = 0.15
CLEAR_JAPANESE = 0.6
LOSS_ALLOWED = 0.02  # part of the characters that may be unreadable before a reading is dropped altogether
MOSTLY_ASCII = 0.9  # such a text is shown even where its few other characters make no sense
REPLACEMENT = "\ufffd"


class UndecodableError(ValueError):
    """No encoding gives text: the bytes are something else."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of some bytes; `sure` is False when another reading was nearly as likely or characters were lost."""

    text: str
    encoding: str
    sure: bool


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels as they are meant in the wild (WHATWG Encoding Standard), not as they are written.
_MEANT = {
    "shift_jis": "cp932",
    "euc_jp": "euc-jp",
    "euc_jis_2004": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "iso2022_jp_1": "iso-2022-jp",
    "iso2022_jp_2": "iso-2022-jp",
    "iso2022_jp_3": "iso-2022-jp",
    "iso2022_jp_ext": "iso-2022-jp",
    "iso2022_jp_2004": "iso-2022-jp",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
}
_ALIASES = {
    "x-sjis": "cp932",
    "x-ms-cp932": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "x-euc-jp": "euc-jp",
    "cp51932": "euc-jp",
    "eucjp-ms": "euc-jp",
    "cp50220": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
    "cp50222": "iso-2022-jp",
    "iso-2022-jp-ms": "iso-2022-jp",
}
_JIS_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\([@BDOPQ]|\([BJI])")

_EUC = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xfe]{2}|\x8e[\xa1-\xdf])*+")


def decode(data: bytes, declared: str = "") -> Decoded:
    """Read bytes as text in the encoding they are in; `declared` is what a header or meta tag says of them.

    Raises UndecodableError when nothing gives text (the bytes are binary)."""
    for bom, encoding in _BOMS:
        if data.startswith(bom) and (text := _strict(data[len(bom) :], encoding)) is not None:
            return Decoded(text, encoding, True)
    label = normal_label(declared)
    if label and (decoded := _as_declared(data, label)) is not None:
        return decoded
    decoded = _detect(data)
    contradicts = bool(label) and decoded.encoding not in {label, "ascii"}
    return Decoded(decoded.text, decoded.encoding, decoded.sure and not contradicts)


def normal_label(declared: str) -> str:
    """Give the codec that a charset label means ("x-sjis" → "cp932"), "" for an unknown or empty one."""
    label = declared.strip().strip("\"'").lower()
    if label in _ALIASES:
        return _ALIASES[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name)


def _as_declared(data: bytes, label: str) -> Decoded | None:
    """The declared reading, where it can be wrong (a single-byte page accepts any bytes) only if nothing is better."""
    text = _strict(data, label)
    if text is None or _control_part(text) > 0:
        return None
    if label not in {"cp1252", "ascii"} and not label.startswith("iso8859"):
        return Decoded(text, label, True)
    other = _detect(data)
    return other if other.sure and other.encoding != "cp1252" else Decoded(text, label, True)


def _detect(data: bytes) -> Decoded:
    if _JIS_ESCAPE.search(data) and not any(byte > 0x7F for byte in data):
        return _from_jis(data)
    if data.isascii() and b"\0" not in data:
        return _checked(Decoded(data.decode("ascii"), "ascii", True))
    if (wide := _wide(data)) is not None:
        return wide
    if (text := _strict(data, "utf-8")) is not None:
        return _checked(Decoded(text, "utf-8", True)) if _says_utf8(text) else _doubtful_utf8(data, text)
    return _broken_utf8(data) or _best(data)


def _broken_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with a few broken places: its long sequences do not come about by chance."""
    text = data.decode("utf-8", "replace")
    lost = text.count(REPLACEMENT)
    whole = sum("\u0800" <= char < "\ud800" for char in text)
    return _checked(Decoded(text, "utf-8", False)) if whole >= 4 * lost else None


def _says_utf8(text: str) -> bool:
    """Two bytes a character fit EUC-JP and half-width kana by chance; three do not, and Western words are Western."""
    return max(text) >= "\u0800" or _western_score(text) >= 0.5


def _doubtful_utf8(data: bytes, text: str) -> Decoded:
    readings = [(label, other) for label in ("cp932", "euc-jp") if (other := _strict(data, label)) is not None]
    ranked = _ranked(readings)
    if ranked and ranked[0][0] >= CLEAR_JAPANESE:
        return Decoded(ranked[0][2], ranked[0][1], False)
    return _checked(Decoded(text, "utf-8", not ranked))


def _checked(decoded: Decoded) -> Decoded:
    if _control_part(decoded.text) > LOSS_ALLOWED:
        raise UndecodableError("control characters: not a text")
    return decoded


def _best(data: bytes) -> Decoded:
    """The likeliest of the 8-bit encodings; with losses (marked by U+FFFD, never sure) when none is without."""
    readings = [(label, _strict(data, label)) for label in ("cp932", "euc-jp", "cp1252")]
    whole = _ranked([(label, text) for label, text in readings if text is not None])
    if not whole or whole[0][0] < PLAUSIBLE:
        whole = _ranked([*((label, text) for _, label, text in whole), *_rarer_readings(data)])
    if not whole or (whole[0][0] < 0 and _ascii_part(whole[0][2]) < MOSTLY_ASCII):
        raise UndecodableError("no encoding gives text")
    score, label, text = whole[0]
    second = whole[1][0] if len(whole) > 1 else 0.0
    sure = score >= PLAUSIBLE and score - second >= CLEAR_MARGIN and REPLACEMENT not in text
    return _checked(Decoded(text, label, sure))


def _ranked(readings: list[tuple[str, str]]) -> list[tuple[float, str, str]]:
    scored = [(_western_score(t) if label == "cp1252" else _japanese_score(t), label, t) for label, t in readings]
    return sorted(scored, key=lambda entry: -entry[0])


def _rarer_readings(data: bytes) -> list[tuple[str, str]]:
    """JIS X 0213 encodings, then the usual ones with a few broken characters."""
    found = [(label, text) for label in ("shift_jis_2004",) if (text := _strict(data, label)) is not None]
    for label in ("utf-8", "cp932", "euc_jp"):
        text = data.decode(label, "replace")
        if text.count(REPLACEMENT) <= max(1, len(text) * LOSS_ALLOWED):
            found.append((label, text))
    return found


def _strict(data: bytes, label: str) -> str | None:
    try:
        if label == "iso-2022-jp":
            return _from_jis(data).text
        if label == "euc-jp":
            return _from_euc(data)
        return data.decode(label)
    except (UnicodeDecodeError, LookupError):
        return None


def _from_euc(data: bytes) -> str:
    """EUC-JP; with NEC/IBM extensions (①㈱髙), which the standard codec refuses, read as CP51932; then JIS X 0213."""
    with suppress(UnicodeDecodeError):
        return data.decode("euc_jp")
    if _EUC.fullmatch(data):
        shifted = re.sub(rb"[\xa1-\xfe]{2}", lambda pair: _shifted(pair[0][0] - 0x80, pair[0][1] - 0x80), data)
        with suppress(UnicodeDecodeError):
            return shifted.replace(b"\x8e", b"").decode("cp932")
    return data.decode("euc_jis_2004")


def _from_jis(data: bytes) -> Decoded:
    """ISO-2022-JP; extensions of CP932 (CP50220, what Outlook sends) where the standard codec refuses."""
    for label in ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3"):
        try:
            return Decoded(data.decode(label), "iso-2022-jp", True)
        except UnicodeDecodeError:
            continue
    parts: list[str] = []
    escape, position = b"\x1b(B", 0
    for found in [*_JIS_ESCAPE.finditer(data), None]:
        parts.append(_jis_segment(data[position : found.start() if found else len(data)], escape))
        if found:
            escape, position = found[0], found.end()
    text = "".join(parts)
    return Decoded(text, "iso-2022-jp", REPLACEMENT not in text)


def _jis_segment(segment: bytes, escape: bytes) -> str:
    if escape in (b"\x1b(B", b"\x1b(J"):
        return segment.decode("ascii", "replace")
    if escape == b"\x1b(I":
        return bytes(byte | 0x80 for byte in segment).decode("cp932", "replace")
    if escape in (b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B"):
        return re.sub(rb"[\x21-\x7e]{2}", lambda pair: _shifted(*pair[0]), segment).decode("cp932", "replace")
    label = "iso2022_jp_1" if escape == b"\x1b$(D" else "iso2022_jp_2004"
    return (escape + segment + b"\x1b(B").decode(label, "replace")


def _shifted(row: int, cell: int) -> bytes:
    """A JIS X 0208 position (0x21–0x7E each) as Shift_JIS bytes (JIS X 0208:1997, Annex 1)."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
    return bytes((lead, trail))


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: one half of its byte pairs is mostly NUL (Latin) or 0x30 (kana, punctuation)."""
    if len(data) < 4 or len(data) % 2:
        return None
    sample = data[: SAMPLE * 2]
    for label, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        telling = high.count(0) + high.count(0x30)
        if telling * 5 < len(high):
            continue
        text = _strict(data, label)
        if text is not None and _control_part(text) == 0 and max(_japanese_score(text), _ascii_part(text)) > 0.5:
            return Decoded(text, label, True)
    return None


def _control_part(text: str) -> float:
    """Part of the characters that no text holds; tab, line ends, form feed, EOF mark (1A), escape are fine."""
    return len(re.findall(r"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f\x7f]", text)) / max(1, len(text))


def _ascii_part(text: str) -> float:
    return len(re.findall(r"[\t\n\r -~]", text)) / max(1, len(text))


@cache
def _weight(char: str) -> float:
    """How much a character speaks for Japanese text (JIS X 0208 level 1 = rows B0–CF of EUC-JP, level 2 above)."""
    point = ord(char)
    if 0x3041 <= point <= 0x3093 or char in "、。「」・ー（）　，．：？！～〜":
        return 1.0
    if 0x30A1 <= point <= 0x30F6 or 0xFF10 <= point <= 0xFF5A:
        return 0.8
    if 0xFF61 <= point <= 0xFF9F:
        return 0.3
    if 0x4E00 <= point <= 0x9FFF:
        return _kanji_weight(char)
    if 0x2000 <= point <= 0x33FF:
        return 0.3
    return -4.0 if char == REPLACEMENT else -1.0


def _kanji_weight(char: str) -> float:
    try:
        return 0.7 if char.encode("euc_jp")[0] < 0xD0 else 0.0
    except UnicodeEncodeError:
        return -0.2


def _japanese_score(text: str) -> float:
    counts = Counter(char for char in text[:SAMPLE] if char > "\x7f")
    return sum(_weight(char) * n for char, n in counts.items()) / max(1, counts.total())


_WESTERN_LETTER = re.compile(
    r"""(?<![^A-Za-zÀ-ÿ' "(@.\n-])[À-ÖØ-öø-ÿ](?=[A-Za-zÀ-ÿ' .,;:!?]|$)"""
    r"|(?<=[A-Za-zÀ-ÿ])[ŠšŽžŒœ](?=[A-Za-zÀ-ÿ' .,;:!?]|$)|[«»“”‘’–—…€£§©°]",
    re.MULTILINE,
)


def _western_score(text: str) -> float:
    """Accented letters beside Latin ones, typographic signs; runs of accented letters are another encoding's text."""
    sample = text[:SAMPLE]
    foreign = len(re.findall(r"[^\x00-\x7f]", sample))
    runs = len(re.findall(r"[^\x00-\x7f]{3,}", sample))
    return 0.75 * len(_WESTERN_LETTER.findall(sample)) / max(1, foreign) - 0.5 * (runs > 0)
