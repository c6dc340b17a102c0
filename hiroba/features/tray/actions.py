"""What a person does with the papers in their section's tray, and with separator sheets."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hiroba.archive.actions import can_change, restore_record, withdraw_record
from hiroba.archive.models import Record
from hiroba.archive.typed import take_typed
from hiroba.features.tray.models import Paper, PaperState, Separator
from hiroba.features.tray.queries import audience_choices, get_paper, section_people, separators_visible_to
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.people.queries import section_of
from hiroba.foundation.refusal import Refusal


@transaction.atomic
def confirm_paper(person: Person, paper_id: int, title: str, dated_on: dt.date | None, sender: str) -> Paper:
    """Say what a paper is. TRAY-01 without a title or while it is still being read, GATE-01 for a マイナンバー
    that is typed; with other personal data it stays inside the section. Records record.renamed, record.narrowed."""
    paper, record = _lock(person, paper_id)
    if not title.strip():
        raise Refusal("TRAY-01")
    take_typed(person, record, {_("題名"): title, _("差出人"): sender})
    if not paper.before:
        dated = record.dated_at.isoformat()
        paper.before = {"title": record.title, "dated_at": dated, "author": record.author}
    record.title, record.author = title.strip()[:500], sender.strip()[:200]
    if dated_on is not None:
        record.dated_at = timezone.make_aware(dt.datetime.combine(dated_on, dt.time(12)))
    _rename(person, record)
    return _settle(person, paper, PaperState.CONFIRMED)


@transaction.atomic
def assign_paper(person: Person, paper_id: int, login: str) -> Paper:
    """Give a paper to somebody of its unit who may read it; "" to nobody. TRAY-02 for anybody else."""
    paper = get_paper(person, paper_id)
    found = next((each for each in section_people(person, paper) if each.login == login), None)
    if login and found is None:
        raise Refusal("TRAY-02")
    paper.assignee = found
    paper.save(update_fields=["assignee"])
    return paper


@transaction.atomic
def withdraw_paper(person: Person, paper_id: int) -> Paper:
    """Take a paper back, as its record everywhere. Records record.withdrawn."""
    paper, record = _lock(person, paper_id)
    withdraw_record(person, record.pk)
    return _settle(person, paper, PaperState.WITHDRAWN)


@transaction.atomic
def undo_paper(person: Person, paper_id: int) -> Paper:
    """Put a paper back into the tray as it was before it was confirmed or withdrawn; only who withdrew it brings it
    back. Records record.renamed or record.restored."""
    paper = get_paper(person, paper_id)
    record = paper.item.record
    if record is None or paper.state == PaperState.WAITING:
        raise Refusal("ACCESS-01")
    if paper.state == PaperState.WITHDRAWN:
        restore_record(person, record.pk, is_withdrawer=paper.settled_by_id == person.pk)
    elif not can_change(person, record):
        raise Refusal("ACCESS-02")
    elif paper.before:
        record.title, record.author = paper.before["title"], paper.before["author"]
        record.dated_at = dt.datetime.fromisoformat(paper.before["dated_at"])
        _rename(person, record)
    paper.before = {}
    return _settle(person, paper, PaperState.WAITING)


def _lock(person: Person, paper_id: int) -> tuple[Paper, Record]:
    """Give a paper with its record, which the person may change; TRAY-01 while nobody has read it yet, ACCESS-01 when
    it was taken back."""
    paper = get_paper(person, paper_id)
    if paper.item.record_id is None:
        raise Refusal("TRAY-01")
    if paper.state == PaperState.WITHDRAWN:
        raise Refusal("ACCESS-01")
    record = Record.objects.select_for_update().get(pk=paper.item.record_id)
    if not can_change(person, record):
        raise Refusal("ACCESS-02")
    return paper, record


def _rename(person: Person, record: Record) -> None:
    record.updated_at = timezone.now()
    record.save(update_fields=["title", "author", "dated_at", "updated_at"])
    log.record("record.renamed", "record", record.pk, person.pk)


def _settle(person: Person, paper: Paper, state: PaperState) -> Paper:
    is_waiting = state == PaperState.WAITING
    paper.state = state
    paper.settled_by, paper.settled_at = (None, None) if is_waiting else (person, timezone.now())
    paper.save(update_fields=["state", "settled_by", "settled_at", "before"])
    return paper


@transaction.atomic
def make_separator(person: Person, audience: str, kind: str) -> Separator:
    """Make a sheet for one of the audiences the person may choose (ACCESS-04 for any other). TRAY-03 without a
    section: there is no tray it could lead to."""
    section = section_of(person)
    if section is None:
        raise Refusal("TRAY-03")
    if audience not in {name for name, _ in audience_choices(person)}:
        raise Refusal("ACCESS-04", audience=audience)
    return Separator.objects.create(
        person=person,
        unit=Unit.objects.get(code=section),
        audience=find_or_add_audience([audience]),
        kind=" ".join(kind.split())[:60],
        made_at=timezone.now(),
    )


def end_separator(person: Person, separator_id: int) -> None:
    """Stop using a sheet: it still parts papers, and says no more for whom they are. ACCESS-01 when not theirs."""
    separator = separators_visible_to(person).filter(pk=separator_id).first()
    if separator is None:
        raise Refusal("ACCESS-01")
    Separator.objects.filter(pk=separator.pk).update(ended_at=timezone.now())
