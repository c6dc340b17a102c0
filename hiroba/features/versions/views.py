"""Versions that were recognised: look at two papers, and say whether they are one."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from hiroba.archive.queries import get_record
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.ingest.versions import actions, queries

PAGE = 20


@require_GET
def versions(request: HttpRequest) -> HttpResponse:
    """List what is offered to the person: papers they brought in that may be versions of each other."""
    found = queries.offers_waiting_for(person_of(request))
    return render(request, "versions/versions.html", {"page": Paginator(found, PAGE).get_page(request.GET.get("page"))})


@require_GET
def record_versions(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show the other versions and forms of a record, and what was decided of each."""
    person = person_of(request)
    record = get_record(person, record_id)
    context = {
        "record": record,
        "rows": queries.pairs_visible_to(person, record),
        "newest": queries.find_newest(person, record),
    }
    return render(request, "versions/record.html", context)


@require_POST
def decision(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Keep what a person says of two papers: accept, turn, refuse, or undo what was said."""
    person, answer = person_of(request), request.POST.get("answer", "")
    if answer in ("accept", "turn"):
        pair = actions.accept_pair(person, pair_id, is_turned=answer == "turn")
    elif answer == "refuse":
        pair = actions.refuse_pair(person, pair_id)
    elif answer == "undo":
        pair = actions.undo_decision(person, pair_id)
    else:
        raise Refusal("ACCESS-01")
    note(request, "record.linked", "record", pair.older_id, f"{answer} other={pair.newer_id}")
    came_from = request.POST.get("from", "")
    if came_from in (str(pair.older_id), str(pair.newer_id)):
        return redirect("record-versions", int(came_from))
    return redirect("versions")
