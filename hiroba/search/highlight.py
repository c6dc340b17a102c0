"""Where in a text the words of a query stand, and the stretch of it worth showing: on the original characters.

What is marked is what matched (the law in query.py): as written, and only where no word of the query stands in the text
as written, in normal form, which costs an analysis of the text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from hiroba.language.folding import fold_with_origins
from hiroba.language.tokens import CJK, Token, unit_tokens, word_groups, word_tokens
from hiroba.search.query import Query, Word

WIDTH = 120
LEAD = 30  # characters shown before the first match, at most
MOST_MATCHES = 200
LONGEST_ANALYSED = 20_000  # a longer text is analysed no further for other writings

Place = tuple[int, int]
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a text as pieces (text, is it a match), where the stretch lies, and where every match of the whole
    text lies. Without a match the stretch is the beginning."""

    pieces: Pieces
    start: int
    end: int
    matches: tuple[Place, ...]

    @property
    def text(self) -> str:
        """Give the stretch without marks; … stands where it was cut."""
        return "".join(text for text, _ in self.pieces)


def snippet(text: str, query: Query, width: int = WIDTH) -> Snippet:
    """Give the stretch of about `width` characters of `text` that shows most of what `query` asks for."""
    found = _find(text, query)
    matches = _merged([place for places in found for place in places])
    start, end = _best_stretch(text, found, matches, width)
    shown = [place for place in matches if start <= place[0] < end]
    pieces = [("…", False)] if start > 0 else []
    at = start
    for first, last in shown:
        pieces.append((text[at:first], False))
        pieces.append((text[first : min(last, end)], True))
        at = min(last, end)
    pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append(("…", False))
    return Snippet(tuple(piece for piece in pieces if piece[0]), start, end, tuple(matches))


def find_matches(text: str, query: Query) -> list[Place]:
    """Give where in `text` the words of `query` stand, in order, overlaps joined."""
    return _merged([place for places in _find(text, query) for place in places])


def _find(text: str, query: Query) -> list[list[Place]]:
    """Give the places of each word of the query; a list of its own for each word."""
    folded, starts, ends = fold_with_origins(text)
    found: list[list[Place]] = []
    for word in query.words():
        places = [
            (starts[first], ends[last - 1])
            for pattern in _patterns(word)
            for first, last in islice(_spans(pattern, folded), MOST_MATCHES)
        ]
        found.append(places)
    if not any(found):
        found = [_in_normal_form(word, text) for word in query.words() if not word.is_phrase]
    return found


def _spans(pattern: re.Pattern[str], folded: str) -> list[Place]:
    return [match.span() for match in islice(pattern.finditer(folded), MOST_MATCHES)]


@lru_cache(maxsize=512)
def _patterns(word: Word) -> tuple[re.Pattern[str], ...]:
    """Give patterns over folded text that find the word and its synonyms as written. Linear: nothing repeats inside a
    repetition."""
    return tuple(_as_written(text) for text in (word.text, *word.synonyms))


def _as_written(text: str) -> re.Pattern[str]:
    units = [token.form for token in unit_tokens(text)]
    while units and not units[0]:
        units.pop(0)
    while units and not units[-1]:
        units.pop()
    pieces: list[str] = []
    for at, unit in enumerate(units):
        if not unit:
            pieces.append(r"[^\w]{1,20}?")
            continue
        pieces.append(_unit_pattern(unit))
        if at + 1 < len(units) and units[at + 1]:
            pieces.append(r"\s{0,20}")
    return re.compile("".join(pieces) or r"(?!)")


def _unit_pattern(unit: str) -> str:
    if unit.isdigit():
        return rf"(?<!\d)(?<!\d,){',?'.join(unit)}(?!\d)(?!,\d{{3}})"
    if re.fullmatch(f"[{CJK}]", unit):
        return re.escape(unit)
    return rf"(?<![^\W\d_{CJK}]){re.escape(unit)}(?![^\W\d_{CJK}])"


@lru_cache(maxsize=512)
def _groups(word: Word) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Give the groups of the word and its synonyms, each with the character it begins with."""
    texts = (word.text, *word.synonyms)
    return tuple((group[0][0][0], tuple(group)) for text in texts for group in word_groups(text))


def _in_normal_form(word: Word, text: str) -> list[Place]:
    """Give the places of other writings. Only sentences that share the head of a group with it are analysed: other
    writings of a word keep its first character (子ども 子供, 引越 引っ越し, サーバ サーバー)."""
    places: list[Place] = []
    for start, end in _sentences(text[:LONGEST_ANALYSED]):
        groups = [group for head, group in _groups(word) if head in text[start:end]]
        tokens = word_tokens(text[start:end]) if groups else []
        for group in groups:
            places.extend((start + first, start + last) for first, last in _runs(group, tokens))
    return places[:MOST_MATCHES]


def _runs(group: tuple[tuple[str, ...], ...], tokens: list[Token]) -> Iterator[Place]:
    for at in range(len(tokens) - len(group) + 1):
        if all(tokens[at + step].form in forms for step, forms in enumerate(group)):
            yield tokens[at].start, tokens[at + len(group) - 1].end


def _sentences(text: str) -> Iterator[Place]:
    start = 0
    for match in re.finditer("[。\n]", text):
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _merged(places: list[Place]) -> list[Place]:
    merged: list[Place] = []
    for first, last in sorted(places):
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _best_stretch(text: str, found: list[list[Place]], matches: list[Place], width: int) -> Place:
    """Give the stretch that shows the most different words; among equals the first."""
    if len(text) <= width:
        return 0, len(text)
    sorted_starts = [sorted(first for first, _ in places) for places in found]
    best, best_count = 0, 0
    for first, _ in matches[:MOST_MATCHES]:
        start = max(0, min(first - LEAD, len(text) - width))
        count = sum(bisect_left(starts, start) < bisect_right(starts, start + width - 1) for starts in sorted_starts)
        if count > best_count:
            best, best_count = start, count
    start = _after_a_break(text, best)
    return start, min(len(text), start + width)


def _after_a_break(text: str, start: int) -> int:
    """Move the beginning to after a sentence end or line break that lies within the lead."""
    if start == 0:
        return 0
    breaks = [text.rfind(mark, start - 1, start + LEAD - 8) for mark in "。\n"]
    return max(start, max(breaks) + 1)
