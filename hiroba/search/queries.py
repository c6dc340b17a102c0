"""Search as somebody: the index finds, the database has the last word on what is shown."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from django.conf import settings

from hiroba.archive.models import Passage, Record
from hiroba.archive.queries import passages_visible_to, records_visible_to
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.changes.kinds import ACCESS_KINDS
from hiroba.foundation.changes.readers import subjects_after
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_tree, today
from hiroba.foundation.refusal import Refusal
from hiroba.language.synonyms import Synonyms, load_synonyms
from hiroba.search.engine import Ask, Facets, IndexDamaged, Order, Reach
from hiroba.search.highlight import snippet
from hiroba.search.indexing import engine
from hiroba.search.query import Filter, Note, Query, Word, parse_query, without
from hiroba.search.vocabulary import OfficeVocabulary


@dataclass(frozen=True)
class Piece:
    """A stretch of a snippet; `is_hit` marks what was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class PassageHit:
    """A passage found, at its narrowest place, as pieces to show."""

    locator: str
    pieces: tuple[Piece, ...]
    score: float

    @property
    def text(self) -> str:
        """Give the snippet without marks."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class RecordHits:
    """A record with its best passages."""

    record: Record
    passages: tuple[PassageHit, ...]


@dataclass(frozen=True)
class Results:
    """One page of what was found. `total` counts passages, exactly, of what this person may read now."""

    query: Query
    total: int
    records: tuple[RecordHits, ...]
    has_more: bool
    took_ms: float

    @property
    def took_seconds(self) -> float:
        """Give how long it took, in seconds."""
        return self.took_ms / 1000

    @property
    def notes(self) -> tuple[Note, ...]:
        """Give the repairs that were made to the query."""
        return self.query.notes


@dataclass(frozen=True)
class Asked:
    """A search as somebody asks it, from whichever door."""

    text: str
    limit: int = 20
    offset: int = 0
    order: Order = "relevance"
    kinds: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    since: dt.date | None = None


@lru_cache(maxsize=2)
def _synonyms(changed_at: float) -> Synonyms:
    return load_synonyms(settings.SYNONYMS_FILE if changed_at else None)


def synonyms() -> Synonyms:
    """Give our dictionary with the office's own lines, read again when the office changes its file."""
    path = settings.SYNONYMS_FILE
    return _synonyms(path.stat().st_mtime if path.exists() else 0.0)


def understand(text: str) -> Query:
    """Read what was typed with this office's words for kinds and units."""
    return parse_query(text, today(), OfficeVocabulary(get_tree()), synonyms())


def reach_of(person: Person) -> Reach:
    """Give what the person may read by the rule of now: records whose audience changed since the index was last
    written are left out until it has caught up, so that a revoked right is gone with the next request."""
    return Reach(principals_of(person), subjects_after(engine().cursor(), "record", ACCESS_KINDS))


def search(person: Person, asked: Asked) -> Results:
    """Find what `asked` says among what the person may read; hits are looked up again in the database before they
    are shown. SEARCH-02 while a damaged index is being made anew."""
    with _sound():
        return _search(person, asked)


@contextlib.contextmanager
def _sound() -> Iterator[None]:
    """Say SEARCH-02 where the index cannot be read; the worker makes it anew by itself."""
    try:
        yield
    except IndexDamaged as error:
        raise Refusal("SEARCH-02") from error


def _search(person: Person, asked: Asked) -> Results:
    began = time.perf_counter()
    query = _with_since(understand(asked.text), asked.since)
    reach = reach_of(person)
    ask = _ask(query, reach, asked)
    found = engine().search(ask)
    passages = passages_visible_to(reach.principals, [hit.key for hit in found.hits if hit.key])
    bare = {hit.record for hit in found.hits if not hit.key}
    unread = {record.pk: record for record in records_visible_to(person, reach.principals).filter(pk__in=bare)}
    groups: dict[int, tuple[Record, list[PassageHit]]] = {}
    dropped = 0
    for hit in found.hits:
        passage = passages.get(hit.key)
        if passage is not None:
            group = groups.setdefault(hit.record, (passage.revision.record, []))
            group[1].append(_shown(passage, query, hit.score))
        elif hit.record in unread:
            groups.setdefault(hit.record, (unread[hit.record], []))
        else:
            dropped += 1
    records = tuple(RecordHits(record, tuple(hits)) for record, hits in groups.values())
    took = (time.perf_counter() - began) * 1000
    return Results(query, max(found.total - dropped, 0), records, found.has_more, took)


def _ask(query: Query, reach: Reach, asked: Asked) -> Ask:
    return Ask(query, reach, asked.limit, asked.offset, asked.order, kinds=asked.kinds, units=asked.units)


def _with_since(query: Query, since: dt.date | None) -> Query:
    """Narrow a query to what is dated on or after a day."""
    if since is None:
        return query
    narrowed = understand(f"({query.text}) 期間:{since:%Y-%m-%d}..{today():%Y-%m-%d}" if query.text.strip() else "")
    return replace(narrowed, text=query.text)


def _shown(passage: Passage, query: Query, score: float) -> PassageHit:
    """Cut the passage around what was found, and narrow a row of cells to the one cell that has all of it."""
    cut = snippet(passage.text, query)
    locator = passage.locator
    if cut.matches:
        first, last = cut.matches[0][0], cut.matches[-1][1]
        inside = [span[2] for span in passage.spans if span[0] <= first and last <= span[1]]
        locator = inside[0] if inside else locator
    return PassageHit(locator, tuple(Piece(text, is_hit) for text, is_hit in cut.pieces), score)


def count_facets(person: Person, asked: Asked) -> Facets:
    """Count what `asked` finds by kind, unit and fiscal year, of what the person may read."""
    with _sound():
        return engine().facets(_ask(understand(asked.text), reach_of(person), asked))


@dataclass(frozen=True)
class Missing:
    """Why one part of a query is in the way: a word found nowhere the person may read, or a filter without which
    `without` passages would be found. `near` are words written alike that do occur there."""

    leaf: Word | Filter
    count: int
    without: int
    near: tuple[str, ...] = ()

    @property
    def is_word(self) -> bool:
        """Tell a word from a filter."""
        return isinstance(self.leaf, Word)


def explain_nothing(person: Person, asked: Asked) -> list[Missing]:
    """Say for each part of a query that found nothing what it does, only by what the person may read."""
    query, reach, index = understand(asked.text), reach_of(person), engine()
    missing: list[Missing] = []
    parts: list[Word | Filter] = [*query.words(), *query.filters()]
    for leaf in parts[:8]:
        count = index.word_count(leaf, reach) if isinstance(leaf, Word) else 0
        rest = without(query, leaf)
        others = index.search(_ask(rest, reach, replace(asked, limit=1, offset=0))).total if rest.root else 0
        near = tuple(index.near_words(leaf.text, reach)) if isinstance(leaf, Word) and not count else ()
        missing.append(Missing(leaf, count, others, near))
    return missing


def suggest_records(person: Person, typed: str, limit: int = 6) -> list[Record]:
    """Give readable records whose title or file name has what is being typed, best first."""
    with _sound():
        reach = reach_of(person)
        ids = engine().suggest(typed[:100], reach, limit)
    found = {record.pk: record for record in records_visible_to(person, reach.principals).filter(pk__in=ids)}
    return [found[record_id] for record_id in ids if record_id in found]
