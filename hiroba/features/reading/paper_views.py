"""Put right what a machine misread, see what was put right, and keep a searchable PDF."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.archive.actions import can_change
from hiroba.archive.corrections import Line, correct_lines
from hiroba.archive.undoing import undo_correction
from hiroba.features.reading import paper
from hiroba.features.reading.searchable import make_searchable_pdf
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.words import status_of


@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show a passage beside its place on the page; take what was put right in it."""
    person, at = person_of(request), request.GET.get("at", "")[:200]
    error: Refusal | None = None
    if request.method == "POST":
        try:
            return _correct(request, record_id, at)
        except Refusal as refusal:
            if refusal.code not in ("CORRECT-01", "GATE-01"):
                raise
            error = refusal
    opened = paper.open_correcting(person, record_id, at)
    note(request, "page.read", "record", record_id, at)
    status = status_of(error.code) if error else 200
    return render(request, "reading/correction.html", {"opened": opened, "error": error}, status=status)


def _correct(request: HttpRequest, record_id: int, at: str) -> HttpResponse:
    number, then = request.POST.get("revision", ""), request.POST.get("then", "")[:200]
    fields = (request.POST.getlist(name) for name in ("at", "was", "line"))
    lines = [Line(*each) for each in zip(*fields, strict=False)]
    correct_lines(person_of(request), record_id, int(number) if number.isdecimal() else 0, lines)
    note(request, "record.corrected", "record", record_id, at)
    if then.startswith("page="):
        return redirect(f"{reverse('record-correction', args=[record_id])}?{urlencode({'at': then})}")
    return redirect(f"{reverse('record', args=[record_id])}?{urlencode({'at': at})}#here")


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
