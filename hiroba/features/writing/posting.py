"""Post a page: what was written becomes a record that its audience finds, reads and cites, like everything else."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.actions import own_section, require_change
from hiroba.archive.arrivals import Arrival, Kept, keep_arrival, link_records
from hiroba.archive.models import Link, Record
from hiroba.archive.originals import Stored, add_original, store_bytes
from hiroba.extract.passages import Extraction, Kind, Passage
from hiroba.features.writing.models import BlockText, Draft
from hiroba.features.writing.pictures import has_waiting, open_pictures
from hiroba.features.writing.queries import KIND, PARENT, can_post, get_draft, text_of
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.marked_pages import placed_texts

READER = "page/1"
_KINDS: dict[str, Kind] = {"heading": "heading", "row": "row", "code": "code", "paragraph": "paragraph"}


@dataclass(frozen=True)
class Posting:
    """For whom a page is posted, and why where that is not the whole office."""

    principals: frozenset[str]
    reason: str = ""


def read_page(text: str) -> Extraction:
    """Read a page as passages: its headings, paragraphs and rows, each at the line it begins."""
    passages = tuple(
        Passage(f"line={each.line}", each.text, _KINDS[each.kind], each.level) for each in placed_texts(text)
    )
    title = next((each.text for each in passages if each.kind == "heading"), "")
    return Extraction(passages, title=title, extractor=READER)


def post_draft(person: Person, draft_id: int, posting: Posting) -> Kept:
    """Post a draft for an audience, or post it again for the one its page has.

    WRITE-03 without a title or a text, WRITE-09 while a picture is being read, ACCESS-02 unless it is theirs, ACCESS-03
    for a choice narrower than the office without a reason, GATE-01 for a マイナンバー (nothing is posted), WRITE-04 for
    a page that was withdrawn. What looks personal stays inside the section (GATE-02). Records what keeping a record
    records, and draft.posted."""
    draft = get_draft(person, draft_id)
    if not can_post(person, draft):
        raise Refusal("ACCESS-02")
    version, text = draft.version, text_of(draft)
    extraction = read_page(text)
    if has_waiting(text):
        raise Refusal("WRITE-09")
    if not draft.title.strip() or len(extraction.passages) < 2:
        raise Refusal("WRITE-03")
    if draft.record is None and _asks_reason(person, posting):
        raise Refusal("ACCESS-03")
    verdict = gate.examine(extraction)
    if verdict.code == gate.MY_NUMBER:
        raise Refusal("GATE-01", places="、".join(verdict.places[:3]))
    stored = store_bytes([text.encode()])
    with transaction.atomic():
        kept = keep_arrival(_arrival(person, draft, stored, extraction, posting), verdict)
        if kept.outcome == "withdrawn":
            raise Refusal("WRITE-04")
        _tie(person, draft, kept.record, version)
    open_pictures(person, text, principals_in(kept.record.audience_id), draft.title)
    return kept


def _asks_reason(person: Person, posting: Posting) -> bool:
    is_usual = EVERYONE in posting.principals or posting.principals == own_section(person)
    return not is_usual and not posting.reason.strip()


def _arrival(person: Person, draft: Draft, stored: Stored, extraction: Extraction, posting: Posting) -> Arrival:
    name = f"{draft.title.replace('/', '／')[:200]}.md"
    return Arrival(
        source=KIND,
        external_key=f"{KIND}:{draft.pk}",
        file_name=name,
        kind=KIND,
        title=draft.title,
        original=add_original(stored, name),
        extraction=extraction,
        owner=person,
        principals=posting.principals,
        dated_at=timezone.now(),
        unit=draft.unit,
        reason=posting.reason.strip()[:500],
        author=person.name,
    )


def _tie(person: Person, draft: Draft, record: Record, version: int) -> None:
    """Let the draft be the page's: its section may go on with it, from what was posted and nothing before."""
    is_first = draft.record_id is None
    draft.record, draft.posted_version = record, version
    if is_first:
        BlockText.objects.filter(block__draft=draft).delete()
        draft.audience = find_or_add_audience(principals_in(draft.audience_id) | own_section(draft.owner))
        if draft.parent_id is not None:
            Link.objects.get_or_create(kind=PARENT, source=record, target_id=draft.parent_id)
    draft.save(update_fields=["record", "posted_version", "audience"])
    log.record("draft.posted", "draft", draft.pk, person.pk)


@transaction.atomic
def place_page(person: Person, record_id: int, title: str, parent: Record | None) -> Record:
    """Give a posted page another title in lists, and another page (or none) to stand under.

    ACCESS-02 unless the person may change it, GATE-01 for a マイナンバー in the title, WRITE-05 under itself. Records
    record.renamed."""
    record = require_change(person, record_id)
    gate.require_no_number(title, "name")
    if parent is not None and record.pk in {parent.pk, *above(parent.pk)}:
        raise Refusal("WRITE-05")
    Link.objects.filter(kind=PARENT, source=record).delete()
    if parent is not None:
        link_records(PARENT, record, parent)
    record.title = " ".join(title.split())[:200] or record.title
    record.save(update_fields=["title"])
    log.record("record.renamed", "record", record.pk, person.pk)
    return record


def above(record_id: int) -> list[int]:
    """List the pages above a page, the nearest first."""
    found: list[int] = []
    while (
        upper := Link.objects.filter(kind=PARENT, source=record_id).values_list("target_id", flat=True).first()
    ) and (upper not in found):
        found.append(upper)
        record_id = upper
    return found
