"""What a person does with forms: describe one, give it sheets, answer what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from hiroba.archive.actions import can_change
from hiroba.archive.arrivals import inside_section
from hiroba.archive.gate import IN_NAME, require_no_number
from hiroba.archive.models import Record, Revision
from hiroba.archive.queries import get_revision, passages_of
from hiroba.archive.typed import take_typed
from hiroba.extract.form_cells import area_of
from hiroba.extract.form_places import KINDS, Field, box_of
from hiroba.features.forms.models import FieldValue, FilledSheet, Form, FormField, Medium, SheetState
from hiroba.features.forms.queries import can_describe, fields_in, get_form, get_sheet, medium_of
from hiroba.features.forms.typed import typed_value
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.people.queries import section_of
from hiroba.foundation.refusal import Refusal

MOST_FIELDS = 300


@transaction.atomic
def add_form(person: Person, record_id: int, name: str, page: int = 1) -> Form:
    """Begin to describe a form on an empty sheet the person may read, for those of their section who may read it too;
    on paper the worker measures it and proposes its fields. FORM-07 without a name, GATE-01 for a マイナンバー in it,
    FORM-09 for a record that has neither pages nor cells, TRAY-03 without a section."""
    blank = get_revision(person, record_id)
    medium, section = medium_of(blank.record), section_of(person)
    if medium is None:
        raise Refusal("FORM-09")
    if section is None:
        raise Refusal("TRAY-03")
    if not name.strip():
        raise Refusal("FORM-07")
    require_no_number(name, IN_NAME)
    unit, readers = Unit.objects.get(code=section), principals_in(blank.record.audience_id)
    return Form.objects.create(
        name=" ".join(name.split())[:100],
        unit=unit,
        audience=find_or_add_audience(inside_section(readers, person, unit)),
        person=person,
        blank=blank,
        page=max(1, page),
        medium=medium,
        made_at=timezone.now(),
    )


@transaction.atomic
def describe_form(person: Person, form_id: int, fields: Sequence[Field]) -> Form:
    """Say which place holds what. Sheets are read again when places changed. FORM-07 for a place that is none,
    FORM-08 for two fields of one name, GATE-01 for a マイナンバー in a name, ACCESS-02 for people of other sections."""
    form = _describable(person, form_id)
    _require_sound(form, fields)
    if fields == fields_in(form):
        return form
    write_fields(form, fields)
    form.sheets.update(state=SheetState.READING, tries=0, code="", leased_until=None)
    return form


def write_fields(form: Form, fields: Sequence[Field]) -> None:
    """Put these fields in the place of a form's; one of the same name stays the same. The caller has checked them."""
    kept = {row.name: row for row in form.fields.all()}
    form.fields.exclude(name__in=[field.name for field in fields]).delete()
    for ordinal, field in enumerate(fields):
        row = kept.get(field.name) or FormField(form=form, name=field.name)
        row.ordinal, row.kind, row.place = ordinal, field.kind, field.place
        row.choices = [{"value": choice.value, "place": choice.place} for choice in field.choices]
        row.save()


def _require_sound(form: Form, fields: Sequence[Field]) -> None:
    names = [field.name for field in fields]
    if len(set(names)) != len(names):
        raise Refusal("FORM-08")
    is_place = box_of if form.medium == Medium.PAPER else area_of
    places = [field.place for field in fields] + [c.place for field in fields for c in field.choices if c.place]
    for field in fields:
        require_no_number(" ".join([field.name, *(choice.value for choice in field.choices)]), IN_NAME)
    is_known = all(field.kind in KINDS and field.name for field in fields)
    if not fields or len(fields) > MOST_FIELDS or not is_known or not all(is_place(place) for place in places):
        raise Refusal("FORM-07")


def _describable(person: Person, form_id: int) -> Form:
    form = get_form(person, form_id)
    if not can_describe(person, form):
        raise Refusal("ACCESS-02")
    return form


def end_form(person: Person, form_id: int) -> None:
    """Stop using a form; what was read from it is kept, and shown no more."""
    form = _describable(person, form_id)
    Form.objects.filter(pk=form.pk).update(ended_at=timezone.now())


@transaction.atomic
def add_sheets(person: Person, form_id: int, record_ids: Iterable[int]) -> list[FilledSheet]:
    """Take records for sheets of a form, every page of them; they are read by the worker. FORM-07 for a form that has
    no fields yet, FORM-09 for another kind of record."""
    form = get_form(person, form_id)
    if not form.fields.exists():
        raise Refusal("FORM-07")
    found: list[FilledSheet] = []
    for record_id in record_ids:
        revision = get_revision(person, record_id)
        if medium_of(revision.record) != form.medium:
            raise Refusal("FORM-09")
        found += add_pages(form, revision, pages_of(revision), is_found=False)
    return found


def add_pages(form: Form, revision: Revision, pages: Iterable[int], is_found: bool) -> list[FilledSheet]:
    """Let pages of a record be read as sheets of a form; one that already is, of an older revision, is read again."""
    found = []
    for page in pages:
        sheet, is_new = FilledSheet.objects.get_or_create(
            form=form,
            record=revision.record,
            page=page,
            defaults={"revision": revision, "is_found": is_found, "made_at": timezone.now()},
        )
        if not is_new and (sheet.revision_id != revision.pk or sheet.state == SheetState.FAILED):
            sheet.revision, sheet.state, sheet.tries, sheet.code = revision, SheetState.READING, 0, ""
            sheet.save()
        found.append(sheet)
    return found


def pages_of(revision: Revision) -> list[int]:
    """List the pages of a paper record that hold text; the first where nothing was read, and for cells."""
    pages = set()
    for locator in passages_of(revision).filter(locator__startswith="page=").values_list("locator", flat=True):
        number = locator.removeprefix("page=").partition(";")[0]
        pages |= {int(number)} if number.isdigit() else set()
    return sorted(pages) or [1]


@transaction.atomic
def answer_questions(person: Person, sheet_id: int, answers: Mapping[int, str]) -> FilledSheet:
    """Put values right by the id of their field; an answer has to be of its field's kind (FORM-02), or empty, and no
    マイナンバー, alone or with the fields beside it (GATE-01). Other personal data keep the record in its section.

    Whoever may change the record may (ACCESS-02)."""
    sheet = get_sheet(person, sheet_id)
    if not can_change(person, sheet.record):
        raise Refusal("ACCESS-02")
    fields = list(sheet.form.fields.order_by("ordinal"))
    typed = {field: typed_value(field, answers[field.pk]) for field in fields if field.pk in answers}
    said = dict(sheet.values.values_list("field", "value")) | {field.pk: value for field, value in typed.items()}
    record = Record.objects.select_for_update().get(pk=sheet.record_id)
    take_typed(person, record, {field.name: said.get(field.pk, "") for field in fields})
    for field, value in typed.items():
        FieldValue.objects.update_or_create(
            sheet=sheet,
            field=field,
            defaults={
                "value": value,
                "question": "",
                "certainty": 1.0,
                "picture": b"",
                "answered_by": person,
                "answered_at": timezone.now(),
            },
        )
    if sheet.state == SheetState.ASKING and not sheet.values.exclude(question="").exists():
        FilledSheet.objects.filter(pk=sheet.pk).update(state=SheetState.DONE)
    return sheet


def take_away_sheet(person: Person, sheet_id: int) -> Form:
    """Say that a record is no sheet of the form; the record stays as it is."""
    sheet = get_sheet(person, sheet_id)
    if not can_change(person, sheet.record):
        raise Refusal("ACCESS-02")
    sheet.delete()
    return sheet.form
