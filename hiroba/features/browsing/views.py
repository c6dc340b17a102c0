"""Walk through the office: units and people."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hiroba.features.browsing import queries
from hiroba.foundation.web.asking import person_of

PAGE = 20


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Show the tree of today's units."""
    return render(request, "browsing/units.html", {"tree": queries.unit_tree_visible_to(person_of(request))})


@require_GET
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit: who is there, what it was called, what it shares."""
    person = person_of(request)
    page = queries.get_unit_page_visible_to(person, code)
    records = queries.unit_records_visible_to(person, page.unit)
    return render(request, "browsing/unit.html", {"unit": page, "records": _page(request, records)})


@require_GET
def colleague(request: HttpRequest, login: str) -> HttpResponse:
    """Show a colleague: where they are, how to reach them, what they brought."""
    person = person_of(request)
    page = queries.get_person_page_visible_to(person, login)
    records = queries.person_records_visible_to(person, page.person)
    return render(request, "browsing/person.html", {"page": page, "records": _page(request, records)})


def _page(request: HttpRequest, records: QuerySet[Any]) -> Page[Any]:
    return Paginator(records, PAGE).get_page(request.GET.get("page"))
