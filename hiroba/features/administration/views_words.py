"""The office's own words, on a page of the administration."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hiroba.features.administration.office_words import keep_words, words_visible_to
from hiroba.foundation.web.asking import note, person_of


@require_http_methods(["GET", "POST"])
def words(request: HttpRequest) -> HttpResponse:
    """Show the list, and keep what was typed."""
    person = person_of(request)
    is_kept = request.method == "POST"
    found = keep_words(person, request.POST.get("words", "")) if is_kept else words_visible_to(person)
    if not is_kept:
        note(request, "administration.read", "words")
    return render(request, "administration/words.html", {"found": found, "is_kept": is_kept})
