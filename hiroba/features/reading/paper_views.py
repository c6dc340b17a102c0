"""Put right what a machine misread, see what was put right, and keep a searchable PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.archive.actions import can_change
from hiroba.archive.undoing import undo_correction
from hiroba.features.reading import paper
from hiroba.features.reading.correcting import Desk, put_right
from hiroba.features.reading.searchable import make_searchable_pdf
from hiroba.foundation.web.asking import note, person_of

_DESK = Desk(paper.open_correcting, "reading/correction.html", "record-correction", "page=", "page.read")


@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show a passage beside its place on the page; take what was put right in it."""
    return put_right(request, record_id, _DESK)


@require_GET
def corrections(request: HttpRequest, record_id: int) -> HttpResponse:
    """List what was put right, by whom and when."""
    record, found = paper.corrections_visible_to(person_of(request), record_id)
    note(request, "record.read", "record", record_id, "corrections")
    context = {"record": record, "corrections": found, "can_undo": can_change(person_of(request), record)}
    return render(request, "reading/corrections.html", context)


@require_POST
def correction_undo(request: HttpRequest, record_id: int, correction_id: int) -> HttpResponse:
    """Put back what stood there before."""
    undo_correction(person_of(request), record_id, correction_id)
    note(request, "record.corrected", "record", record_id, f"undo={correction_id}")
    return redirect("record-corrections", record_id)


@require_GET
def searchable(request: HttpRequest, record_id: int) -> HttpResponse:
    """Give paper as a PDF that can be searched; it is ours, and still only a download."""
    number = request.GET.get("revision", "")
    revision = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None
    name, content = make_searchable_pdf(person_of(request), record_id, revision)
    note(request, "original.downloaded", "record", record_id, "searchable")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
