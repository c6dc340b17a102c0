"""The index of one machine: tantivy in the process, one directory on disk, one writer, readers that look again.

Each passage is one document with the streams of its text (words and neighbouring words, pairs and triples of
characters, characters; hiroba.language.tokens) and those of its title: most of what is asked is a single term of one of
them. The cursor is a document too, so a commit keeps it and the passages together or not at all."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Collection
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from tantivy import Document as Row
from tantivy import Filter as TokenFilter
from tantivy import (
    Index,
    IndexWriter,
    Order,
    Schema,
    SchemaBuilder,
    Searcher,
    SearchResult,
    TextAnalyzerBuilder,
    Tokenizer,
)
from tantivy import Query as Clause

from hiroba.language.dates import fiscal_year_of
from hiroba.language.folding import fold
from hiroba.language.tokens import Streams, phrase_of, streams
from hiroba.search.compiling import EPOCH, TEXTS, Compiler, neighbours
from hiroba.search.engine import (
    FACETS,
    PASSAGES_A_RECORD,
    Ask,
    Document,
    Facet,
    Facets,
    Found,
    Hit,
    IndexDamaged,
    Reach,
    WriteFailed,
    Writer,
    WriterBusy,
)
from hiroba.search.query import Word

logger = logging.getLogger(__name__)

# Part of the directory's name: a new layout is a new, empty index, and the log is read again from 0.
LAYOUT = 4
WRITER_BYTES = 128_000_000
FACET_VALUES = 100
NARROWEST_WINDOW = 100
WINDOW_PER_RECORD = 4
WIDEST_WINDOW = 20_000

Analyse = Callable[[str], Streams]
T = TypeVar("T")


class EmbeddedEngine:
    """An index in `directory`. Cheap to make; every instance of a process shares one open index."""

    def __init__(self, directory: Path | str, analyse: Analyse = streams) -> None:
        self._directory = Path(directory) / f"layout-{LAYOUT}"
        self._analyse = analyse

    def open_writer(self, threads: int = 1) -> Writer:
        """Take the writer; WriterBusy when somebody has it, IndexDamaged when the index cannot be opened."""
        opened = _opened(self._directory)
        try:
            writer = opened.index.writer(WRITER_BYTES, threads)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise WriterBusy(str(self._directory)) from error
            raise IndexDamaged(str(error)) from error
        return EmbeddedWriter(writer, opened.schema, self.cursor, self._analyse)

    def search(self, ask: Ask) -> Found:
        """Give the records found and the exact number of passages. Raises IndexDamaged."""
        reading = self._read()
        clause = reading.compiler.ask(ask)
        wanted = ask.offset + ask.limit
        window = max(NARROWEST_WINDOW, WINDOW_PER_RECORD * wanted)
        while True:
            hits, total = reading.best(clause, window, ask.order)
            records = list(dict.fromkeys(hit.record for hit in hits))
            if len(records) > wanted or len(hits) >= total or window >= WIDEST_WINDOW:
                page = records[ask.offset : wanted]
                return Found(total, _grouped(hits, page), len(records) > wanted)
            window *= 4

    def facets(self, ask: Ask) -> Facets:
        """Count what `ask` finds by kind, unit and fiscal year, among what the person may read."""
        reading = self._read()
        clause = reading.compiler.ask(ask)
        asked: dict[str, Any] = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in FACETS}
        asked["records"] = {"cardinality": {"field": "record"}}
        answer = _guarded(lambda: reading.searcher.aggregate(clause, asked))
        counts: dict[Facet, tuple[tuple[str, int], ...]] = {
            name: tuple((_label(bucket["key"]), int(bucket["doc_count"])) for bucket in answer[name]["buckets"])
            for name in FACETS
        }
        return Facets(counts, round(answer["records"]["value"] or 0))

    def suggest(self, typed: str, reach: Reach, limit: int = 8) -> list[int]:
        """Give records whose title or file name has what is being typed, its last word perhaps unfinished."""
        phrase = phrase_of(typed)
        if not phrase.pairs and not phrase.singles:
            return []
        reading = self._read()
        clauses = [reading.compiler.title(typed)]
        folded = fold(typed).strip()
        if folded.isascii() and folded.isalnum():
            clauses.append(reading.compiler.title_beginning(folded))
        found: list[int] = []
        for clause in clauses:
            hits, _ = reading.best(reading.compiler.within(reach, clause), limit, "relevance")
            found.extend(hit.record for hit in hits)
        return list(dict.fromkeys(found))[:limit]

    def word_count(self, word: Word, reach: Reach) -> int:
        """Give how many passages have this one word, among what the person may read."""
        reading = self._read()
        return reading.count(reading.compiler.within(reach, reading.compiler.word(word)))

    def near_words(self, text: str, reach: Reach, limit: int = 5) -> list[str]:
        """Give words written much like `text` that occur in what the person may read, most frequent first."""
        reading = self._read()
        asked = fold(text)
        visible = reading.compiler.within(reach)
        near: list[tuple[int, str]] = []
        for beginning in (asked[:1],):
            terms = reading.searcher.terms_with_prefix("body_words", beginning, visible, 2_000)
            near.extend((count, term) for term, count in terms if _is_near(asked, term))
        return [term for _, term in sorted(near, key=lambda each: (-each[0], each[1]))[:limit]]

    def cursor(self) -> int:
        """Give the cursor of the last commit; 0 for a new index."""
        reading = self._read()
        marker = Clause.term_query(reading.schema, "marker", "cursor")
        hits = _guarded(lambda: reading.searcher.search(marker, 1, count=False)).hits
        return int(reading.searcher.doc(hits[0][1]).get_first("cursor") or 0) if hits else 0

    def size(self) -> int:
        """Give how many passages are in the index, whoever may read them: for `hiroba doctor` only."""
        reading = self._read()
        return int(reading.searcher.num_docs) - reading.count(Clause.term_query(reading.schema, "marker", "cursor"))

    def require_sound(self) -> None:
        """Raise IndexDamaged when the files on the disk can no longer be opened: an index that is open does not notice
        that its files were deleted or overwritten."""
        _opened(self._directory)  # there is nothing wrong with an index that was never made
        _guarded(lambda: Index.open(str(self._directory)))

    def discard(self) -> None:
        """Delete the index, damaged or not; the next call begins with an empty one."""
        with _opening:
            _open.cache_clear()
            shutil.rmtree(self._directory, ignore_errors=True)

    def _read(self) -> _Reading:
        opened = _opened(self._directory)
        _guarded(opened.index.reload)
        return _Reading(opened.schema, opened.compiler, opened.index.searcher())


class EmbeddedWriter:
    """The writer of an EmbeddedEngine; see engine.Writer for what it promises."""

    def __init__(self, writer: IndexWriter, schema: Schema, read_cursor: Callable[[], int], analyse: Analyse) -> None:
        self._writer = writer
        self._schema = schema
        self._read_cursor = read_cursor
        self._analyse = analyse
        self._analyse_title = lru_cache(maxsize=256)(analyse)

    def add(self, document: Document) -> None:
        """Add one passage."""
        row = Row()
        row.add_unsigned("key", document.key)
        row.add_unsigned("record", document.record)
        row.add_boolean("is_first", document.is_first)
        row.add_integer("day", document.day)
        row.add_unsigned("year", _fiscal_year(document.day))
        row.add_text("kind", document.kind)
        for code in document.unit:
            row.add_text("unit", code)
        for principal in document.principals:
            row.add_text("principals", principal)
        _add_streams(row, "body", self._analyse(document.body))
        title = self._analyse_title(f"{document.title}\n。{document.file}")
        _add_streams(row, "title", title)
        if document.is_first:
            _add_streams(row, "head", title)
        _add_written(row, "file", self._analyse_title(document.file))
        _add_written(row, "people", self._analyse_title("。".join(document.people)))
        _written(lambda: self._writer.add_document(row))

    def delete_records(self, records: Collection[int]) -> None:
        """Take every passage of these records out, those added since the last commit included."""
        self._delete("record", records)

    def delete_passages(self, keys: Collection[int]) -> None:
        """Take these passages out, those added since the last commit included."""
        self._delete("key", keys)

    def _delete(self, name: str, numbers: Collection[int]) -> None:
        if numbers:  # deleting by term takes every number for a signed one and finds nothing
            gone = Clause.term_set_query(self._schema, name, sorted(numbers))
            _written(lambda: self._writer.delete_documents_by_query(gone))

    def commit(self, cursor: int) -> None:
        """Make everything since the last commit seen, together with `cursor`: either both are kept, or neither."""
        row = Row()
        row.add_text("marker", "cursor")
        row.add_unsigned("cursor", cursor)
        _written(lambda: self._writer.delete_documents_by_term("marker", "cursor"))
        _written(lambda: self._writer.add_document(row))
        _written(self._writer.commit)

    def cursor(self) -> int:
        """Give the cursor of the last commit; 0 for a new index."""
        return self._read_cursor()

    def clear(self) -> None:
        """Empty the index and set the cursor to 0, in one commit."""
        self._writer.delete_all_documents()
        self.commit(0)

    def close(self) -> None:
        """Let go of the index; what was not committed is dropped. Where its files are gone or damaged there is nothing
        to let go of, and whoever opens it next is told IndexDamaged."""
        try:
            self._writer.rollback()
            self._writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            logger.warning("SEARCH-02 closed over an index that cannot be read: %s", error)


class _Reading:
    """One look at the index: the state of one commit."""

    def __init__(self, schema: Schema, compiler: Compiler, searcher: Searcher) -> None:
        self.schema = schema
        self.compiler = compiler
        self.searcher = searcher

    def best(self, clause: Clause, window: int, order: str) -> tuple[list[Hit], int]:
        """Give the best `window` passages and the exact number of all."""
        by = "day" if order == "date" else None
        result = _guarded(lambda: self.searcher.search(clause, window, count=True, order_by_field=by, order=Order.Desc))
        addresses = [address for _, address in result.hits]
        keys = self.searcher.fast_field_values("key", addresses)
        records = self.searcher.fast_field_values("record", addresses)
        scores = [float(score or 0) for score, _ in result.hits]
        hits = [
            Hit(int(key or 0), int(record or 0), score)
            for key, record, score in zip(keys, records, scores, strict=True)
        ]
        return hits, _count(result)

    def count(self, clause: Clause) -> int:
        return _count(_guarded(lambda: self.searcher.search(clause, 1, count=True)))


class _Opened:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.schema = _schema()
        self.index = Index(self.schema, str(directory), reuse=True)
        self.index.register_tokenizer("spaced", _spaced())
        self.index.config_reader("manual")
        self.compiler = Compiler(self.schema)


_opening = threading.Lock()


@lru_cache(maxsize=8)
def _open(directory: Path) -> _Opened:
    return _guarded(lambda: _Opened(directory))


def _opened(directory: Path) -> _Opened:
    with _opening:
        return _open(directory)


def _guarded(call: Callable[[], T]) -> T:
    """Turn what tantivy raises over files it cannot read into IndexDamaged."""
    try:
        return call()
    except (ValueError, OSError) as error:
        raise IndexDamaged(str(error)) from error


def _written(call: Callable[[], object]) -> None:
    """Turn what tantivy raises when its threads could not write (a full disk) into WriteFailed."""
    try:
        call()
    except (ValueError, OSError) as error:
        raise WriteFailed(str(error)) from error


def _count(result: SearchResult) -> int:
    count: int | None = getattr(result, "count", None)  # its stubs leave it out
    return count or 0


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_boolean_field("is_first", indexed=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_text_field("kind", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("unit", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("principals", tokenizer_name="raw", index_option="basic")
    for name in TEXTS:
        builder.add_text_field(f"{name}_words", tokenizer_name="spaced", index_option="freq")
        builder.add_text_field(f"{name}_neighbours", tokenizer_name="spaced", index_option="freq")
        builder.add_text_field(f"{name}_triples", tokenizer_name="spaced", index_option="basic")
    for name in (*TEXTS, "file", "people"):
        builder.add_text_field(f"{name}_pairs", tokenizer_name="spaced", index_option="position")
        builder.add_text_field(f"{name}_characters", tokenizer_name="spaced", index_option="basic")
    builder.add_text_field("marker", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("cursor", stored=True)
    return builder.build()


def _spaced() -> Any:
    # Forms are at most 130 characters; the limit only keeps tantivy's own from applying silently.
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(TokenFilter.remove_long(2_000)).build()


def _add_streams(row: Row, name: str, found: Streams) -> None:
    row.add_text(f"{name}_words", " ".join(found.words))
    row.add_text(f"{name}_neighbours", " ".join(map(neighbours, found.words, found.words[1:])))
    row.add_text(f"{name}_triples", " ".join(found.trigrams))
    _add_written(row, name, found)


def _add_written(row: Row, name: str, found: Streams) -> None:
    row.add_text(f"{name}_pairs", " ".join(found.bigrams))
    row.add_text(f"{name}_characters", " ".join(found.characters))


def _grouped(hits: list[Hit], records: list[int]) -> tuple[Hit, ...]:
    by_record: dict[int, list[Hit]] = {record: [] for record in records}
    for hit in hits:
        if len(kept := by_record.get(hit.record, [])) < PASSAGES_A_RECORD and hit.record in by_record:
            kept.append(hit)
    return tuple(hit for kept in by_record.values() for hit in kept)


def _fiscal_year(day: int) -> int:
    return fiscal_year_of(date.fromordinal(max(366, min(day + EPOCH, date.max.toordinal()))))


def _label(key: object) -> str:
    return str(int(key)) if isinstance(key, float) else str(key)


def _is_near(asked: str, term: str) -> bool:
    return term != asked and SequenceMatcher(None, asked, term).ratio() >= 0.6
