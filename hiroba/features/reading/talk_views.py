"""Put right what a machine misheard, and what those who speak are called."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hiroba.archive.speakers import rename_speaker
from hiroba.features.reading import talk
from hiroba.features.reading.correcting import Desk, put_right, revision_in
from hiroba.foundation.web.asking import note, person_of

_DESK = Desk(talk.open_saying, "reading/saying.html", "record-saying", "t=", "record.read")


@require_http_methods(["GET", "POST"])
def saying(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show what was said at a time beside its sound; take what was put right in it."""
    return put_right(request, record_id, _DESK)


@require_POST
def speaker(request: HttpRequest, record_id: int) -> HttpResponse:
    """Call somebody by their name in the whole record."""
    before, after = request.POST.get("before", ""), request.POST.get("after", "")
    rename_speaker(person_of(request), record_id, revision_in(request), before, after)
    note(request, "record.corrected", "record", record_id, "speaker")
    return redirect("record", record_id)
