"""What is searched in a text: its words in normal form, and its pairs of neighbouring characters.

Words (Sudachi, short units, normal form) find 引っ越し for 引越し; pairs find every word wherever it stands, also
inside a longer one. Neither alone is enough: see the bench "search". All of it works on folded text."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sudachipy import Dictionary, Morpheme, SplitMode
from sudachipy import Tokenizer as SudachiTokenizer

from hiroba.language.folding import fold, fold_with_origins

# Stands in the stream of pairs where no pair is, so that positions count characters and no phrase crosses it.
GAP = "."
_CUT = 8_000  # Sudachi refuses 49,149 bytes; four bytes a character at most, and short pieces keep memory flat
_LONGEST_FORM = 64
_SENTENCE_END = re.compile(r"[。．!?\n]\s*")
_NOT_WORDS = frozenset(["助詞", "助動詞", "補助記号", "空白", "記号"])

CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# A unit is one character of Japanese, one number (12,345 is 12345) or one word of other letters; space says nothing.
_UNIT = re.compile(
    rf"(?P<unit>[{CJK}]|[0-9]{{1,64}}(?:,[0-9]{{3}})*|\d{{1,64}}|(?:(?![{CJK}])[^\W\d_]){{1,64}})|\s+|(?P<mark>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A form as it is indexed, and the characters start..end of the original text that it comes from."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Streams:
    """All that is indexed of one text; see `words`, `bigrams` and `characters`. Trigrams say nothing that bigrams do
    not: three characters together are so much rarer that a long word is proved many times faster."""

    words: list[str]
    bigrams: list[str]
    trigrams: list[str]
    characters: list[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """How a piece of text is looked up as written: pairs with their distance from the first, and single units. Its
    triples must be there too; they prove nothing more, but are rare. A piece of three units is its one triple."""

    pairs: tuple[tuple[int, str], ...]
    singles: tuple[str, ...]
    triples: tuple[str, ...] = ()


class _Sudachi(threading.local):
    """One tokenizer a thread: they may not be shared. The dictionary may."""

    def __init__(self) -> None:
        self.tokenizer: SudachiTokenizer = _dictionary().tokenizer(mode=SplitMode.A)


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="core")


@cache
def _sudachi() -> _Sudachi:
    return _Sudachi()


@cache
def _is_particle(part_of_speech: int) -> bool:
    """Tell whether a part of speech only joins words, or is no word at all."""
    return str(_dictionary().pos_of(part_of_speech)[0]) in _NOT_WORDS


@cache
def _is_light_verb(part_of_speech: int) -> bool:
    return tuple(_dictionary().pos_of(part_of_speech)[:2]) == ("動詞", "非自立可能")


def streams(text: str) -> Streams:
    """Give the three streams of `text`, folding it once. Costs about 4 µs a character, nearly all of it for words."""
    folded = fold(text)
    units = _units(folded)
    characters = [unit for unit in dict.fromkeys(units) if unit]
    return Streams(_words(folded), _stream(units), _triples(units), characters)


@cache
def _is_verb(part_of_speech: int) -> bool:
    return str(_dictionary().pos_of(part_of_speech)[0]) == "動詞"


def words(text: str) -> list[str]:
    """Give the words of `text` in normal form, particles and punctuation left out, in order."""
    return _words(fold(text))


def _words(folded: str) -> list[str]:
    found: list[str] = []
    for piece, _ in _pieces(folded):
        for morpheme in _sudachi().tokenizer.tokenize(piece):
            if not _is_particle(morpheme.part_of_speech_id()) and (form := _form(morpheme)):
                found.append(form)
    return found


def word_tokens(text: str) -> list[Token]:
    """Give the same words as `words`, each with its place in `text`."""
    folded, starts, ends = fold_with_origins(text)
    tokens: list[Token] = []
    for piece, offset in _pieces(folded):
        for morpheme in _sudachi().tokenizer.tokenize(piece):
            if not _is_particle(morpheme.part_of_speech_id()) and (form := _form(morpheme)):
                first, last = offset + morpheme.begin(), offset + morpheme.end() - 1
                tokens.append(Token(form, starts[first], ends[last]))
    return tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """How the characters start..end of a text are said, in katakana; "" for punctuation and space."""

    sound: str
    start: int
    end: int


def readings(text: str) -> list[Reading]:
    """Give how each word of `text` is said, in order, as the dictionary knows it; unknown words as they are written."""
    found: list[Reading] = []
    for piece, offset in _pieces(text):
        for morpheme in _sudachi().tokenizer.tokenize(piece):
            is_silent = str(morpheme.part_of_speech()[0]) in ("補助記号", "空白")
            sound = "" if is_silent else morpheme.reading_form() or morpheme.surface()
            found.append(Reading(sound, offset + morpheme.begin(), offset + morpheme.end()))
    return found


def word_groups(text: str) -> list[list[tuple[str, ...]]]:
    """Give the words of a question as runs that stand side by side: 保育園の申し込みをしたい → 保育・園, 申し込み.

    Particles part the runs; a verb that carries no meaning of its own (する, いる) is left out. A word is a tuple of
    forms, any of which will do: 引っ越し in 引っ越し手続き is read as the verb, alone as the noun."""
    groups: list[list[tuple[str, ...]]] = [[]]
    for piece, _ in _pieces(fold(text)):
        for morpheme in _sudachi().tokenizer.tokenize(piece):
            part = morpheme.part_of_speech_id()
            if _is_particle(part) or _is_light_verb(part):
                groups.append([])
            elif form := _form(morpheme):
                alone = words(morpheme.surface()) if _is_verb(part) else []
                groups[-1].append((form, alone[0]) if len(alone) == 1 and alone[0] != form else (form,))
    return [group for group in groups if group]


def bigrams(text: str) -> list[str]:
    """Give the stream of pairs of `text`, one entry a unit: the pair that begins there, or GAP at a boundary.

    A unit between two boundaries stands alone in the stream."""
    return _stream(_units(fold(text)))


def characters(text: str) -> list[str]:
    """Give each unit of `text` once: what a word of one character (税) or one Latin word (DX) is looked up in."""
    return [unit for unit in dict.fromkeys(_units(fold(text))) if unit]


def unit_tokens(text: str) -> list[Token]:
    """Give the units of `text` with their places; a boundary is a Token with an empty form."""
    folded, starts, ends = fold_with_origins(text)
    return [
        Token(unit.replace(",", ""), starts[first], ends[last - 1]) for unit, first, last in _units_with_places(folded)
    ]


def phrase_of(text: str) -> Phrase:
    """Give how `text` is looked up as written, with no more pairs than are needed to prove every character.

    A single unit at either end of several runs may be part of a longer run where it is found: it is only looked up."""
    units = _units(fold(text))
    while units and not units[0]:
        units.pop(0)
    while units and not units[-1]:
        units.pop()
    runs = list(_runs(units))
    if len(runs) == 1 and len(runs[0][1]) == 1:
        return Phrase((), (runs[0][1][0],))
    pairs: list[tuple[int, str]] = []
    singles: list[str] = []
    for number, (start, run) in enumerate(runs):
        if len(run) > 1:
            offsets = sorted({*range(0, len(run) - 1, 2), len(run) - 2})
            pairs.extend((start + at, pair(run[at], run[at + 1])) for at in offsets)
        elif number in (0, len(runs) - 1):
            singles.append(run[0])
        else:
            pairs.append((start, run[0]))
    first = pairs[0][0] if pairs else 0
    return Phrase(tuple((at - first, form) for at, form in pairs), tuple(singles), _triples_of_runs(runs))


def pair(left: str, right: str) -> str:
    """Give the indexed form of two neighbouring units."""
    return f"{left}_{right}" if left[-1].isascii() and right[0].isascii() else left + right


def triple(left: str, middle: str, right: str) -> str:
    """Give the indexed form of three neighbouring units."""
    return pair(pair(left, middle), right)


def _form(morpheme: Morpheme) -> str:
    form = fold(morpheme.normalized_form())[:_LONGEST_FORM]
    if form.isalnum():
        return form
    return "".join(character for character in form if character.isalnum() or character in "ー々〆")


def _pieces(folded: str) -> Iterator[tuple[str, int]]:
    """Cut long text at the ends of sentences; give each piece and where it starts."""
    start = 0
    while len(folded) - start > _CUT:
        ends = [match.end() for match in _SENTENCE_END.finditer(folded, start, start + _CUT)]
        end = ends[-1] if ends else start + _CUT
        yield folded[start:end], start
        start = end
    yield folded[start:], start


def _units(folded: str) -> list[str]:
    """Give the units of folded text; any number of marks between two units is one empty string."""
    return [unit.replace(",", "") for unit, _, _ in _units_with_places(folded)]


def _units_with_places(folded: str) -> Iterator[tuple[str, int, int]]:
    after_mark = False
    for match in _UNIT.finditer(folded):
        unit = match["unit"]
        if unit is not None:
            after_mark = False
            yield unit, match.start(), match.end()
        elif match["mark"] is not None and not after_mark:
            after_mark = True
            yield "", match.start(), match.end()


def _runs(units: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the runs of units between boundaries, each with its position in the stream."""
    run: list[str] = []
    for at, unit in enumerate([*units, ""]):
        if unit:
            run.append(unit)
        elif run:
            yield at - len(run), run
            run = []


def _triples_of_runs(runs: list[tuple[int, list[str]]]) -> tuple[str, ...]:
    """Give triples that cover each run of three units and more, overlapping as little as can be."""
    found = [
        triple(*run[at : at + 3])
        for _, run in runs
        if len(run) > 2
        for at in sorted({*range(0, len(run) - 2, 3), len(run) - 3})
    ]
    return tuple(dict.fromkeys(found))


def _triples(units: list[str]) -> list[str]:
    """Give each three neighbouring units once."""
    threes = zip(units, units[1:], units[2:], strict=False)
    return list(dict.fromkeys(triple(*three) for three in threes if all(three)))


def _stream(units: list[str]) -> list[str]:
    stream: list[str] = []
    count = len(units)
    for at, unit in enumerate(units):
        following = units[at + 1] if at + 1 < count else ""
        if unit and following:
            stream.append(pair(unit, following))
        elif unit and (at == 0 or not units[at - 1]):
            stream.append(unit)
        else:
            stream.append(GAP)
    return stream
