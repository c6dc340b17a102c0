"""Put right what a machine misheard, and what those who speak are called."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hiroba.archive.corrections import Line, correct_lines
from hiroba.archive.speakers import rename_speaker
from hiroba.features.reading import talk
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.words import status_of


@require_http_methods(["GET", "POST"])
def saying(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show what was said at a time beside its sound; take what was put right in it."""
    person, at = person_of(request), request.GET.get("at", "")[:200]
    error: Refusal | None = None
    if request.method == "POST":
        try:
            return _correct(request, record_id, at)
        except Refusal as refusal:
            if refusal.code not in ("CORRECT-01", "GATE-01"):
                raise
            error = refusal
    opened = talk.open_saying(person, record_id, at)
    status = status_of(error.code) if error else 200
    return render(request, "reading/saying.html", {"opened": opened, "error": error}, status=status)


def _correct(request: HttpRequest, record_id: int, at: str) -> HttpResponse:
    then = request.POST.get("then", "")[:200]
    fields = (request.POST.getlist(name) for name in ("at", "was", "line"))
    lines = [Line(*each) for each in zip(*fields, strict=False)]
    correct_lines(person_of(request), record_id, _revision(request), lines)
    note(request, "record.corrected", "record", record_id, at)
    if then.startswith("t="):
        return redirect(f"{reverse('record-saying', args=[record_id])}?{urlencode({'at': then})}")
    return redirect(f"{reverse('record', args=[record_id])}?{urlencode({'at': at})}#here")


@require_POST
def speaker(request: HttpRequest, record_id: int) -> HttpResponse:
    """Call somebody by their name in the whole record."""
    before, after = request.POST.get("before", ""), request.POST.get("after", "")
    rename_speaker(person_of(request), record_id, _revision(request), before, after)
    note(request, "record.corrected", "record", record_id, "speaker")
    return redirect("record", record_id)


def _revision(request: HttpRequest) -> int:
    number = request.POST.get("revision", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
