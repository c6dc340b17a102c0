"""What is said here, not brought in: records without bytes of their own, whose passages come one at a time.

The caller's room keeps who said what; here it becomes what everything else stands on: a record with an audience and
passages with places. Each function is called inside the caller's transaction and records one change of the passage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.models import Passage, Record, RecordState, Revision
from hiroba.archive.rows_at_once import insert_all
from hiroba.extract.passages import Extraction
from hiroba.extract.passages import Passage as ReadPassage
from hiroba.foundation.access.models import Audience
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.refusal import Refusal

AUTHOR, AT = "author", "at"
"""Kinds of mark on a passage that was said: by whom, and when (ISO 8601). They stand for the record's own."""


@dataclass(frozen=True)
class Topic:
    """What a record is to be about which something is said."""

    source: str
    external_key: str
    title: str
    audience: Audience
    owner: Person
    unit: Unit | None
    dated_at: dt.datetime
    kind: str = "conversation"
    reason: str = ""


@dataclass(frozen=True)
class Said:
    """One thing said, as plain text."""

    locator: str
    text: str
    by: str
    at: dt.datetime


def require_sayable(text: str, *, is_confirmed: bool, place: str) -> None:
    """Refuse with GATE-01 what holds a マイナンバー, and with GATE-02 other personal data unless the sender has said
    that those who read it may know it (`is_confirmed`). Nothing is kept. Call it outside of any transaction."""
    verdict = gate.examine(Extraction((ReadPassage(place, text),)))
    if verdict.code == gate.MY_NUMBER or (verdict.code == gate.PERSONAL and not is_confirmed):
        raise Refusal(verdict.code, places=place)


def open_record(topic: Topic) -> Revision:
    """Make the record that a topic's passages belong to, and give the revision they are added to.

    Nothing is told of it: it is there with the first thing said."""
    now = timezone.now()
    record = Record.objects.create(
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
    revision = Revision.objects.create(
        record=record, number=1, original=None, file_name="", received_at=now, brought_by=topic.owner
    )
    record.current = revision
    record.save(update_fields=["current"])
    return revision


def add_passage(revision_id: int, ordinal: int, said: Said, actor_id: int | None) -> Passage:
    """Add what was said to a record's revision. Records message.sent."""
    passage = Passage(
        revision_id=revision_id,
        ordinal=ordinal,
        locator=said.locator,
        kind="paragraph",
        text=said.text.replace("\0", ""),
        marks=[[0, 0, AUTHOR, said.by], [0, 0, AT, said.at.isoformat()]],
    )
    insert_all([passage])
    log.record("message.sent", "passage", passage.pk, actor_id)
    return passage


def change_passage(passage_id: int, text: str, actor_id: int | None) -> None:
    """Let a passage say something else from now on. Records message.revised."""
    Passage.objects.filter(pk=passage_id).update(text=text.replace("\0", ""))
    log.record("message.revised", "passage", passage_id, actor_id)


def remove_passage(passage_id: int, actor_id: int | None) -> None:
    """Take back what was said: nothing of it is left, and nobody finds it. Records message.removed."""
    Passage.objects.filter(pk=passage_id).update(text="", marks=[])
    log.record("message.removed", "passage", passage_id, actor_id)


def touch_passage(passage_id: int, actor_id: int | None) -> None:
    """Tell the pages that show a passage that something beside its words changed. Records message.marked."""
    log.record("message.marked", "passage", passage_id, actor_id)
