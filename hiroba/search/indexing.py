"""The index as a reader of the change log: its cursor is committed with its documents, so the two cannot disagree."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings

from hiroba.archive.models import Passage, Record, RecordState
from hiroba.archive.saying import AT, AUTHOR
from hiroba.foundation.access.models import AudiencePrincipal
from hiroba.foundation.changes.readers import changes_after, latest_seq
from hiroba.foundation.people.queries import Tree, get_tree
from hiroba.foundation.refusal import Refusal
from hiroba.search.embedded import EmbeddedEngine
from hiroba.search.engine import Document, Engine, IndexDamaged, WriteFailed, Writer, WriterBusy

logger = logging.getLogger(__name__)

CHANGES_AT_ONCE = 500
CHECK_EVERY_SECONDS = 5.0
SECONDS_A_DAY = 86_400
SAID = frozenset({"message.sent", "message.revised", "message.removed"})  # their subject is a passage


def engine() -> Engine:
    """Give the index engine that settings name."""
    return EmbeddedEngine(settings.INDEX_DIR)


class Indexer:
    """Holds the writer and brings the index up to the log, a batch of changes at a time."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._checked_at = time.monotonic()

    def index_once(self) -> int:
        """Index what changed since the cursor; give how many changes were followed.

        IndexDamaged, noticed within seconds, when its files were deleted or overwritten: open it again. SEARCH-05 when
        it could not be written, as on a full disk: nothing of it was, and the same changes come again."""
        if time.monotonic() - self._checked_at > CHECK_EVERY_SECONDS:
            engine().require_sound()
            self._checked_at = time.monotonic()
        changes = changes_after(self.writer.cursor(), CHANGES_AT_ONCE)
        if not changes:
            return 0
        try:
            records = {change.subject_id for change in changes if change.subject == "record"}
            self._write_said({change.subject_id for change in changes if change.kind in SAID}, records)
            self._write(records)
            self.writer.commit(changes[-1].seq or 0)
        except WriteFailed as error:
            raise Refusal("SEARCH-05") from error
        return len(changes)

    def _write(self, record_ids: set[int]) -> None:
        self.writer.delete_records(record_ids)
        tree = get_tree()
        live = Record.objects.filter(pk__in=record_ids, state=RecordState.LIVE, current__isnull=False)
        for record in live.select_related("owner", "unit", "current"):
            for document in documents_of(record, tree):
                self.writer.add(document)

    def _write_said(self, passage_ids: set[int], but: set[int]) -> None:
        """Bring single passages up to date: a long conversation is not written anew for each line of it."""
        self.writer.delete_passages(passage_ids)
        tree = get_tree()
        rows = Passage.objects.filter(pk__in=passage_ids).select_related(
            "revision__record__owner", "revision__record__unit"
        )
        bases: dict[int, Document] = {}
        audiences: dict[int, list[str]] = {}  # a channel's threads share one
        for passage in rows:
            record = passage.revision.record
            # Asked here and not in the query: for a filter on the record SQLite would walk all records there are.
            is_current = record.state == RecordState.LIVE and record.current_id == passage.revision_id
            if not is_current or record.pk in but:
                continue
            if record.audience_id not in audiences:
                audiences[record.audience_id] = _principals_in(record.audience_id)
            base = bases.get(record.pk)
            if base is None:
                base = _base_of(record, passage.revision_id, tree, audiences[record.audience_id])
                bases[record.pk] = base
            if passage.text:
                document = base.with_body(passage.pk, passage.text, passage.ordinal == 1)
                self.writer.add(_with_own(document, passage.marks))


def documents_of(record: Record, tree: Tree) -> Iterator[Document]:
    """Give one document a passage; a record nothing could be read of is still found by its name."""
    if record.current is None:
        return
    base = _base_of(record, record.current.pk, tree, _principals_in(record.audience_id))
    passages = Passage.objects.filter(revision=record.current).order_by("ordinal").values_list("pk", "text", "marks")
    is_first = True
    for key, text, marks in passages.iterator(chunk_size=2000):
        yield _with_own(base.with_body(key, text, is_first), marks)
        is_first = False
    if is_first:
        yield base.with_body(0, "", True)


def _principals_in(audience_id: int) -> list[str]:
    rows = AudiencePrincipal.objects.filter(audience_id=audience_id)
    return list(rows.values_list("principal", flat=True))


def _base_of(record: Record, revision: int, tree: Tree, principals: list[str]) -> Document:
    return Document(
        key=0,
        record=record.pk,
        revision=revision,
        body="",
        title=record.title,
        file=record.file_name,
        kind=record.kind,
        unit=tree.path(record.unit.code) if record.unit else [],
        people=[name for name in (record.owner.name, record.owner.login, record.author) if name],
        principals=principals,
        day=_day_of(record.dated_at),
        folder=record.folder,
        source=record.source,
    )


def _day_of(at: dt.datetime) -> int:
    return int(at.timestamp() // SECONDS_A_DAY)


def _with_own(document: Document, marks: list[list[Any]]) -> Document:
    """Let a passage that was said be found by who said it and when, not by who began the conversation."""
    own = {kind: value for _start, _end, kind, value in marks if kind in (AUTHOR, AT)}
    if not own:
        return document
    at = own.get(AT)
    day = _day_of(dt.datetime.fromisoformat(at)) if at else document.day
    return replace(document, people=own.get(AUTHOR, "").split("\n"), day=day)


@contextlib.contextmanager
def open_indexer(patience: float = 30.0) -> Iterator[Indexer]:
    """Hold the one writer; SEARCH-03 when another process keeps it longer than `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        try:
            engine().require_sound()
            writer = engine().open_writer()
            break
        except IndexDamaged:
            logger.error("SEARCH-02 the index is thrown away and the log read again from 0")
            engine().discard()
        except WriterBusy as error:
            if time.monotonic() > until:
                raise Refusal("SEARCH-03") from error
            time.sleep(0.2)
    with contextlib.closing(writer):
        if writer.cursor() > latest_seq():  # the database is older than the index: restored, or another office's
            writer.clear()
        yield Indexer(writer)


def catch_up(patience: float) -> None:
    """Return when everything recorded until now is findable: by indexing here, or by waiting for the worker that
    holds the writer. SEARCH-03 when that takes longer than `patience` seconds."""
    target = latest_seq()
    until = time.monotonic() + patience
    while _is_behind(target):
        try:
            with open_indexer(patience=0) as indexer:
                while indexer.index_once():
                    pass
        except Refusal:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _is_behind(target: int) -> bool:
    try:
        return engine().cursor() < target
    except IndexDamaged:
        return True


def rebuild() -> int:
    """Empty the index and read the log again from 0; give how many changes were followed."""
    followed = 0
    with open_indexer() as indexer:
        indexer.writer.clear()
        while step := indexer.index_once():
            followed += step
    return followed
