"""The query language: from what a person typed to a small tree, never an error.

The law (engine and highlighter obey it; test_query_law.py holds every engine to it):

1.  A *word* is what stands between spaces. It is found in a text where its characters stand side by side after
    folding (width, case, variant characters, spaces ignored), or where its words in normal form do: 引っ越し finds
    引越し. A word with particles (保育園の申し込み) is also found where each part between the particles is. A synonym
    stands for the word, where it is a word itself.
2.  A *"phrase"* is found only as written, after folding.
3.  A passage *has* a word when its text, or the title or file name of its record, has it.
4.  Words side by side must all be had (AND is the same). `A OR B`, `A または B`, `A | B`: one of them is enough. `-A`,
    `NOT A`: must not be had. NOT binds closest, then side by side, then OR; parentheses come first:
    `a b OR c` is `(a b) OR c`.
5.  A passage is found when it satisfies the whole expression, and at least one word that is not negated stands in its
    own text, or it is the first passage of its record (which stands for the title). So a title finds a record once,
    not once for each of its passages; a query of filters or negations alone finds records.
6.  `name:value` filters: 種別 部署 人 期間 ファイル名, or kind unit person period file. A filter is part of the
    expression and may be negated or joined by OR. A value that names nothing finds nothing, and a note says so.
7.  What the person may read is a condition around the whole expression, the same on every path: no operator inside can
    reach outside of it.
8.  What cannot be read is repaired: an operator without its words is dropped, a quote or parenthesis is closed, text
    over MAX_CHARACTERS or MAX_WORDS is cut. Each repair is a note."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from hiroba.language.dates import Period, find_period
from hiroba.language.synonyms import Synonyms
from hiroba.language.tokens import phrase_of

MAX_CHARACTERS = 2_000
MAX_WORDS = 48
MAX_DEPTH = 20

FilterName = Literal["kind", "unit", "person", "period", "file"]
NoteCode = Literal[
    "cut_characters",
    "cut_words",
    "cut_depth",
    "closed_quote",
    "closed_parenthesis",
    "dropped_operator",
    "dropped_mark",
    "unknown_filter_value",
]

_FILTERS: dict[str, FilterName] = {
    "種別": "kind",
    "種類": "kind",
    "kind": "kind",
    "type": "kind",
    "部署": "unit",
    "所属": "unit",
    "unit": "unit",
    "人": "person",
    "名前": "person",
    "person": "person",
    "期間": "period",
    "日付": "period",
    "period": "period",
    "date": "period",
    "ファイル名": "file",
    "ファイル": "file",
    "file": "file",
}
_OR = frozenset(["OR", "または", "又は", "|", "||"])
_AND = frozenset(["AND", "かつ", "&", "&&", "+"])
_NOT = frozenset(["NOT", "!"])
_MINUS = "-－−‐–ー"  # a word cannot begin with ー: who types it meant a minus
_OPENING = "(（"
_CLOSING = ")）"
_QUOTES = {'"': '"', "“": "”", "”": "”", "＂": "＂", "「": "」", "『": "』", "〝": "〟"}
_COLONS = ":："
# Full-width letters of the operators; words themselves are folded later, by the language room.
_WIDTHS = str.maketrans("ＯＲＡＮＤＴ｜＆！＋", "ORANDT|&!+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase as typed. `synonyms` stand for it; a hit found by one of them can say so."""

    text: str
    is_phrase: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """One `name:value`. `values` are what the index knows: codes, or for a period nothing (see `period`)."""

    name: FilterName
    text: str
    values: frozenset[str] = frozenset()
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Node = Word | Filter | Not | And | Or


@dataclass(frozen=True, slots=True)
class Note:
    """A repair that was made, as a code; `text` is the piece concerned."""

    code: NoteCode
    text: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood. `root` is None when nothing searchable was typed."""

    text: str
    root: Node | None = None
    notes: tuple[Note, ...] = ()

    def words(self) -> tuple[Word, ...]:
        """Give the words that are looked for (not the negated ones), in order: the zero-hit page explains each."""
        return tuple(node for node in leaves(self.root) if isinstance(node, Word))

    def filters(self) -> tuple[Filter, ...]:
        """Give the filters that are asked for (not the negated ones), in order."""
        return tuple(node for node in leaves(self.root) if isinstance(node, Filter))


class Vocabulary(Protocol):
    """What a person's words for kinds and units mean in this office."""

    def find_kinds(self, text: str) -> Collection[str]:
        """Give the kinds of record that `text` names; none when it names nothing."""

    def find_units(self, text: str) -> Collection[str]:
        """Give the codes of the units that `text` names; none when it names nothing."""


@dataclass(frozen=True, slots=True)
class LiteralVocabulary:
    """Takes every value for a code: for tests, and where no office is at hand."""

    def find_kinds(self, text: str) -> Collection[str]:
        return [text.lower()]

    def find_units(self, text: str) -> Collection[str]:
        return [text]


def parse_query(
    text: str, today: date, vocabulary: Vocabulary | None = None, synonyms: Synonyms | None = None
) -> Query:
    """Understand what was typed; `today` is Asia/Tokyo's. Takes time linear in the text; never raises."""
    notes: list[Note] = []
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS]
        notes.append(Note("cut_characters"))
    reader = _Reader(list(_lex(text, notes)), notes, today, vocabulary or LiteralVocabulary(), synonyms)
    return Query(text, reader.read(), tuple(dict.fromkeys(notes)))


def leaves(node: Node | None, negated: bool = False) -> Iterator[Word | Filter]:
    """Give the words and filters under `node` that are not under an odd number of negations, left to right."""
    if isinstance(node, Not):
        yield from leaves(node.part, not negated)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part, negated)
    elif node is not None and not negated:
        yield node


def without(query: Query, leaf: Word | Filter) -> Query:
    """Give the query with one leaf taken out: 'what would be found without it' on the zero-hit page."""
    return replace(query, root=_without(query.root, leaf))


def _without(node: Node | None, leaf: Word | Filter) -> Node | None:
    if isinstance(node, Not):
        part = _without(node.part, leaf)
        return Not(part) if part else None
    if isinstance(node, And | Or):
        return _joined(type(node), [part for part in (_without(each, leaf) for each in node.parts) if part])
    return None if node == leaf else node


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: Literal["open", "close", "or", "not", "word", "phrase", "filter"]
    text: str = ""
    name: FilterName | None = None


def _lex(text: str, notes: list[Note]) -> Iterator[_Lexeme]:
    """Cut the text into operators, words, phrases and filters, in one walk from left to right."""
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in _OPENING:
            at += 1
            yield _Lexeme("open")
        elif character in _CLOSING:
            at += 1
            yield _Lexeme("close")
        elif character in _QUOTES:
            phrase, at = _read_quoted(text, at, notes)
            yield _Lexeme("phrase", phrase)
        elif character in _MINUS and at + 1 < len(text) and not text[at + 1].isspace():
            at += 1
            yield _Lexeme("not")
        else:
            lexeme, at = _read_bare(text, at, notes)
            if lexeme:
                yield lexeme


def _read_quoted(text: str, at: int, notes: list[Note]) -> tuple[str, int]:
    end = text.find(_QUOTES[text[at]], at + 1)
    if end < 0 and text[at] == "“":
        end = text.find('"', at + 1)
    if end < 0:
        notes.append(Note("closed_quote", text[at + 1 :]))
        return text[at + 1 :], len(text)
    return text[at + 1 : end], end + 1


def _read_bare(text: str, at: int, notes: list[Note]) -> tuple[_Lexeme | None, int]:
    """Read up to the next space, parenthesis or quote: a word, an operator, or a filter with its value."""
    end = at
    while end < len(text) and not _ends_word(text[end]):
        if text[end] in _COLONS and (name := _FILTERS.get(text[at:end].lower())):
            return _read_filter(text, end + 1, name, notes)
        end += 1
    word = text[at:end]
    operator = word.translate(_WIDTHS)
    if operator in _OR:
        return _Lexeme("or"), end
    if operator in _NOT:
        return _Lexeme("not"), end
    return (None if operator in _AND else _Lexeme("word", word)), end


def _read_filter(text: str, at: int, name: FilterName, notes: list[Note]) -> tuple[_Lexeme, int]:
    while at < len(text) and text[at].isspace():  # 種別： pdf
        at += 1
    if at < len(text) and text[at] in _QUOTES:
        value, end = _read_quoted(text, at, notes)
    else:
        end = at
        while end < len(text) and not _ends_word(text[end]):
            end += 1
        value = text[at:end]
    return _Lexeme("filter", value, name), end


def _ends_word(character: str) -> bool:
    return character.isspace() or character in _OPENING or character in _CLOSING or character in _QUOTES


class _Reader:
    """Reads lexemes into a tree by descent: or › and › not › leaf."""

    def __init__(
        self,
        lexemes: list[_Lexeme],
        notes: list[Note],
        today: date,
        vocabulary: Vocabulary,
        synonyms: Synonyms | None,
    ) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._notes = notes
        self._today = today
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._leaves = 0

    def read(self) -> Node | None:
        parts: list[Node] = []
        while self._at < len(self._lexemes):
            if (part := self._read_or(0)) is not None:
                parts.append(part)
            if self._takes("close"):  # closes nothing
                self._note("closed_parenthesis")
        return _joined(And, parts)

    def _read_or(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while True:
            part = self._read_and(depth)
            if part is not None:
                parts.append(part)
            is_followed = self._takes("or")
            if part is None and (is_followed or parts):
                self._note("dropped_operator")
            if not is_followed:
                return _joined(Or, parts)

    def _read_and(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while self._next_kind() not in (None, "or", "close"):
            if (part := self._read_not(depth)) is not None:
                parts.append(part)
        return _joined(And, parts)

    def _read_not(self, depth: int) -> Node | None:
        negations = 0
        while self._takes("not"):
            negations += 1
        part = self._read_leaf(depth) if self._next_kind() not in (None, "or", "close") else None
        if part is None and negations:
            self._note("dropped_operator")
        return Not(part) if part is not None and negations % 2 else part

    def _read_leaf(self, depth: int) -> Node | None:
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme.kind == "open":
            return self._read_group(depth + 1)
        self._leaves += 1
        if self._leaves > MAX_WORDS:
            self._note("cut_words")
            return None
        if lexeme.name is not None:
            return self._filter(lexeme.name, lexeme.text.strip())
        return self._word(lexeme)

    def _read_group(self, depth: int) -> Node | None:
        if depth > MAX_DEPTH:  # the parenthesis is passed over, its words are read where they stand
            self._note("cut_depth")
            return None
        inner = self._read_or(depth)
        if not self._takes("close"):
            self._note("closed_parenthesis")
        return inner

    def _word(self, lexeme: _Lexeme) -> Word | None:
        phrase = phrase_of(lexeme.text)
        if not phrase.pairs and not phrase.singles:
            self._note("dropped_mark", lexeme.text)
            return None
        if lexeme.kind == "phrase":
            return Word(lexeme.text, is_phrase=True)
        return Word(lexeme.text, synonyms=self._synonyms.of(lexeme.text) if self._synonyms else ())

    def _filter(self, name: FilterName, text: str) -> Filter | None:
        if not text:
            self._note("dropped_operator", name)
            return None
        period = find_period(text, self._today) if name == "period" else None
        values: Collection[str] = [text]
        if name == "kind":
            values = self._vocabulary.find_kinds(text)
        elif name == "unit":
            values = self._vocabulary.find_units(text)
        if not values or (name == "period" and period is None):
            self._note("unknown_filter_value", text)
            values = []
        return Filter(name, text, frozenset(values), period)

    def _next_kind(self) -> str | None:
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else None

    def _takes(self, kind: str) -> bool:
        if self._next_kind() != kind:
            return False
        self._at += 1
        return True

    def _note(self, code: NoteCode, text: str = "") -> None:
        self._notes.append(Note(code, text))


def _joined(join: type[And] | type[Or], parts: list[Node]) -> Node | None:
    if len(parts) > 1:
        return join(tuple(parts))
    return parts[0] if parts else None
