"""Records as JSON."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Schema, Status

from hiroba.archive import actions
from hiroba.archive import queries as archive
from hiroba.archive.serving import original_response
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import parse_audience
from hiroba.foundation.web.asking import note, person_of

router = Router(tags=["records"])


class PassageOut(Schema):
    """One passage and its place."""

    locator: str
    kind: str
    text: str


class RecordOut(Schema):
    """A record with the passages of one revision."""

    record: int
    title: str
    file: str
    kind: str
    folder: str
    unit: str | None
    at: dt.datetime
    revision: int
    audience: list[str]
    passages: list[PassageOut]


class AudienceIn(Schema):
    """Whom to share with, in the words of the commands, and why where it is narrower."""

    audience: str
    reason: str = ""


@router.get("/{record_id}", response=RecordOut)
def get_record(request: HttpRequest, record_id: int, revision: int | None = None) -> RecordOut:
    """Give a record the token's owner may read."""
    found = archive.get_revision(person_of(request), record_id, revision)
    record = found.record
    note(request, "record.read", "record", record_id)
    return RecordOut(
        record=record.pk,
        title=record.title,
        file=found.file_name,
        kind=record.kind,
        folder=record.folder,
        unit=record.unit.code if record.unit else None,
        at=record.dated_at,
        revision=found.number,
        audience=sorted(principals_in(record.audience_id)),
        passages=[
            PassageOut(locator=each.locator, kind=each.kind, text=each.text) for each in archive.passages_of(found)
        ],
    )


@router.get("/{record_id}/original")
def get_original(request: HttpRequest, record_id: int, revision: int | None = None) -> StreamingHttpResponse:
    """Give the original's bytes as a download."""
    found = archive.get_revision(person_of(request), record_id, revision)
    note(request, "original.downloaded", "record", record_id, f"revision={found.number}")
    return original_response(found.sha256, found.file_name)


@router.put("/{record_id}/audience", response={204: None})
def put_audience(request: HttpRequest, record_id: int, body: AudienceIn) -> Status[None]:
    """Share a record with another audience."""
    person = person_of(request)
    actions.share_record(person, record_id, parse_audience(body.audience, person), body.reason)
    note(request, "record.shared", "record", record_id, body.audience)
    return Status(204, None)


@router.post("/{record_id}/withdrawal", response={204: None})
def post_withdrawal(request: HttpRequest, record_id: int) -> Status[None]:
    """Take a record back at once, everywhere."""
    actions.withdraw_record(person_of(request), record_id)
    note(request, "record.withdrawn", "record", record_id)
    return Status(204, None)
