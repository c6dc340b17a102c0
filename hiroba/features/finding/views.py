"""さがす: one box, everything one may read, and a page that explains itself when there is nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hiroba.features.finding import queries
from hiroba.features.finding.folders import open_folder_page
from hiroba.features.finding.forms import SearchForm
from hiroba.foundation.web.asking import note, person_of
from hiroba.search.queries import suggest_records

SUGGEST_FROM = 1


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found; without words, how to search."""
    form = SearchForm.of(request.GET)
    if not form.text:
        return render(request, "finding/start.html", {"form": form})
    page = queries.get_page(person_of(request), form)
    note(request, "search.made", detail=f"found={page.results.total}")
    return render(request, "finding/page.html", {"page": page, "form": form, "query": form.text})


@require_GET
def suggestions(request: HttpRequest) -> JsonResponse:
    """Give titles and people for what is being typed, only those the person may see."""
    typed = request.GET.get("q", "")[:100].strip()
    if len(typed) < SUGGEST_FROM:
        return JsonResponse({"records": [], "people": []})
    records = suggest_records(person_of(request), typed)
    people = queries.find_people(person_of(request), typed)
    return JsonResponse(
        {
            "records": [{"title": each.title, "url": reverse("record", args=[each.pk])} for each in records],
            "people": [{"name": each.name, "url": reverse("person", args=[each.login])} for each in people],
        }
    )


@require_GET
def folders(request: HttpRequest) -> HttpResponse:
    """Show a folder: what lies below it and in it."""
    number = request.GET.get("page", "1")
    path = request.GET.get("folder", "")[:500].strip("/")
    is_number = number.isascii() and number.isdigit() and len(number) < 9
    folder = open_folder_page(person_of(request), path, int(number) if is_number else 1)
    return render(request, "finding/folders.html", {"folder": folder})
