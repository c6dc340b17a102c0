"""A section's tray: the papers that wait there, for those of the section who may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from hiroba.archive.models import Original, Passage, Record
from hiroba.archive.queries import get_revision, passages_of, records_visible_to
from hiroba.features.tray.models import Paper, PaperState, Scan, Separator
from hiroba.foundation.access.audiences import principals_in, say_audience
from hiroba.foundation.access.principals import of_person, of_unit, principals_of, readable
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_tree, section_of, today
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import ItemState
from hiroba.language.letterheads import LINES_LOOKED_AT, Letterhead, find_letterhead

SHOWN_PAGES = 6


def papers_visible_to(person: Person) -> QuerySet[Paper]:
    """List the papers in the trays of the person's units that they may read now, newest first.

    A paper that is still being read is there for its audience; once it is a record, the record's audience decides:
    what the gate holds, or somebody narrowed, is gone from the tray too. What was withdrawn stays for who did it."""
    principals = principals_of(person)
    units = [name.removeprefix("unit:") for name in principals if name.startswith("unit:")]
    unread = Q(item__record=None) & readable(principals)
    read = Q(item__record__in=records_visible_to(person, principals).order_by().values("pk"))
    taken_back = Q(state=PaperState.WITHDRAWN, settled_by=person)
    theirs = Q(unit__code__in=units) | Q(unit=None, scan__source__person=person) | Q(assignee=person)
    found = Paper.objects.filter(theirs, unread | read | taken_back)
    related = (
        "scan",
        "item__record__current",
        "separator__unit",
        "separator__audience",
        "assignee",
        "settled_by",
        "unit",
    )
    return found.select_related(*related).order_by("-pk")


def count_waiting(person: Person) -> int:
    """Count the papers that wait for somebody of the person's section."""
    return papers_visible_to(person).filter(state=PaperState.WAITING).count()


def get_paper(person: Person, paper_id: int) -> Paper:
    """Give one paper of the person's trays; ACCESS-01 when it is not there for them."""
    paper = papers_visible_to(person).filter(pk=paper_id).first()
    if paper is None:
        raise Refusal("ACCESS-01")
    return paper


@dataclass(frozen=True)
class Row:
    """A paper in the list, with what is proposed of it."""

    paper: Paper
    record: Record | None
    title: str
    head: Letterhead
    is_reading: bool
    sharing: str
    forged: int

    @property
    def count(self) -> int:
        """How many pages it has; 0 when nobody could count them."""
        return len(self.paper.pages)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the pages that are shown, in the paper's own file."""
        return list(range(1, min(max(self.count, 1), SHOWN_PAGES) + 1))


def row_of(person: Person, paper: Paper) -> Row:
    """Give a paper with its proposals; the caller has fetched it as this person."""
    record = paper.item.record if paper.state != PaperState.WITHDRAWN else None
    head = _head(person, record) if record is not None and paper.state == PaperState.WAITING else Letterhead()
    title = head.title or (record.title if record else paper.item.path)
    is_reading = paper.item.state in (ItemState.RECEIVED, ItemState.READING, ItemState.SLOW)
    audience = record.audience_id if record else paper.audience_id
    forged = sum(1 for page in paper.scan.pages if page.get("is_forged"))
    return Row(paper, record, title, head, is_reading, say_audience(principals_in(audience)), forged)


def _head(person: Person, record: Record) -> Letterhead:
    passages = passages_of(get_revision(person, record.pk))[:LINES_LOOKED_AT]
    return find_letterhead([line for passage in passages for line in _lines(passage)], today())


def _lines(passage: Passage) -> list[str]:
    """A paragraph of paper keeps the places of its lines: a letterhead is read line by line."""
    lines = [passage.text[start:end] for start, end, _ in passage.spans]
    return lines if len(lines) > 1 and passage.kind != "row" else passage.text.splitlines()


def rows_visible_to(person: Person, state: str, limit: int = 50) -> list[Row]:
    """List the papers of a state with their proposals."""
    return [row_of(person, paper) for paper in papers_visible_to(person).filter(state=state)[:limit]]


def section_people(person: Person, paper: Paper) -> Sequence[Person]:
    """List whom the paper may be given to: everybody of its unit who may read it."""
    code = paper.unit.code if paper.unit else section_of(person)
    if code is None:
        return [person]
    tree = get_tree()
    codes = [each for each in tree.parents if code in tree.path(each)]
    found = Person.objects.filter(is_active=True, posts__unit__code__in=[code, *codes]).distinct().order_by("reading")
    audience = principals_in(paper.item.record.audience_id if paper.item.record else paper.audience_id)
    return [each for each in found[:200] if principals_of(each) & audience]


def get_scan_original(person: Person, scan_id: int) -> tuple[Scan, Original]:
    """Give the whole scan, for whoever may read every paper in it now; ACCESS-01 otherwise."""
    scan = Scan.objects.select_related("original").filter(pk=scan_id).first()
    papers = list(scan.papers.values_list("pk", flat=True)) if scan else []
    visible = papers_visible_to(person).filter(pk__in=papers, item__record__isnull=False)
    visible = visible.exclude(state=PaperState.WITHDRAWN)
    if scan is None or scan.original is None or not papers or visible.count() != len(papers):
        raise Refusal("ACCESS-01")
    return scan, scan.original


def find_pile(person: Person, paper: Paper) -> Scan | None:
    """Give the whole scan a paper came in, for whoever may read every paper of it; None for others: its very name may
    be about a paper that they may not read."""
    try:
        return get_scan_original(person, paper.scan_id)[0]
    except Refusal:
        return None


def troubled_scans(person: Person) -> Sequence[Scan]:
    """List the latest scans of the person's own folders and units that gave no paper, with their code."""
    principals = principals_of(person)
    found = Scan.objects.filter(readable(principals)).exclude(code="").filter(papers=None)
    units = [name.removeprefix("unit:") for name in principals if name.startswith("unit:")]
    return list(found.filter(Q(unit__code__in=units) | Q(source__person=person)).order_by("-pk")[:10])


def separators_visible_to(person: Person) -> QuerySet[Separator]:
    """List the sheets of the person's units that are in use, newest first; one for a single person only to them."""
    principals = principals_of(person)
    units = [name.removeprefix("unit:") for name in principals if name.startswith("unit:")]
    found = Separator.objects.filter(readable(principals), unit__code__in=units, ended_at=None)
    return found.select_related("unit", "person", "audience").order_by("-pk")


@dataclass(frozen=True)
class Sheet:
    """A separator as it is listed and printed."""

    separator: Separator
    unit_name: str
    sharing: str
    at: dt.datetime


def sheets_visible_to(person: Person) -> list[Sheet]:
    """List the sheets in words."""
    return [sheet_of(separator) for separator in separators_visible_to(person)]


def get_sheet(person: Person, separator_id: int) -> tuple[Sheet, Separator]:
    """Give one sheet; ACCESS-01 when it is not there for this person."""
    separator = separators_visible_to(person).filter(pk=separator_id).first()
    if separator is None:
        raise Refusal("ACCESS-01")
    return sheet_of(separator), separator


def sheet_of(separator: Separator) -> Sheet:
    """Say a sheet in words."""
    tree = get_tree()
    sharing = say_audience(principals_in(separator.audience_id), tree)
    return Sheet(separator, tree.full_name(separator.unit.code), sharing, separator.made_at)


def audience_choices(person: Person) -> list[tuple[str, str]]:
    """List for whom a person may print sheets: their section, their own units in it, their teams, themselves."""
    tree = get_tree()
    mine = principals_of(person)
    section = section_of(person)
    units = [name for name in sorted(mine) if name.startswith("unit:") and section in tree.path(name[5:])]
    first = [of_unit(section)] if section else []
    teams = [name for name in sorted(mine) if name.startswith("team:")]
    names = [*first, *(unit for unit in units if unit not in first), *teams, of_person(person.pk)]
    return [(name, say_audience([name], tree)) for name in names]
