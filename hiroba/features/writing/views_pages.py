"""A posted page: go on writing it, give it another place, take it away as Word or PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from hiroba.archive.actions import can_change
from hiroba.features.writing import export, posting, queries
from hiroba.features.writing.forms import PlaceForm
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@require_GET
def rewriting(request: HttpRequest, record_id: int) -> HttpResponse:
    """Go to the draft of a posted page."""
    person = person_of(request)
    page = queries.get_page(person, record_id)
    if not can_change(person, page):
        raise Refusal("ACCESS-02")
    return redirect("draft", queries.draft_of(person, page).pk)


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, record_id: int) -> HttpResponse:
    """Give a posted page another title or another place in the tree."""
    person = person_of(request)
    page = queries.get_page(person, record_id)
    if not can_change(person, page):
        raise Refusal("ACCESS-02")
    parents = queries.possible_parents(person, page)
    form = PlaceForm(parents, request.POST or None, title=page.title, parent=queries.parent_of(page))
    error: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["parent"]
        parent = queries.get_page(person, int(chosen)) if chosen else None
        try:
            posting.place_page(person, record_id, form.cleaned_data["title"], parent)
            return redirect("record", record_id)
        except Refusal as refusal:
            if refusal.code not in ("GATE-01", "WRITE-05"):
                raise
            error = refusal
    context = {"record": page, "form": form, "error": error}
    return render(request, "writing/place.html", context, status=400 if error or form.errors else 200)


@require_GET
def download(request: HttpRequest, record_id: int, kind: str) -> HttpResponse:
    """Give a posted page as Word or PDF, in the office's form."""
    person = person_of(request)
    page = queries.get_page(person, record_id)
    if kind not in TYPES:
        raise Refusal("ACCESS-01")
    content = export.as_word(person, page) if kind == "docx" else export.as_pdf(person, page)
    note(request, "records.exported", "record", record_id, kind)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(True, f"{page.title}.{kind}") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
