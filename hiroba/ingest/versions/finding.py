"""Recognise what is one as it comes in: a reader of the change log that keeps what it compares in tables.

It looks at every record whatever its audience, and tells nobody: what it found is shown only to who may read both."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from hiroba.archive.models import Link, Passage, Record, RecordState
from hiroba.foundation.changes import log
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.readers import reset_cursor
from hiroba.ingest.versions.models import Band, Pair, PairState, Signature
from hiroba.language import likeness
from hiroba.language.versions import Paper, Verdict, decide, is_older

logger = logging.getLogger(__name__)
NAME = "versions"
SAME_CONTENT, NEWER_VERSION = "same_content", "newer_version"
LINKS = {"format": SAME_CONTENT, "version": NEWER_VERSION}
# After one of these a record may have another content; of our own kinds none.
KINDS = frozenset({"record.received", "record.revised", "record.released", "record.restored", "record.extracted"})
# Mails and cases have threads and keys of their own; rows of a table are told apart by the system they come from.
NEVER = frozenset({"mail", "case"})
NOT_FROM = ("table:", "database:")
MOST_COMPARED = 60  # records a new one is compared with: of a form that thousands filled in, some are enough


class VersionsReader:
    """Follows the log under the name "versions"."""

    name = NAME

    def handle(self, changes: Sequence[Change]) -> None:
        """Compare each record whose content may have changed. The same changes again find nothing new."""
        touched = dict.fromkeys(each.subject_id for each in changes if each.subject == "record")
        gone = [each.subject_id for each in changes if each.kind in ("record.withdrawn", "record.held")]
        Signature.objects.filter(record__in=gone).exclude(record__state=RecordState.LIVE).delete()
        wanted = {each.subject_id for each in changes if each.kind in KINDS}
        for record_id in touched:
            if record_id in wanted:
                _look_carefully(record_id)


def _look_carefully(record_id: int) -> None:
    """Let one record's fault leave the others alone. A busy or full database stops the reader: it comes back."""
    try:
        look_at(record_id)
    except DatabaseError:
        raise
    except Exception:  # the reader goes on: this one paper is looked at again with its next revision
        logger.exception("WORK-02 versions record=%s", record_id)


def look_at(record_id: int) -> None:
    """Compare one record with those that may be alike, and keep what is found; again after each revision."""
    record = Record.objects.select_related("current").filter(pk=record_id, state=RecordState.LIVE).first()
    if record is None or record.current is None or not _is_compared(record):
        Signature.objects.filter(pk=record_id).delete()
        return
    if Signature.objects.filter(pk=record_id, revision=record.current_id or 0).exists():
        return
    paper = paper_of(record)
    bands = likeness.bands(likeness.signature(paper.text)) if paper.text.is_enough else []
    others = list(_candidates(record, paper, bands))
    found = [(other, *decide(paper, paper_of(other))) for other in others]
    with transaction.atomic():
        _keep_signature(record, paper, bands)
        _forget_undecided(record, {other.pk for other, verdict, _ in found if verdict})
        for other, verdict, shared in found:
            if verdict:
                _keep_pair(record, other, verdict, shared)


def paper_of(record: Record) -> Paper:
    """Give what is compared of a record: its name, its place and the text of its current revision."""
    texts = Passage.objects.filter(revision=record.current_id).order_by("ordinal").values_list("text", flat=True)
    form = PurePosixPath(record.file_name.lower()).suffix
    return Paper(record.file_name or record.title, record.folder, form, likeness.sketch("\n".join(_some(texts))))


def _some(texts: Iterable[str]) -> Iterator[str]:
    left = likeness.LONGEST
    for text in texts:
        yield text
        left -= len(text)
        if left < 0:
            return


def _is_compared(record: Record) -> bool:
    return record.kind not in NEVER and not record.source.startswith(NOT_FROM)


def _candidates(record: Record, paper: Paper, bands: Sequence[int]) -> Iterator[Record]:
    """Give the records that share a band, and those in the same folder whose names differ only by marks of versions."""
    same_band = Q()
    for number, value in enumerate(bands):
        same_band |= Q(bands__number=number, bands__value=value)
    ids: dict[int, None] = {}
    if bands:
        rows = Signature.objects.filter(same_band).exclude(pk=record.pk).order_by("-pk").distinct()
        ids |= dict.fromkeys(rows.values_list("pk", flat=True)[:MOST_COMPARED])
    stem = paper.name.stem[:200]
    if stem:
        named = Signature.objects.filter(stem=stem, record__folder=record.folder).exclude(pk=record.pk)
        ids |= dict.fromkeys(named.order_by("-pk").values_list("pk", flat=True)[:MOST_COMPARED])
    yield from Record.objects.filter(pk__in=ids, state=RecordState.LIVE, current__isnull=False)


def _keep_signature(record: Record, paper: Paper, bands: Sequence[int]) -> None:
    Signature.objects.filter(pk=record.pk).delete()
    kept = Signature.objects.create(record=record, revision=record.current_id or 0, stem=paper.name.stem[:200])
    Band.objects.bulk_create(Band(signature=kept, number=number, value=value) for number, value in enumerate(bands))


def _forget_undecided(record: Record, still: set[int]) -> None:
    """Take back what was found of an earlier content and no person has decided."""
    mine = Q(older=record) | Q(newer=record)
    for pair in Pair.objects.filter(mine, state__in=(PairState.OFFERED, PairState.LINKED)):
        other = pair.newer_id if pair.older_id == record.pk else pair.older_id
        if other not in still:
            unlink(pair, None)
            pair.delete()


def _keep_pair(record: Record, other: Record, verdict: Verdict, shared: float) -> None:
    either = Q(older=record, newer=other) | Q(older=other, newer=record)
    if Pair.objects.filter(either).exists():
        return
    older, newer = in_order(record, other)
    state = PairState.LINKED if verdict == "format" else PairState.OFFERED
    pair = Pair.objects.create(
        older=older, newer=newer, kind=verdict, likeness=round(shared, 4), state=state, found_at=timezone.now()
    )
    if state == PairState.LINKED:
        link(pair, None)


def in_order(one: Record, other: Record) -> tuple[Record, Record]:
    """Give the older first: as the names say, else as the files were last changed."""
    names = [Paper(each.file_name or each.title, each.folder, "", likeness.sketch("")) for each in (one, other)]
    said = is_older(names[0], names[1])
    if said is None:
        said = (_changed_at(one), one.pk) < (_changed_at(other), other.pk)
    return (one, other) if said else (other, one)


def _changed_at(record: Record) -> float:
    current = record.current
    moment = (current.modified_at if current else None) or record.dated_at
    return moment.timestamp()


def link(pair: Pair, actor_id: int | None) -> None:
    """Link two records as what they are. Records record.linked of both."""
    Link.objects.get_or_create(kind=LINKS[pair.kind], source_id=pair.older_id, target_id=pair.newer_id)
    for record_id in (pair.older_id, pair.newer_id):
        log.record("record.linked", "record", record_id, actor_id)


def unlink(pair: Pair, actor_id: int | None) -> None:
    """Take the link back, where there is one. Records record.unlinked of both."""
    links = Link.objects.filter(kind__in=LINKS.values(), source=pair.older_id, target=pair.newer_id)
    if links.delete()[0]:
        for record_id in (pair.older_id, pair.newer_id):
            log.record("record.unlinked", "record", record_id, actor_id)


def forget_everything() -> None:
    """Begin anew: what was compared and what nobody decided goes, and the reader starts at the log's beginning."""
    with transaction.atomic():
        for pair in Pair.objects.filter(state__in=(PairState.OFFERED, PairState.LINKED)):
            unlink(pair, None)
            pair.delete()
        Signature.objects.all().delete()
        reset_cursor(NAME)
