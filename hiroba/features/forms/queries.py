"""Forms and their sheets, as a person may see them: a form by its audience, a sheet by its record's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from hiroba.archive import gate
from hiroba.archive.models import Record
from hiroba.archive.queries import records_visible_to
from hiroba.extract.form_places import Choice, Field
from hiroba.features.forms.models import FieldValue, FilledSheet, Form, FormField, Medium, SheetState
from hiroba.foundation.access.principals import of_unit, principals_of, readable
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

CELL_KINDS = frozenset({"sheet"})
PAPER_KINDS = frozenset({"pdf", "image"})


def forms_visible_to(person: Person) -> QuerySet[Form]:
    """List the forms in use that the person may see, by name."""
    principals = principals_of(person)
    found = Form.objects.filter(readable(principals), ended_at=None)
    return found.select_related("unit", "blank__original", "blank__record").order_by("name", "pk")


def get_form(person: Person, form_id: int) -> Form:
    """Give a form; ACCESS-01 when it is not there for this person."""
    form = forms_visible_to(person).filter(pk=form_id).first()
    if form is None:
        raise Refusal("ACCESS-01")
    return form


def can_describe(person: Person, form: Form) -> bool:
    """Tell whether the person may change a form: everybody of its section."""
    return of_unit(form.unit.code) in principals_of(person)


def sheets_visible_to(person: Person, form: Form | None = None) -> QuerySet[FilledSheet]:
    """List the sheets whose record the person may read now, newest first; none of a revision that the gate holds."""
    visible = records_visible_to(person).order_by().values("pk")
    found = FilledSheet.objects.filter(record__in=visible, form__in=forms_visible_to(person).order_by())
    found = found.exclude(revision__gate_code=gate.MY_NUMBER)
    found = found if form is None else found.filter(form=form)
    return found.select_related("record", "form", "revision").order_by("-pk")


def get_sheet(person: Person, sheet_id: int) -> FilledSheet:
    """Give one sheet; ACCESS-01 when it is not there for this person."""
    sheet = sheets_visible_to(person).filter(pk=sheet_id).first()
    if sheet is None:
        raise Refusal("ACCESS-01")
    return sheet


def fields_in(form: Form) -> list[Field]:
    """Give a form's fields as the readers take them."""
    return [field_of(row) for row in form.fields.order_by("ordinal")]


def field_of(row: FormField) -> Field:
    """Give one field as the readers take it."""
    return Field(row.name, row.kind, row.place, tuple(Choice(**choice) for choice in row.choices))


@dataclass(frozen=True)
class FormRow:
    """A form in the list, with counts of what the person may see of it."""

    form: Form
    fields: int
    sheets: int
    asking: int


def form_rows_visible_to(person: Person) -> list[FormRow]:
    """List forms with how many sheets there are for this person."""
    counts: dict[int, tuple[int, int]] = {
        form: (sheets, asking)
        for form, sheets, asking in sheets_visible_to(person)
        .order_by()
        .values("form")
        .annotate(sheets=Count("pk"), asking=Count("pk", filter=Q(state=SheetState.ASKING)))
        .values_list("form", "sheets", "asking")
    }
    forms = forms_visible_to(person).annotate(count=Count("fields"))
    return [FormRow(form, form.count, *counts.get(form.pk, (0, 0))) for form in forms]


@dataclass(frozen=True)
class SheetRow:
    """A filled sheet with its values in the order of the form's fields."""

    sheet: FilledSheet
    values: list[FieldValue | None]
    questions: int


def sheet_rows(sheets: Sequence[FilledSheet], fields: Sequence[FormField]) -> list[SheetRow]:
    """Give sheets, already fetched as somebody, with their values."""
    found: dict[int, dict[int, FieldValue]] = {}
    for value in FieldValue.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).defer("picture"):
        found.setdefault(value.sheet_id, {})[value.field_id] = value
    rows = []
    for sheet in sheets:
        values = [found.get(sheet.pk, {}).get(field.pk) for field in fields]
        rows.append(SheetRow(sheet, values, sum(1 for value in values if value is not None and value.question)))
    return rows


def questions_visible_to(person: Person, form: Form, limit: int = 60) -> list[FieldValue]:
    """List what nobody could read for sure, sheet by sheet."""
    sheets = sheets_visible_to(person, form).order_by().values("pk")
    found = FieldValue.objects.filter(sheet__in=sheets).exclude(question="")
    return list(found.select_related("field", "sheet__record").order_by("sheet", "field__ordinal")[:limit])


def get_value(person: Person, value_id: int) -> FieldValue:
    """Give one value of a sheet the person may see; ACCESS-01 otherwise."""
    value = FieldValue.objects.filter(pk=value_id, sheet__in=sheets_visible_to(person).order_by()).first()
    if value is None:
        raise Refusal("ACCESS-01")
    return value


def medium_of(record: Record) -> Medium | None:
    """Tell what a record's places would be; None when it can be no form."""
    if record.kind in CELL_KINDS:
        return Medium.CELLS
    return Medium.PAPER if record.kind in PAPER_KINDS else None


def possible_blanks(person: Person, limit: int = 30) -> list[Record]:
    """List the person's section's latest records that could be an empty form."""
    return list(records_visible_to(person).filter(kind__in=CELL_KINDS | PAPER_KINDS)[:limit])


def possible_sheets(person: Person, form: Form, limit: int = 30) -> list[Record]:
    """List the latest records that could be sheets of the form and are not yet."""
    kinds = CELL_KINDS if form.medium == Medium.CELLS else PAPER_KINDS
    known = FilledSheet.objects.filter(form=form).values("record")
    found = records_visible_to(person).filter(kind__in=kinds).exclude(pk__in=known).exclude(pk=form.blank.record_id)
    return list(found[:limit])
