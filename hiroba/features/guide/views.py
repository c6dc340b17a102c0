"""The help pages. They need no sign-in: somebody who cannot get in needs them most."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from hiroba.features.guide.pages import SOURCE_LANGUAGE, find_page, list_pages


def contents(request: HttpRequest) -> HttpResponse:
    """Show what the guide has."""
    return render(request, "guide/contents.html", {"pages": list_pages(_language())})


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page of the guide with its sections in the margin."""
    found = find_page(name, _language())
    if found is None:
        raise Http404
    return render(request, "guide/page.html", {"page": found, "pages": list_pages(_language())})


def _language() -> str:
    return (translation.get_language() or SOURCE_LANGUAGE)[:2]
