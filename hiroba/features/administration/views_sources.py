"""The rooms of administrators: where things come from outside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.administration import actions_sources, identities, queries, sources
from hiroba.features.administration.forms_sources import SourceForm
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.ingest.sources import KINDS, kind_named

LARGEST_TABLE = 5 * 1024 * 1024


@require_GET
def source_list(request: HttpRequest) -> HttpResponse:
    """List the sources with what their last visit said, and the kinds that can be added."""
    rows = sources.sources_visible_to(person_of(request))
    note(request, "administration.read", "sources")
    kinds = [(kind.name, kind.label) for kind in KINDS.values()]
    return render(request, "administration/sources.html", {"rows": rows, "kinds": kinds})


@require_http_methods(["GET", "POST"])
def source_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask what a source of this kind needs; POST adds it."""
    actor = person_of(request)
    queries.require_administrator(actor)
    if kind not in KINDS:
        raise Refusal("ACCESS-01")
    form = SourceForm(kind_named(kind), None, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions_sources.add_source(actor, kind, form.wish())
        except Refusal as refusal:
            return _again(request, form, refusal)
        return redirect("administration-source", added.pk)
    return render(request, "administration/source_form.html", {"form": form, "kind": KINDS[kind]})


@require_http_methods(["GET", "POST"])
def source_identities(request: HttpRequest) -> HttpResponse:
    """Show who the people and groups of file servers are here; POST maps one, or takes a table of them."""
    actor = person_of(request)
    rows = identities.identities_visible_to(actor)
    if request.method == "POST":
        try:
            if file := request.FILES.get("file"):
                identities.import_identities(actor, file.read() if (file.size or 0) <= LARGEST_TABLE else b"")
            else:
                given = [request.POST.get(name, "") for name in ("name", "label", "audience")]
                identities.map_identity(actor, *given)
        except Refusal as refusal:
            shown = {"rows": rows, "said": refusal}
            return render(request, "administration/identities.html", shown, status=400)
        return redirect("administration-source-identities")
    note(request, "administration.read", "outside identities")
    return render(request, "administration/identities.html", {"rows": rows})


@require_GET
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show one source."""
    shown = sources.get_source_page_visible_to(person_of(request), source_id)
    note(request, "administration.read", "source", source_id)
    return render(request, "administration/source.html", {"shown": shown})


@require_http_methods(["GET", "POST"])
def source_settings(request: HttpRequest, source_id: int) -> HttpResponse:
    """Change a source."""
    actor = person_of(request)
    found = sources.get_source_page_visible_to(actor, source_id).row.source
    form = SourceForm(kind_named(found.kind), found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions_sources.revise_source(actor, source_id, form.wish())
        except Refusal as refusal:
            return _again(request, form, refusal)
        return redirect("administration-source", source_id)
    return render(request, "administration/source_form.html", {"form": form, "kind": form.kind})


def _again(request: HttpRequest, form: SourceForm, refusal: Refusal) -> HttpResponse:
    """Show the form as it was typed, with what stands in the way."""
    shown = {"form": form, "kind": form.kind, "said": refusal}
    return render(request, "administration/source_form.html", shown, status=400)


@require_POST
def source_visit(request: HttpRequest, source_id: int) -> HttpResponse:
    """Have a source visited at once."""
    actions_sources.ask_for_visit(person_of(request), source_id)
    return redirect("administration-source", source_id)


@require_POST
def source_state(request: HttpRequest, source_id: int) -> HttpResponse:
    """Switch a source on or off."""
    actions_sources.switch_source(person_of(request), source_id, request.POST.get("on") == "1")
    return redirect("administration-source", source_id)


@require_POST
def source_end(request: HttpRequest, source_id: int) -> HttpResponse:
    """Forget a source; what came from it stays."""
    actions_sources.remove_source(person_of(request), source_id)
    return redirect("administration-sources")
