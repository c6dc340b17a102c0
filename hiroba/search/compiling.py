"""From the tree of a query to one of tantivy's, the permission around all of it. The law is in query.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice, product

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Clause

from hiroba.language.tokens import Phrase, phrase_of, word_groups
from hiroba.search.engine import Ask, Reach
from hiroba.search.query import And, Filter, Node, Not, Or, Query, Word

EPOCH = date(1970, 1, 1).toordinal()
# As written is worth less than the word in normal form: 京都 inside 東京都 is found, but after 京都 itself.
AS_WRITTEN_BOOST = 0.3
TITLE_BOOST = 2.5
SYNONYM_BOOST = 0.5
MOST_READINGS = 4
# A passage's own text; its record's title; the same title once more, for the record's first passage only.
TEXTS = ("body", "title", "head")


class Compiler:
    """Builds the clauses of one index layout."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def ask(self, ask: Ask) -> Clause:
        """Give everything that `ask` finds, within the person's reach."""
        conditions = [
            self._any_of("kind", ask.kinds),
            self._any_of("unit", ask.units),
            self._any_of("year", ask.years),
        ]
        return self.within(ask.reach, self._found(ask.query), *(each for each in conditions if each is not None))

    def within(self, reach: Reach, *clauses: Clause) -> Clause:
        """Put the permission around `clauses`, all of which must hold: the only way out of this class to a search."""
        allowed = Clause.term_set_query(self._schema, "principals", sorted(reach.principals))
        must = [(Occur.Must, clause) for clause in clauses]
        must.append((Occur.Must, Clause.const_score_query(allowed, 0.0)))
        if reach.excluded_records:
            hidden = Clause.term_set_query(self._schema, "record", sorted(reach.excluded_records))
            must.append((Occur.MustNot, hidden))
        return Clause.boolean_query(must)

    def word(self, word: Word) -> Clause:
        """Give the passages that have `word`: in their text, or in the title or file name of their record."""
        return any_of([self._own(word), self._in_title(word)])

    def title(self, text: str) -> Clause:
        """Give the first passages of the records whose title has `text` as written."""
        return self._as_written("head", phrase_of(text))

    def title_beginning(self, text: str) -> Clause:
        """Give the first passages of the records whose title has a Latin word or number that begins with `text`."""
        return Clause.const_score_query(Clause.regex_query(self._schema, "head_characters", f"{text}.*"), 1.0)

    def _found(self, query: Query) -> Clause:
        if query.root is None:
            return Clause.empty_query()
        parts = query.root.parts if isinstance(query.root, Or) else (query.root,)
        if all(isinstance(part, Word) for part in parts):
            words = query.words()
            return any_of([clause for word in words for clause in (self._own(word), self._in_title(word, "head"))])
        return self._standing_in_its_text(query)

    def _standing_in_its_text(self, query: Query) -> Clause:
        """Give what satisfies the tree without what does so by its record's title alone (rule 5 of the law).

        Looking for a word of the query in each passage's own text would double the work. Where words are joined by
        AND, a passage that has none of them itself has them all in its title: few to look at, and they are barred."""
        own = any_of([*(Clause.const_score_query(self._own(word), 0.0) for word in query.words()), self._first()])
        tree = self._tree(query.root) if query.root is not None else Clause.empty_query()
        direct = [part for part in query.root.parts if isinstance(part, Word)] if isinstance(query.root, And) else []
        if not direct:
            return all_of([tree, own])
        by_title = all_of([self._in_title(word) for word in direct])
        barred = Clause.boolean_query([(Occur.Must, by_title), (Occur.MustNot, own)])
        return Clause.boolean_query([(Occur.Must, tree), (Occur.MustNot, barred)])

    def _tree(self, node: Node) -> Clause:
        if isinstance(node, Word):
            return self.word(node)
        if isinstance(node, Filter):
            return Clause.const_score_query(self._filter(node), 0.0)
        if isinstance(node, Not):
            return _none_of([self._tree(node.part)])
        if not isinstance(node, And):
            return any_of([self._tree(part) for part in node.parts])
        kept = [self._tree(part) for part in node.parts if not isinstance(part, Not)]
        barred = [self._tree(part.part) for part in node.parts if isinstance(part, Not)]
        if not barred:
            return all_of(kept)
        return Clause.boolean_query(
            [(Occur.Must, clause) for clause in kept or [_everything()]]
            + [(Occur.MustNot, clause) for clause in barred]
        )

    def _own(self, word: Word) -> Clause:
        return self._in_field("body", word)

    def _in_title(self, word: Word, name: str = "title") -> Clause:
        return Clause.boost_query(self._in_field(name, word), TITLE_BOOST)

    def _in_field(self, name: str, word: Word) -> Clause:
        clauses = [self._one(name, word.text, word.is_phrase)]
        clauses.extend(Clause.boost_query(self._synonym(name, each), SYNONYM_BOOST) for each in word.synonyms)
        return any_of(clauses)

    def _synonym(self, name: str, text: str) -> Clause:
        """Give where a synonym stands as a word: it was not typed, so it is not looked for inside other words."""
        groups = word_groups(text)
        return all_of([self._group(name, group) for group in groups]) if groups else self._one(name, text, True)

    def _one(self, name: str, text: str, is_phrase: bool) -> Clause:
        as_written = Clause.boost_query(self._as_written(name, phrase_of(text)), AS_WRITTEN_BOOST)
        groups = [] if is_phrase else word_groups(text)
        if not groups:
            return as_written
        in_normal_form = all_of([self._group(name, group) for group in groups])
        return any_of([in_normal_form, as_written])

    def _group(self, name: str, group: list[tuple[str, ...]]) -> Clause:
        """Give where the words of a group stand side by side, in normal form."""
        readings = list(islice(product(*group), MOST_READINGS))
        return any_of([self._side_by_side(name, reading) for reading in readings])

    def _side_by_side(self, name: str, forms: tuple[str, ...]) -> Clause:
        """Two neighbours are one term of the index; of three words, the first two and the last two must be."""
        if len(forms) == 1:
            return Clause.term_query(self._schema, f"{name}_words", forms[0], "freq")
        joined = dict.fromkeys(map(neighbours, forms, forms[1:]))
        return all_of([Clause.term_query(self._schema, f"{name}_neighbours", each, "freq") for each in joined])

    def _pairs(self, name: str, phrase: Phrase) -> Clause:
        if len(phrase.pairs) == 1:
            return Clause.term_query(self._schema, f"{name}_pairs", phrase.pairs[0][1])
        return Clause.phrase_query(self._schema, f"{name}_pairs", list(phrase.pairs))

    def _as_written(self, name: str, phrase: Phrase) -> Clause:
        clauses = [
            Clause.const_score_query(Clause.term_query(self._schema, f"{name}_characters", single, "basic"), 1.0)
            for single in phrase.singles
        ]
        triples = phrase.triples if name in TEXTS else ()
        for each in triples:  # rare, so that the places of pairs are looked at in few passages
            clauses.append(Clause.term_query(self._schema, f"{name}_triples", each, "basic"))
        is_proved = bool(triples) and [at for at, _ in phrase.pairs] == [0, 1]
        if phrase.pairs and not is_proved:
            clauses.append(self._pairs(name, phrase))
        return all_of(clauses) if clauses else Clause.empty_query()

    def _filter(self, asked: Filter) -> Clause:
        if asked.name == "kind" or asked.name == "unit":
            return self._any_of(asked.name, asked.values) or Clause.empty_query()
        if asked.name == "period":
            return self._period(asked)
        if not asked.values:
            return Clause.empty_query()
        return self._as_written("people" if asked.name == "person" else "file", phrase_of(asked.text))

    def _period(self, asked: Filter) -> Clause:
        if asked.period is None:
            return Clause.empty_query()
        first, last = asked.period.from_on, asked.period.until_on
        return Clause.range_query(
            self._schema,
            "day",
            FieldType.Integer,
            first.toordinal() - EPOCH if first else None,
            last.toordinal() - EPOCH if last else None,
        )

    def _any_of(self, name: str, values: Iterable[str] | Iterable[int]) -> Clause | None:
        chosen = list(values)
        if not chosen:
            return None
        return Clause.const_score_query(Clause.term_set_query(self._schema, name, chosen), 0.0)

    def _first(self) -> Clause:
        return Clause.const_score_query(Clause.term_query(self._schema, "is_first", True), 0.0)


def neighbours(left: str, right: str) -> str:
    """Give the indexed form of two neighbouring words."""
    return f"{left}/{right}"


def any_of(clauses: list[Clause]) -> Clause:
    """Give what one of `clauses` finds."""
    if len(clauses) == 1:
        return clauses[0]
    return Clause.boolean_query([(Occur.Should, clause) for clause in clauses])


def all_of(clauses: list[Clause]) -> Clause:
    """Give what all of `clauses` find."""
    if len(clauses) == 1:
        return clauses[0]
    return Clause.boolean_query([(Occur.Must, clause) for clause in clauses])


def _none_of(clauses: list[Clause]) -> Clause:
    return Clause.boolean_query([(Occur.Must, _everything()), *((Occur.MustNot, clause) for clause in clauses)])


def _everything() -> Clause:
    return Clause.const_score_query(Clause.all_query(), 0.0)
