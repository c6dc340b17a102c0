"""The tables and reports of other systems: how they stand, what columns mean, and what to do when rows vanish."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.systems.asking import ask
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.ingest.report_queries import find_reports_visible_to, report_sources_visible_to
from hiroba.ingest.tables import actions, queries


@require_GET
def systems(request: HttpRequest) -> HttpResponse:
    """List the tables with their last extraction, and the folders of reports."""
    person = person_of(request)
    shown = {"rows": queries.tables_visible_to(person), "folders": report_sources_visible_to(person)}
    return render(request, "systems/systems.html", shown)


@require_GET
def system(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show one table: its extractions, and which rows are held or gone; or one folder of reports."""
    if reports := find_reports_visible_to(person_of(request), source_id):
        note(request, "administration.read", "source", source_id)
        return render(request, "systems/reports.html", {"shown": reports})
    shown = queries.get_table_visible_to(person_of(request), source_id)
    note(request, "administration.read", "source", source_id)
    return render(request, "systems/system.html", {"shown": shown})


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, source_id: int) -> HttpResponse:
    """Ask what the columns mean, with twenty rows as they would become; POST keeps the answer."""
    person = person_of(request)
    shown = queries.get_table_visible_to(person, source_id)
    table = shown.row.table
    if not table.found_header:
        return redirect("system", source_id)
    note(request, "administration.read", "source", source_id, "columns")
    asked = ask(table, request.POST if request.method == "POST" else request.GET)
    if request.method == "GET":
        return render(request, "systems/columns.html", {"asked": asked, "may_see": shown.may_see})
    try:
        actions.confirm_columns(person, source_id, asked.header_sent, asked.uses, asked.shape)
    except Refusal as refusal:
        if refusal.code not in ("TABLE-05", "TABLE-06"):
            raise
        context = {"asked": asked, "may_see": shown.may_see, "refusal": refusal}
        return render(request, "systems/columns.html", context, status=400)
    note(request, "settings.changed", "source", source_id, "columns")
    return redirect("system", source_id)


@require_POST
def question(request: HttpRequest, source_id: int) -> HttpResponse:
    """Put the columns before the person once more."""
    table = actions.reconsider_columns(person_of(request), source_id)
    return redirect("system-columns" if table.found_header else "system", source_id)


@require_POST
def loss(request: HttpRequest, source_id: int) -> HttpResponse:
    """Say that the rows that are not in the extraction are really gone."""
    actions.accept_loss(person_of(request), source_id)
    note(request, "settings.changed", "source", source_id, "loss")
    return redirect("system", source_id)
