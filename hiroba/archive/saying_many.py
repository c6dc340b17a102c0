"""What was said elsewhere and is taken in: the same as `saying` does one at a time, for hundreds at once.

Each function is called inside the caller's transaction. The gate was asked before, text by text."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from hiroba.archive.models import Passage, Record, RecordState, Revision
from hiroba.archive.rows_at_once import insert_all
from hiroba.archive.saying import AT, AUTHOR, Said, Topic
from hiroba.foundation.changes import log


def open_records(topics: Sequence[Topic]) -> list[Revision]:
    """Make a record for each topic and give the revisions to which passages are added, in their order."""
    now = timezone.now()
    records = [
        Record(
            source=topic.source,
            external_key=topic.external_key,
            kind=topic.kind,
            title=topic.title[:500],
            audience=topic.audience,
            audience_reason=topic.reason,
            owner=topic.owner,
            unit=topic.unit,
            dated_at=topic.dated_at,
            created_at=now,
            updated_at=now,
            state=RecordState.LIVE,
        )
        for topic in topics
    ]
    insert_all(records)
    revisions = [
        Revision(record=record, number=1, original=None, file_name="", received_at=now, brought_by=record.owner)
        for record in records
    ]
    insert_all(revisions)
    with connection.cursor() as cursor:  # each record's only revision is its current one
        cursor.executemany(
            "UPDATE archive_record SET current_id = %s WHERE id = %s",
            [(revision.pk, revision.record_id) for revision in revisions],
        )
    return revisions


def add_passages(said: Sequence[tuple[int, int, Said]], actor_id: int | None) -> list[int]:
    """Add what was said, each as (revision, ordinal, said), and give the passages' ids. Records message.sent each."""
    passages = [
        Passage(
            revision_id=revision,
            ordinal=ordinal,
            locator=each.locator,
            kind="paragraph",
            text=each.text.replace("\0", ""),
            marks=[[0, 0, AUTHOR, each.by], [0, 0, AT, each.at.isoformat()]],
        )
        for revision, ordinal, each in said
    ]
    insert_all(passages)
    ids = [passage.pk for passage in passages]
    log.record_many("message.sent", "passage", ids, actor_id)
    return ids
