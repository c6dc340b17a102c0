"""Taking in over HTTP: open an import, send its files, ask how far it is."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from hiroba.features.intake import actions, queries
from hiroba.foundation.web.asking import note, person_of

router = Router(tags=["imports"])


class ImportIn(Schema):
    """For whom (the importer's section when empty), and why where it is narrower."""

    audience: str = "section"
    reason: str = ""
    title: str = ""


class ImportOut(Schema):
    """The id to send files to."""

    batch: int


class LineOut(Schema):
    """What became of one file."""

    item: int
    file: str
    state: str
    message: str
    record: int | None
    parts: int
    parts_read: int


class ProgressOut(Schema):
    """How far an import has come."""

    total: int
    under_way: int
    done: int
    same: int
    held: int
    failed: int
    files: list[LineOut]


def _line(line: queries.Line) -> LineOut:
    return LineOut(
        item=line.item_id,
        file=line.path,
        state=line.state,
        message=line.said,
        record=line.record_id,
        parts=line.parts,
        parts_read=line.parts_read,
    )


@router.post("", response={201: ImportOut})
def post_import(request: HttpRequest, body: ImportIn) -> Status[ImportOut]:
    """Open an import."""
    batch = actions.open_upload(person_of(request), body.audience, body.reason, body.title)
    note(request, "record.received", "batch", batch.pk)
    return Status(201, ImportOut(batch=batch.pk))


@router.post("/{batch_id}/files", response={201: LineOut})
def post_file(request: HttpRequest, batch_id: int, file: File[UploadedFile], path: Form[str] = "") -> Status[LineOut]:
    """Send one file; 201 only after its bytes are on disk for good."""
    name = path or file.name or ""
    item = actions.receive_upload(person_of(request), batch_id, name, None, file.chunks(1024 * 1024))
    return Status(201, _line(queries.line_of(item)))


@router.get("/{batch_id}", response=ProgressOut)
def get_import(request: HttpRequest, batch_id: int) -> ProgressOut:
    """Say how far an import of one's own has come."""
    opened = queries.open_batch_page(person_of(request), batch_id)
    counts = opened.progress
    return ProgressOut(
        total=counts.total,
        under_way=counts.under_way,
        done=counts.done,
        same=counts.same,
        held=counts.held,
        failed=counts.failed,
        files=[_line(line) for line in opened.lines],
    )
