"""きょう: the first page of the day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hiroba.features.today import queries
from hiroba.foundation.changes.stream import current_event_id
from hiroba.foundation.web.asking import person_of


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Show what came in lately for this person, and what waits for them."""
    live_from = current_event_id()  # taken before the reads: nothing falls between page and stream
    day = queries.get_day(person_of(request))
    request.counts = {"today": len(day.waiting) + len(day.errands)}  # type: ignore[attr-defined]  # read by the frame
    if "fragment" in request.GET:
        return render(request, "today/_lately.html", vars(day))
    return render(request, "today/page.html", {**vars(day), "live_from": live_from})
