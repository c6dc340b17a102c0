"""The machine's part: find the sheets of known forms among what comes in, and read them into fields.

A sheet is leased while it is read; kill -9 gives it back when the lease is over."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from hiroba.archive.gate import MY_NUMBER, examine_names, mask, numbers_in_fields
from hiroba.archive.models import Passage as Kept
from hiroba.archive.models import Record, RecordState, Revision
from hiroba.archive.originals import path_of
from hiroba.archive.queries import passages_of
from hiroba.archive.typed import keep_typed_inside
from hiroba.extract.form_cells import read_cells
from hiroba.extract.form_places import Answer, fields_of, rows_of
from hiroba.extract.passages import Passage, Span
from hiroba.extract.tasks import run_task
from hiroba.features.forms.actions import add_pages, write_fields
from hiroba.features.forms.models import FieldValue, FilledSheet, Form, Medium, SheetState
from hiroba.features.forms.queries import CELL_KINDS, PAPER_KINDS, fields_in
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.readers import follow
from hiroba.foundation.people.queries import get_tree, today
from hiroba.language.private import is_piece

LEASE = dt.timedelta(minutes=10)
MOST_TRIES = 3
ALIKE = 0.7  # of a form's printed words: a sheet of it holds most, whatever recognition makes of some
FEWEST_LABELS = 3
A4 = (595.3, 841.9)  # points
NEW_TEXT = ("record.received", "record.revised", "record.extracted", "record.released")


class NewSheets:
    """Follows the log: what is new and looks like a sheet of a known form becomes one."""

    name = "forms"

    def handle(self, changes: Sequence[Change]) -> None:
        """Look at the records of these changes; looking twice changes nothing."""
        forget_held({change.subject_id for change in changes if change.kind == "record.held"})
        _read_released({change.subject_id for change in changes if change.kind == "record.released"})
        ids = {change.subject_id for change in changes if change.subject == "record" and change.kind in NEW_TEXT}
        forms = list(Form.objects.filter(ended_at=None).select_related("unit", "blank").prefetch_related("fields"))
        if not ids or not forms:
            return
        labels = {form.pk: labels_of(form) for form in forms}
        for record in Record.objects.filter(pk__in=ids, state=RecordState.LIVE).select_related("current", "unit"):
            for form in forms:
                _find(form, labels[form.pk], record)


def forget_held(records: Collection[int]) -> None:
    """Forget what was read of a sheet that the gate holds by now, and what somebody answered with digits in it. When it
    is released it is read again."""
    held = FilledSheet.objects.filter(record__in=records, revision__gate_code=MY_NUMBER)
    for value in FieldValue.objects.filter(sheet__in=held).only("value", "answered_by"):
        if value.answered_by_id is None or is_piece(value.value):
            value.delete()
    held.update(state=SheetState.FAILED, code=MY_NUMBER, leased_until=None)


def _read_released(records: Collection[int]) -> None:
    waiting = FilledSheet.objects.filter(record__in=records, state=SheetState.FAILED, code=MY_NUMBER)
    for sheet in waiting.select_related("record__current"):
        if sheet.record.current is not None:
            sheet.revision, sheet.state, sheet.tries, sheet.code = sheet.record.current, SheetState.READING, 0, ""
            sheet.save(update_fields=["revision", "state", "tries", "code"])


def work_on_forms() -> int:
    """Look for new sheets and read one; give how much was done."""
    return measure_next_form() + follow(NewSheets(), limit=100) + read_next_sheet()


def measure_next_form() -> int:
    """Measure one empty page that nobody has measured yet and propose its fields; 0 when there is none.

    One that does not open counts as A4 without a proposal."""
    waiting = Form.objects.filter(medium=Medium.PAPER, wide=0, ended_at=None).select_related("blank__original")
    form = waiting.order_by("pk").first()
    if form is None:
        return 0
    found = run_task("measure_form", [path_of(form.blank.sha256)], page=form.page)
    wide, high = float(found.facts.get("wide", A4[0])), float(found.facts.get("high", A4[1]))
    with transaction.atomic():
        if Form.objects.select_for_update().filter(pk=form.pk, wide=0).exists() and not form.fields.exists():
            is_held = form.blank.gate_code == MY_NUMBER
            proposed = [] if is_held else fields_of(json.loads(found.facts.get("fields", "[]")))
            write_fields(form, [replace(field, name=mask(field.name)) for field in proposed])
        Form.objects.filter(pk=form.pk).update(wide=wide, high=high)
    return 1


def find_among_latest(form: Form, limit: int = 200) -> None:
    """Look for sheets of a newly described form among what its section already has; who may read them is theirs."""
    form = Form.objects.select_related("unit", "blank").get(pk=form.pk)
    kinds = CELL_KINDS if form.medium == Medium.CELLS else PAPER_KINDS
    tree = get_tree()
    codes = [code for code in tree.parents if form.unit.code in tree.path(code)]
    labels = labels_of(form)
    latest = Record.objects.filter(state=RecordState.LIVE, kind__in=kinds, unit__code__in=codes)
    for record in latest.select_related("current", "unit").order_by("-pk")[:limit]:
        _find(form, labels, record)


def _find(form: Form, labels: set[str], record: Record) -> None:
    revision = record.current
    kinds = CELL_KINDS if form.medium == Medium.CELLS else PAPER_KINDS
    is_wrong = revision is None or record.kind not in kinds or record.pk == form.blank.record_id
    if is_wrong or revision is None or len(labels) < FEWEST_LABELS or not _is_near(form, record):
        return
    texts = _text_by_page(revision) if form.medium == Medium.PAPER else {1: _all_text(revision)}
    pages = [page for page, text in texts.items() if likeness(labels, text) >= ALIKE]
    add_pages(form, revision, pages, is_found=True)


def _is_near(form: Form, record: Record) -> bool:
    """A form is looked for among its own section's records only."""
    return record.unit is not None and form.unit.code in get_tree().path(record.unit.code)


def labels_of(form: Form) -> set[str]:
    """The words printed on a form by which its sheets are known."""
    text: set[str] = set()
    for kept in passages_of(form.blank):
        is_here = form.medium == Medium.CELLS or kept.locator.startswith(f"page={form.page};")
        spans = [kept.text[start:end] for start, end, _ in kept.spans] if kept.spans else [kept.text]
        text |= {_folded(each) for each in spans if is_here}
    return {each for each in text if 2 <= len(each) <= 40}


def likeness(labels: set[str], text: str) -> float:
    """Give which part of the labels a text holds, letters counted."""
    total = sum(map(len, labels))
    return sum(len(label) for label in labels if label in text) / total if total else 0.0


def _folded(text: str) -> str:
    return re.sub(r"[\s・:：、。()()]", "", unicodedata.normalize("NFKC", text))


def _text_by_page(revision: Revision) -> dict[int, str]:
    texts: dict[int, str] = {}
    for locator, text in passages_of(revision).values_list("locator", "text"):
        number = locator.removeprefix("page=").partition(";")[0]
        if number.isdigit():
            texts[int(number)] = texts.get(int(number), "") + _folded(text)
    return texts


def _all_text(revision: Revision) -> str:
    return "".join(_folded(text) for text in passages_of(revision).values_list("text", flat=True))


def read_next_sheet() -> int:
    """Read one sheet that waits; 0 when none does."""
    now = timezone.now()
    with transaction.atomic():
        waiting = FilledSheet.objects.select_for_update(skip_locked=True).filter(
            Q(leased_until=None) | Q(leased_until__lt=now), state=SheetState.READING
        )
        sheet = waiting.order_by("pk").first()
        if sheet is None:
            return 0
        FilledSheet.objects.filter(pk=sheet.pk).update(leased_until=now + LEASE, tries=F("tries") + 1)
    sheet = FilledSheet.objects.select_related("form__blank__original", "revision__original").get(pk=sheet.pk)
    if sheet.tries > MOST_TRIES:
        _end(sheet, SheetState.FAILED, "EXTRACT-08")
        return 1
    code, answers = _read(sheet)
    _keep(sheet, code, answers)
    return 1


def _read(sheet: FilledSheet) -> tuple[str, list[Answer]]:
    """Give a code and no answers, or the answers; outside of any transaction. What the gate holds is not read."""
    if sheet.revision.gate_code == MY_NUMBER:
        return MY_NUMBER, []
    form = sheet.form
    fields = fields_in(form)
    if form.medium == Medium.CELLS:
        return "", read_cells([_as_read(kept) for kept in passages_of(sheet.revision)], fields, today())
    paths = [path_of(form.blank.sha256), path_of(sheet.revision.sha256)]
    asked = {"fields": rows_of(fields), "pages": [form.page, sheet.page], "today": today().isoformat()}
    found = run_task("read_form", paths, **asked)
    if found.error is not None:
        return found.error.code, []
    answers = [Answer(**row) for row in json.loads(found.facts["answers"])]
    pictures = {int(each.name.partition(".")[0]): each.content for each in found.attachments}
    return "", [replace(answer, picture=pictures.get(number, b"")) for number, answer in enumerate(answers)]


def _as_read(kept: Kept) -> Passage:
    spans = tuple(Span(start, end, locator) for start, end, locator in kept.spans)
    if kept.kind == "shape":  # circles are drawn
        return Passage(kept.locator, kept.text, "shape", 0, spans)
    return Passage(kept.locator, kept.text, "row" if kept.kind == "row" else "paragraph", 0, spans)


@transaction.atomic
def _keep(sheet: FilledSheet, code: str, answers: Sequence[Answer]) -> None:
    """Write what was read; what somebody has answered stays. A sheet the machine itself found and that is none after
    all is forgotten."""
    if not FilledSheet.objects.select_for_update().filter(pk=sheet.pk, state=SheetState.READING).exists():
        return
    if code == "FORM-05" and sheet.is_found:
        sheet.delete()
        return
    if code:
        _end(sheet, SheetState.FAILED, code)
        return
    fields = {field.name: field for field in sheet.form.fields.all()}
    answered = set(sheet.values.exclude(answered_by=None).values_list("field__name", flat=True))
    sheet.values.filter(answered_by=None).delete()
    kept = [each for each in _gated(answers) if each.name in fields and each.name not in answered]
    FieldValue.objects.bulk_create(
        FieldValue(
            sheet=sheet,
            field=fields[each.name],
            value=each.value,
            raw=each.raw[:2000],
            certainty=each.certainty,
            question=each.question,
            picture=each.picture,
        )
        for each in kept
    )
    _keep_inside(sheet, kept)
    is_asking = any(each.question for each in kept)
    _end(sheet, SheetState.ASKING if is_asking else SheetState.DONE, "")


def _gated(answers: Sequence[Answer]) -> list[Answer]:
    """A マイナンバー that only the boxes show, one box or several side by side, is not kept: neither its text nor its
    picture."""
    held = {
        index
        for texts in ([answer.value for answer in answers], [answer.raw for answer in answers])
        for index in numbers_in_fields([(answer.name, text) for answer, text in zip(answers, texts, strict=True)])
    }
    return [
        Answer(answer.name, "", "", 0.0, "GATE-01") if index in held else answer for index, answer in enumerate(answers)
    ]


def _keep_inside(sheet: FilledSheet, answers: Sequence[Answer]) -> None:
    """Who may read the record reads its values: what they say of a person narrows it as its text does."""
    said = examine_names(text for answer in answers for text in (answer.name, answer.value))
    keep_typed_inside(None, Record.objects.select_for_update().get(pk=sheet.record_id), said)


def _end(sheet: FilledSheet, state: SheetState, code: str) -> None:
    FilledSheet.objects.filter(pk=sheet.pk).update(state=state, code=code, leased_until=None, read_at=timezone.now())
