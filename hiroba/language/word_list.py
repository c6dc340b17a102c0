"""An office's own words: names and terms that a machine that listens would not know, and what it tends to hear.

A file of lines 「表記,よみ,聞きまちがい,…」: 公園係,こうえんがかり,公園ばかり. Reading and mishearings may be left out;
「#」 begins a remark. Mending is conservative: what was heard must sound the same, and be in doubt or in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hiroba.language.folding import fold
from hiroba.language.tokens import Reading, readings

MOST = 2000  # words of a list
LEANED_TO = 40  # words a speech model can be told of: about 200 of its tokens
_SHORTEST_DOUBTED, _SHORTEST_SURE, _SHORTEST_NEAR = 3, 5, 6  # kana
_SEPARATORS = re.compile(r"\s*[,,、\t]\s*")
_KANA = re.compile(r"[ァ-ヶー]+")
# What sounds the same: ヂ and ジ, ヅ and ズ, and a long vowel however it is written.
_SAME = str.maketrans({"ヂ": "ジ", "ヅ": "ズ", "ヲ": "オ"})
_ROWS = {vowel: set(row) for vowel, row in {
    "ア": "アカサタナハマヤラワガザダバパャ",
    "イ": "イキシチニヒミリギジビピ",
    "ウ": "ウクスツヌフムユルグズブプュ",
    "エ": "エケセテネヘメレゲゼデベペ",
    "オ": "オコソトノホモヨロゴゾドボポョ",
}.items()}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A name or term as the office writes it, how it sounds (katakana), and what machines hear instead."""

    written: str
    sound: str
    misheard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mending:
    """The characters start..end of a text are to be `written`."""

    start: int
    end: int
    written: str


def read_words(lines: Iterable[str]) -> list[Word]:
    """Give the words of a list's lines, in order; remarks and lines without a word are passed over."""
    words: list[Word] = []
    for line in lines:
        parts = _SEPARATORS.split(line.partition("#")[0].strip())
        if parts[0] and len(words) < MOST:
            said = parts[1] if len(parts) > 1 and parts[1] else parts[0]
            words.append(Word(parts[0], sound_of(said), tuple(part for part in parts[2:] if len(part) > 1)))
    return words


def load_words(path: Path) -> list[Word]:
    """Give the words of a file; none when there is no such file or it is no text."""
    try:
        status = path.stat()
        return list(_loaded(path, status.st_mtime_ns))
    except (OSError, UnicodeDecodeError):
        return []


@lru_cache(maxsize=2)
def _loaded(path: Path, _modified: int) -> tuple[Word, ...]:
    return tuple(read_words(path.read_text(encoding="utf-8-sig").splitlines()))


def sound_of(text: str) -> str:
    """Give how a text is said, in katakana that is equal where the sound is."""
    kana = "".join(each.sound for each in readings(fold(text)))
    return _plain("".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in kana))


def _plain(kana: str) -> str:
    said = ""
    for letter in kana.translate(_SAME):
        last = said[-1:]
        is_long = (letter == "ウ" and last in _ROWS["オ"] | _ROWS["ウ"]) or (letter == "イ" and last in _ROWS["エ"])
        said += "ー" if is_long or (letter in _ROWS and last in _ROWS[letter] and letter == last) else letter
    return said


def mendings(text: str, words: Sequence[Word], doubted: Sequence[tuple[int, int]]) -> list[Mending]:
    """Give what of a machine's hearing the list puts right, from left to right without overlap.

    A listed mishearing always; what sounds the same where it is doubted, or is long and fell into pieces; what differs
    in one sound only where it is long and doubted."""
    found = [*_listed(text, words), *_sounding(text, words, doubted)]
    kept: list[Mending] = []
    for each in sorted(found, key=lambda mending: (mending.start, mending.start - mending.end)):
        if (not kept or each.start >= kept[-1].end) and text[each.start : each.end] != each.written:
            kept.append(each)
    return kept


def _listed(text: str, words: Sequence[Word]) -> Iterator[Mending]:
    for word in words:
        for wrong in word.misheard:
            for place in re.finditer(re.escape(wrong), text):
                yield Mending(place.start(), place.end(), word.written)


def _sounding(text: str, words: Sequence[Word], doubted: Sequence[tuple[int, int]]) -> Iterator[Mending]:
    pieces = readings(text)
    by_length: dict[int, list[Word]] = {}
    for word in words:
        by_length.setdefault(len(word.sound), []).append(word)
    longest = max(by_length, default=0)
    for first in range(len(pieces)):
        kana = ""
        for last in range(first, len(pieces)):
            kana = kana + pieces[last].sound
            said = _plain(kana)
            if len(said) > longest or not _KANA.fullmatch(pieces[last].sound):
                break
            stretch = pieces[first : last + 1]
            for word in by_length.get(len(said), ()):
                if _is_meant(word, said, stretch, doubted):
                    yield Mending(stretch[0].start, stretch[-1].end, word.written)


def _is_meant(word: Word, said: str, stretch: Sequence[Reading], doubted: Sequence[tuple[int, int]]) -> bool:
    start, end = stretch[0].start, stretch[-1].end
    is_doubted = any(a < end and b > start for a, b in doubted)
    if said == word.sound:
        shortest = _SHORTEST_DOUBTED if is_doubted else _SHORTEST_SURE
        return len(said) >= shortest and (is_doubted or len(stretch) > 1)
    differing = sum(a != b for a, b in zip(said, word.sound, strict=True))
    return is_doubted and differing == 1 and len(said) >= _SHORTEST_NEAR
