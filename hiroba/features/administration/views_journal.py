"""The access journal, for auditors. Looking at it is itself written down before the answer."""

from __future__ import annotations

from itertools import chain

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hiroba.features.administration import queries
from hiroba.features.administration.forms import JournalForm
from hiroba.foundation.web.asking import note, person_of

PAGE = 100
BOM = "\ufeff"  # Excel reads UTF-8 only with it


@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """Show the journal by person, act and day."""
    form = JournalForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.journal_visible_to(
        person_of(request), chosen.get("login", ""), chosen.get("act", ""), chosen.get("day")
    )
    note(request, "journal.read", detail=" ".join(str(value) for value in chosen.values() if value))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = {"form": form, "page": page, "entries": queries.in_words(list(page))}
    return render(request, "administration/journal.html", shown)


@require_GET
def journal_export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the journal as a CSV file."""
    form = JournalForm(request.GET)
    day = form.cleaned_data["day"] if form.is_valid() else None
    lines = queries.journal_csv_visible_to(person_of(request), day)
    note(request, "journal.exported", detail=str(day or ""))
    answer = StreamingHttpResponse(chain([BOM], lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="journal.csv"'
    return answer
