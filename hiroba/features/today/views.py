"""きょう: the first page of the day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hiroba.features.today import queries
from hiroba.foundation.web.asking import person_of


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Show what came in lately for this person, and what waits for them."""
    day = queries.get_day(person_of(request))
    request.counts = {"today": len(day.waiting)}  # type: ignore[attr-defined]  # read by the frame
    return render(request, "today/page.html", vars(day))
