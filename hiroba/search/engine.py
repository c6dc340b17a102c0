"""What every index engine promises, so that a small and a big office search alike. Plain data, no database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from hiroba.search.query import Query, Word

Order = Literal["relevance", "date"]
Facet = Literal["kind", "unit", "year"]
FACETS: tuple[Facet, ...] = ("kind", "unit", "year")
PASSAGES_A_RECORD = 3


class IndexDamaged(Exception):  # noqa: N818 - says what is the matter
    """The index cannot be read: the caller throws it away (`discard`) and reads the change log again from 0."""


class WriterBusy(Exception):  # noqa: N818 - says what is the matter
    """Another process, or another writer of this one, holds the index; only one may write."""


class WriteFailed(Exception):  # noqa: N818 - says what is the matter
    """A commit could not be written, for instance on a full disk. The index stands at the commit before; close the
    writer, and open a new one when there is room."""


@dataclass(frozen=True, slots=True)
class Document:
    """One passage with what its record says about itself. `key` is the passage's id, `day` counts from 1970-01-01
    in Asia/Tokyo. `principals` are those who may read the record; `is_first` marks the passage that stands for it."""

    key: int
    record: int
    revision: int
    body: str
    title: str = ""
    file: str = ""
    kind: str = ""
    unit: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    principals: list[str] = field(default_factory=list)
    day: int = 0
    folder: str = ""
    source: str = ""
    is_first: bool = True

    def with_body(self, key: int, body: str, is_first: bool) -> Document:
        """Give another passage of the same record."""
        return replace(self, key=key, body=body, is_first=is_first)


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person may read: the principals they have today, and records that are hidden from the index until it
    has caught up with a change of audience."""

    principals: frozenset[str]
    excluded_records: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """One search. `limit` and `offset` count records; `kinds`, `units`, `years` are facets chosen beside the query
    (each is an alternative within its name; empty means any). A fiscal year is named by the year it begins in."""

    query: Query
    reach: Reach
    limit: int = 20
    offset: int = 0
    order: Order = "relevance"
    kinds: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. Hits of one record follow one another, best first, at most PASSAGES_A_RECORD of them."""

    key: int
    record: int
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The page asked for. `total` counts passages, exactly, among what the person may read; `has_more` tells whether
    further records follow."""

    total: int
    hits: tuple[Hit, ...]
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """Passages found by each value, most frequent first. `records` counts distinct records: exact for small numbers,
    an estimate within some per cent for large ones."""

    counts: Mapping[Facet, tuple[tuple[str, int], ...]]
    records: int


class Writer(Protocol):
    """The one writer. Nothing is seen by anybody before `commit`; what was not committed is gone after a kill."""

    def add(self, document: Document) -> None:
        """Add one passage."""

    def delete_records(self, records: Collection[int]) -> None:
        """Take every passage of these records out, those added since the last commit included."""

    def delete_passages(self, keys: Collection[int]) -> None:
        """Take these passages out, those added since the last commit included."""

    def commit(self, cursor: int) -> None:
        """Make everything since the last commit seen, together with `cursor`: either both are kept, or neither.
        WriteFailed when it could not be written."""

    def cursor(self) -> int:
        """Give the cursor of the last commit; 0 for a new index."""

    def clear(self) -> None:
        """Empty the index and set the cursor to 0, in one commit."""

    def close(self) -> None:
        """Let go of the index; what was not committed is dropped."""


class Engine(Protocol):
    """An index. Every reading call sees what was committed before it, by whatever process."""

    def open_writer(self) -> Writer:
        """Take the writer; WriterBusy when somebody has it, IndexDamaged when the index cannot be opened."""

    def search(self, ask: Ask) -> Found:
        """Give the records found and the exact number of passages. Raises IndexDamaged."""

    def facets(self, ask: Ask) -> Facets:
        """Count what `ask` finds by kind, unit and fiscal year, among what the person may read."""

    def suggest(self, typed: str, reach: Reach, limit: int = 8) -> list[int]:
        """Give records whose title or file name has what is being typed, its last word perhaps unfinished."""

    def word_count(self, word: Word, reach: Reach) -> int:
        """Give how many passages have this one word, among what the person may read."""

    def near_words(self, text: str, reach: Reach, limit: int = 5) -> list[str]:
        """Give words written much like `text` that occur in what the person may read, most frequent first."""

    def cursor(self) -> int:
        """Give the cursor of the last commit; 0 for a new index."""

    def size(self) -> int:
        """Give how many passages are in the index, whoever may read them: for `hiroba doctor` only."""

    def require_sound(self) -> None:
        """Raise IndexDamaged when what is on the disk can no longer be opened, whatever this process still has open."""

    def discard(self) -> None:
        """Delete the index, damaged or not; the next call begins with an empty one."""
