"""The page on which lines are put right: beside the paper, or beside the sound. One way for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from hiroba.archive.corrections import correct_lines
from hiroba.archive.sittings import Line
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.words import status_of

_SHOWN_BESIDE_THE_LINES = ("CORRECT-01", "GATE-01")


@dataclass(frozen=True)
class Desk:
    """Where one kind of reading is put right: what opens a place of it, its page and address, how its places begin, and
    what the journal calls looking at one."""

    open_place: Callable[[Person, int, str], object]
    template: str
    address: str
    places: str
    act: str


def put_right(request: HttpRequest, record_id: int, desk: Desk) -> HttpResponse:
    """Show what stands at a place beside what it was read from; take what was put right in it."""
    person, at = person_of(request), request.GET.get("at", "")[:200]
    error: Refusal | None = None
    if request.method == "POST":
        try:
            return _take(request, record_id, at, desk)
        except Refusal as refusal:
            if refusal.code not in _SHOWN_BESIDE_THE_LINES:
                raise
            error = refusal
    opened = desk.open_place(person, record_id, at)
    note(request, desk.act, "record", record_id, at)
    status = status_of(error.code) if error else 200
    return render(request, desk.template, {"opened": opened, "error": error}, status=status)


def _take(request: HttpRequest, record_id: int, at: str, desk: Desk) -> HttpResponse:
    then = request.POST.get("then", "")[:200]
    fields = (request.POST.getlist(name) for name in ("at", "was", "line"))
    lines = [Line(*each) for each in zip(*fields, strict=False)]
    correct_lines(person_of(request), record_id, revision_in(request), lines)
    note(request, "record.corrected", "record", record_id, at)
    if then.startswith(desk.places):
        return redirect(f"{reverse(desk.address, args=[record_id])}?{urlencode({'at': then})}")
    return redirect(f"{reverse('record', args=[record_id])}?{urlencode({'at': at})}#here")


def revision_in(request: HttpRequest) -> int:
    """Give the number of the revision that was put right; 0, which is none, for anything else."""
    number = request.POST.get("revision", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
