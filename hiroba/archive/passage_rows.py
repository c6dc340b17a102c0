"""Passages written thousands at a time. Nobody else can write to SQLite meanwhile, and Django's bulk_create takes ten
times as long to put its statements together as the database to carry them out: so these two are plain SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from django.db import connection

from hiroba.archive.models import Revision
from hiroba.extract.passages import Passage

AT_ONCE = 1000
LONGEST_LOCATOR = 200  # characters of Passage.locator
_INSERT = """
INSERT INTO archive_passage (revision_id, ordinal, locator, kind, level, text, spans, marks)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_COPY = """
INSERT INTO archive_passage (revision_id, ordinal, locator, kind, level, text, spans, marks)
SELECT %s, ordinal, locator, kind, level, text, spans, marks FROM archive_passage WHERE revision_id = %s
"""
_Row = tuple[int, int, str, str, int, str, str, str]


def insert_passages(revision: Revision, passages: tuple[Passage, ...]) -> None:
    """Write what was read of a revision, in its order; the caller has cleared what was read before."""
    with connection.cursor() as cursor:
        for start in range(0, len(passages), AT_ONCE):
            cursor.executemany(_INSERT, list(_rows(revision.pk, start, passages[start : start + AT_ONCE])))


def copy_passages(source: Revision, target: Revision) -> None:
    """Let a new revision say all that another says; it says nothing yet."""
    with connection.cursor() as cursor:
        cursor.execute(_COPY, [target.pk, source.pk])


def fitting_locator(locator: str) -> str:
    """Give a locator that fits its column and stays the only one of its kind: in a sheet's or part's long name, what is
    cut is said by a hash, and the cells stay."""
    if len(locator) <= LONGEST_LOCATOR:
        return locator
    name, mark, cells = locator.rpartition("!")
    if not mark or len(cells) > LONGEST_LOCATOR // 2:
        name, cells = locator, ""
    end = f"~{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}{mark if cells else ''}{cells}"
    return name[: LONGEST_LOCATOR - len(end)] + end


def _rows(revision: int, start: int, passages: tuple[Passage, ...]) -> Iterator[_Row]:
    for ordinal, passage in enumerate(passages, start):
        spans = [[span.start, span.end, fitting_locator(span.locator)] for span in passage.spans]
        marks = [[mark.start, mark.end, mark.kind, mark.value] for mark in passage.marks]
        # NUL is the one character neither database takes in text.
        text = passage.text.replace("\0", "")
        locator = fitting_locator(passage.locator)
        yield revision, ordinal, locator, passage.kind, passage.level, text, _json(spans), _json(marks)


def _json(value: Sequence[Sequence[object]]) -> str:
    return json.dumps(value, ensure_ascii=True) if value else "[]"
