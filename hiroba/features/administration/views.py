"""The rooms of administrators: people, units, teams, roles, the personnel system's file."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.administration import actions, four_eyes, house, queries
from hiroba.features.administration.forms import DayField, ImportForm
from hiroba.features.administration.slips import slip_rows
from hiroba.features.administration.upload import carried, carry
from hiroba.foundation.people.importing import plan_import
from hiroba.foundation.people.queries import get_tree, today
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of

PAGE = 50


@require_GET
def administration(request: HttpRequest) -> HttpResponse:
    """Show what there is to administer, and who holds which role."""
    grants = queries.role_grants_visible_to(person_of(request))
    note(request, "administration.read", "roles")
    return render(request, "administration/administration.html", {"grants": grants})


@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """Show how the house stands: what waits, how far the index is, how much room there is."""
    found = house.state_visible_to(person_of(request))
    return render(request, "administration/state.html", {"state": found})


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List and search persons."""
    words = request.GET.get("q", "").strip()
    found = queries.persons_visible_to(person_of(request), words)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    note(request, "administration.read", "people")
    shown = {"page": page, "rows": queries.with_posts(list(page)), "q": words}
    return render(request, "administration/people.html", shown)


@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person to an administrator; that it was looked at is written down first."""
    shown = queries.get_person_page_visible_to(person_of(request), person_id)
    note(request, "administration.read", "person", person_id)
    roles = queries.role_choices(shown.roles)
    return render(request, "administration/person.html", {"shown": shown, "roles": roles})


@require_POST
def person_state(request: HttpRequest, person_id: int) -> HttpResponse:
    """Switch a person off or on."""
    act = actions.reactivate_person if request.POST.get("active") == "1" else actions.deactivate_person
    act(person_of(request), person_id)
    return redirect("administration-person", person_id)


@require_POST
def person_roles(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a role, or take one away."""
    actor = person_of(request)
    if request.POST.get("end"):
        actions.end_role(actor, person_id, request.POST["end"])
    else:
        actions.grant_role(actor, person_id, request.POST.get("role", ""), _day(request.POST.get("until", "")))
    return redirect("administration-person", person_id)


@never_cache
@require_POST
def person_slip(request: HttpRequest, person_id: int) -> HttpResponse:
    """Make a slip and show it this once, to be printed."""
    slip = actions.print_slip(person_of(request), person_id)
    return render(request, "administration/applied.html", {"rows": slip_rows([slip])})


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Show the organisation on a day, today if none is asked for."""
    day = _day(request.GET.get("day", "")) or today()
    tree = queries.unit_tree_visible_to(person_of(request), day)
    note(request, "administration.read", "units")
    return render(request, "administration/units.html", {"tree": tree, "day": day})


@require_http_methods(["GET", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """List teams; POST makes one."""
    actor = person_of(request)
    if request.method == "POST":
        team = actions.create_team(actor, request.POST.get("name", ""))
        return redirect("administration-team", team.pk)
    shown = queries.teams_visible_to(actor)
    note(request, "administration.read", "teams")
    return render(request, "administration/teams.html", {"teams": shown})


@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Show who is in a team; POST takes somebody in or lets somebody leave."""
    actor = person_of(request)
    if request.method == "POST":
        if request.POST.get("end"):
            actions.end_member(actor, team_id, request.POST["end"])
        else:
            actions.add_member(actor, team_id, request.POST.get("login", ""), _day(request.POST.get("until", "")))
        return redirect("administration-team", team_id)
    found, members = queries.get_team_visible_to(actor, team_id)
    note(request, "administration.read", "team", team_id)
    return render(request, "administration/team.html", {"team": found, "members": members})


@require_http_methods(["GET", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """Take a file and show what it would change; nothing changes yet."""
    actor = person_of(request)
    queries.require_administrator(actor)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "administration/import.html", {"form": form})
    on, extent = form.cleaned_data["on"] or today(), form.cleaned_data["extent"]
    is_part = {"all": False, "part": True}.get(extent)
    plan = plan_import(form.cleaned_data["file"], on, is_part)
    token = carry(actor.pk, form.cleaned_data["file"], plan)
    return render(request, "administration/plan.html", {"plan": plan, "token": token, "tree": get_tree(on)})


@never_cache
@require_POST
def people_import_application(request: HttpRequest) -> HttpResponse:
    """Do what was shown, exactly that, and show the slips of those who are new."""
    actor = person_of(request)
    queries.require_administrator(actor)
    try:
        upload = carried(request.POST.get("token", ""), actor.pk)
    except signing.BadSignature:
        raise Refusal("PEOPLE-27") from None
    plan = plan_import(upload.file, upload.on, upload.is_part)
    if plan.mark != upload.mark:
        raise Refusal("PEOPLE-27")
    done = four_eyes.import_people(actor, plan, upload.file)
    if done.pending is not None:
        return redirect("administration-import-waiting", done.pending.pk)
    return render(request, "administration/applied.html", {"plan": plan, "rows": slip_rows(done.slips)})


@never_cache
@require_http_methods(["GET", "POST"])
def people_import_waiting(request: HttpRequest, pending_id: int) -> HttpResponse:
    """Show an import by which an administrator reads more; POST lets a second administrator confirm or refuse it."""
    actor = person_of(request)
    if request.method == "POST" and request.POST.get("refuse"):
        four_eyes.refuse_import(actor, pending_id)
        return redirect("administration-import")
    if request.method == "POST":
        plan, slips = four_eyes.confirm_import(actor, pending_id)
        return render(request, "administration/applied.html", {"plan": plan, "rows": slip_rows(slips)})
    pending, plan = four_eyes.show_pending(actor, pending_id)
    note(request, "administration.read", "import", pending_id)
    shown = {
        "pending": pending,
        "plan": plan,
        "gains": queries.gains_in_words(pending),
        "is_mine": pending.proposed_by_id == actor.pk,
    }
    return render(request, "administration/waiting.html", shown)


def _day(text: str) -> dt.date | None:
    try:
        return DayField(required=False).clean(text)
    except ValidationError:
        raise Refusal("ADMIN-05") from None
