"""様式: describe a form once, and have every later sheet read into its fields."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.forms import actions, queries
from hiroba.features.forms import export as exporting
from hiroba.features.forms.forms import KIND_WORDS, NewForm, fields_from, lines_in, lines_of
from hiroba.features.forms.reading import find_among_latest
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of

PAGE = 50
ASKED_AGAIN = ("FORM-02", "FORM-03", "FORM-07", "FORM-08", "FORM-09", "GATE-01", "TRAY-03")


@require_http_methods(["GET", "POST"])
def forms(request: HttpRequest) -> HttpResponse:
    """List the forms; POST begins to describe one."""
    person = person_of(request)
    blanks = [(record.pk, record.title) for record in queries.possible_blanks(person)]
    typed = NewForm(blanks, request.POST or None, request.GET.get("record", ""))
    refusal: Refusal | None = None
    if request.method == "POST" and typed.is_valid():
        values = typed.cleaned_data
        try:
            added = actions.add_form(person, int(values["record"]), values["name"], values["page"])
            return redirect("form-fields", added.pk)
        except Refusal as error:
            refusal = _asked_again(error)
    context = {
        "rows": queries.form_rows_visible_to(person),
        "form": typed,
        "has_blanks": bool(blanks),
        "error": refusal,
    }
    return render(request, "forms/forms.html", context, status=400 if typed.errors or refusal else 200)


def _asked_again(refusal: Refusal) -> Refusal:
    if refusal.code not in ASKED_AGAIN:
        raise refusal
    return refusal


@require_GET
def form(request: HttpRequest, form_id: int) -> HttpResponse:
    """Show a form's sheets as a table, and what is still asked."""
    person = person_of(request)
    found = queries.get_form(person, form_id)
    fields = list(found.fields.order_by("ordinal"))
    page = Paginator(queries.sheets_visible_to(person, found), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": found,
        "fields": fields,
        "page": page,
        "rows": queries.sheet_rows(list(page), fields),
        "asked": len(queries.questions_visible_to(person, found)),
        "can_describe": queries.can_describe(person, found),
        "possible": queries.possible_sheets(person, found),
    }
    note(request, "form.read", "form", form_id)
    return render(request, "forms/form.html", context)


@require_http_methods(["GET", "POST"])
def fields(request: HttpRequest, form_id: int) -> HttpResponse:
    """Show the empty sheet with its boxes and a line for each field; POST keeps them."""
    person = person_of(request)
    found = queries.get_form(person, form_id)
    if not queries.can_describe(person, found):
        raise Refusal("ACCESS-02")
    lines = lines_of(found, queries.fields_in(found))
    refusal: Refusal | None = None
    if request.method == "POST":
        lines = lines_in(request.POST)
        try:
            find_among_latest(actions.describe_form(person, form_id, fields_from(found, lines)))
            return redirect("form", form_id)
        except Refusal as error:
            refusal = _asked_again(error)
    context = {"form": found, "lines": lines, "kinds": KIND_WORDS, "error": refusal, "is_measuring": found.is_measuring}
    return render(request, "forms/fields.html", context, status=400 if refusal else 200)


@require_POST
def sheets(request: HttpRequest, form_id: int) -> HttpResponse:
    """Take records for sheets of this form."""
    chosen = [int(each) for each in request.POST.getlist("record") if each.isascii() and each.isdigit()]
    actions.add_sheets(person_of(request), form_id, chosen[:200])
    return redirect("form", form_id)


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, form_id: int) -> HttpResponse:
    """Ask what could not be read, each with the picture of its box; POST answers those that were filled in."""
    person = person_of(request)
    found = queries.get_form(person, form_id)
    asked = queries.questions_visible_to(person, found)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            for value in asked:
                answers = _answer_to(request.POST, value.pk, value.field_id)
                if answers:
                    actions.answer_questions(person, value.sheet_id, answers)
            return redirect("form-questions" if queries.questions_visible_to(person, found) else "form", form_id)
        except Refusal as error:
            refusal = _asked_again(error)
    context = {"form": found, "asked": asked, "error": refusal}
    return render(request, "forms/questions.html", context, status=400 if refusal else 200)


def _answer_to(sent: Mapping[str, str], value_id: int, field_id: int) -> dict[int, str]:
    text = sent.get(f"value-{value_id}", "")
    return {field_id: text} if text.strip() or sent.get(f"empty-{value_id}") else {}


@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Show one sheet, field by field, beside its page; POST puts values right."""
    person = person_of(request)
    found = queries.get_sheet(person, sheet_id)
    rows = list(found.form.fields.order_by("ordinal"))
    (shown,) = queries.sheet_rows([found], rows)
    refusal: Refusal | None = None
    if request.method == "POST":
        answers = {row.pk: request.POST.get(f"field-{row.pk}", "") for row in rows}
        before = {row.pk: value.value if value else "" for row, value in zip(rows, shown.values, strict=True)}
        asked = {row.pk for row, value in zip(rows, shown.values, strict=True) if value and value.question}
        try:
            changed = {key: text for key, text in answers.items() if key in asked or text != before[key]}
            actions.answer_questions(person, sheet_id, changed)
            note(request, "form.answered", "record", found.record_id)
            return redirect("form", found.form_id)
        except Refusal as error:
            refusal = _asked_again(error)
    context = {"sheet": found, "pairs": list(zip(rows, shown.values, strict=True)), "error": refusal}
    return render(request, "forms/sheet.html", context, status=400 if refusal else 200)


@require_POST
def sheet_withdrawal(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Say that this is no sheet of the form."""
    return redirect("form", actions.take_away_sheet(person_of(request), sheet_id).pk)


@require_POST
def end(request: HttpRequest, form_id: int) -> HttpResponse:
    """Stop using a form."""
    actions.end_form(person_of(request), form_id)
    return redirect("forms")


@require_GET
def picture(request: HttpRequest, value_id: int) -> HttpResponse:
    """Give the picture of a box about which there is a question."""
    value = queries.get_value(person_of(request), value_id)
    if not value.picture:
        raise Refusal("ACCESS-01")
    return HttpResponse(bytes(value.picture), content_type="image/png", headers={"Cache-Control": "private, no-store"})


@require_GET
def export(request: HttpRequest, form_id: int, kind: str) -> HttpResponse:
    """Give the fields of every sheet the person may read as CSV or Excel."""
    person = person_of(request)
    found = queries.get_form(person, form_id)
    make = {"csv": exporting.as_csv, "xlsx": exporting.as_workbook}.get(kind)
    if make is None:
        raise Refusal("ACCESS-01")
    content = make(exporting.table_visible_to(person, found))
    note(request, "records.exported", "form", form_id, kind)
    types = {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    response = HttpResponse(content, content_type=types[kind])
    response["Content-Disposition"] = content_disposition_header(True, f"{found.name}.{kind}") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
