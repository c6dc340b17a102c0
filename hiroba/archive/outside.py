"""What happened to a record's original place outside: its readers there changed, it moved, it went away.

The record follows as far as nobody here has decided otherwise; it is never lost and never becomes wider than the gate
or a person allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from django.db import transaction
from django.utils import timezone

from hiroba.archive.gate import examine_names, mask
from hiroba.archive.models import Record, RecordState
from hiroba.archive.typed import keep_typed_inside
from hiroba.foundation.access.audiences import find_or_add_audience, is_narrower, principals_in
from hiroba.foundation.changes import log
from hiroba.language.private import find_my_numbers

Shared = Callable[[frozenset[str], frozenset[str]], frozenset[str]]


@transaction.atomic
def follow_access(source: str, external_key: str, before_id: int, principals: frozenset[str], shared: Shared) -> bool:
    """Give a record, and what is attached to it, the audience its readers outside have now; False when there is no
    record yet.

    Only where its audience is still the one it had from there (`before_id`): what a person decided here stands. What
    the gate keeps inside is narrowed to whom both let read (`shared`), never widened. Records record.narrowed or
    record.opened, by nobody."""
    record = Record.objects.select_for_update().filter(source=source, external_key=external_key).first()
    if record is None:
        return False
    for each in [record, *_attached(record)]:
        now = principals_in(each.audience_id)
        new = shared(principals, now) if each.gate_code else principals
        is_free = each.audience_id == before_id or bool(each.gate_code)
        if is_free and now != new and each.state != RecordState.WITHDRAWN:
            _give(each, new, is_narrower(new, now) and shared(new, now) != now)
    return True


def _give(record: Record, principals: frozenset[str], narrower: bool) -> None:
    record.audience_before = record.audience if narrower else None
    record.audience, record.updated_at = find_or_add_audience(principals), timezone.now()
    record.save(update_fields=["audience", "audience_before", "updated_at"])
    log.record("record.narrowed" if narrower else "record.opened", "record", record.pk, None)


def _attached(record: Record) -> list[Record]:
    found: dict[int, Record] = {}
    waiting = [record]
    while waiting:
        links = waiting.pop().links_out.filter(kind="attachment").select_related("target")
        new = [link.target for link in links if link.target_id not in found and link.target_id != record.pk]
        found |= {each.pk: each for each in new}
        waiting += new
    return list(found.values())


@transaction.atomic
def follow_move(source: str, external_key: str, folder: str, file_name: str) -> bool:
    """Let a record say where its file lies now; its title follows when it was the file's name. A マイナンバー in either
    is not written down; other personal data in them keep the record inside its section. False without a record. Records
    record.renamed and record.narrowed, by nobody."""
    record = Record.objects.select_for_update().filter(source=source, external_key=external_key).first()
    if record is None:
        return False
    if find_my_numbers(f"{folder}\n{file_name}"):
        folder, file_name = mask(folder), mask(file_name)
    if record.title in (record.file_name, PurePosixPath(record.file_name).stem):
        record.title = PurePosixPath(file_name).stem[:500] or file_name[:500]
    record.folder, record.file_name, record.updated_at = folder[:500], file_name[:255], timezone.now()
    record.save(update_fields=["title", "folder", "file_name", "updated_at"])
    keep_typed_inside(None, record, examine_names([folder, file_name]))
    log.record("record.renamed", "record", record.pk, None)
    return True


@transaction.atomic
def tell_gone(source: str, external_key: str, is_gone: bool) -> bool:
    """Say in the log that a record's file went away outside, or came back. The record stays. False without a record.
    Records record.vanished or record.reappeared, by nobody."""
    record = Record.objects.filter(source=source, external_key=external_key).first()
    if record is None:
        return False
    log.record("record.vanished" if is_gone else "record.reappeared", "record", record.pk, None)
    return True
