"""課の受け箱: papers that came by scanner and FAX wait here until somebody says what they are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.archive.serving import original_response
from hiroba.features.tray import actions, queries
from hiroba.features.tray.forms import PaperForm, SeparatorForm
from hiroba.features.tray.separators import picture_of
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.dates import era_in_words

STATES = ("waiting", "confirmed", "withdrawn")


@require_GET
def tray(request: HttpRequest) -> HttpResponse:
    """List the papers of the person's trays: those that wait, or those that were settled."""
    person = person_of(request)
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    rows = queries.rows_visible_to(person, state)
    waiting = queries.count_waiting(person)
    request.counts = {"tray": waiting}  # type: ignore[attr-defined]  # read by the frame
    context = {"rows": rows, "state": state, "waiting": waiting, "scans": queries.troubled_scans(person)}
    return render(request, "tray/tray.html", context)


@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Show a paper with what is proposed; POST says what it is."""
    person = person_of(request)
    found = queries.get_paper(person, paper_id)
    row = queries.row_of(person, found)
    form = PaperForm(request.POST or None, initial=_proposed(row))
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.confirm_paper(person, paper_id, values["title"], values["dated_on"], values["sender"])
            note(request, "paper.confirmed", "record", found.item.record_id or "")
            return redirect("tray")
        except Refusal as error:
            if error.code not in ("TRAY-01", "GATE-01"):
                raise
            refusal = error
    people, pile = queries.section_people(person, found), queries.find_pile(person, found)
    context = {"row": row, "form": form, "error": refusal, "people": people, "pile": pile}
    return render(request, "tray/paper.html", context, status=400 if form.errors or refusal else 200)


def _proposed(row: queries.Row) -> dict[str, str]:
    day = row.head.dated_on
    return {"title": row.title, "dated_on": era_in_words(day) if day else "", "sender": row.head.sender}


@require_POST
def assignment(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Give a paper to somebody of the section."""
    actions.assign_paper(person_of(request), paper_id, request.POST.get("login", ""))
    return redirect("paper", paper_id)


@require_POST
def withdrawal(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Take a paper back, everywhere."""
    found = actions.withdraw_paper(person_of(request), paper_id)
    note(request, "record.withdrawn", "record", found.item.record_id or "")
    return redirect("paper", paper_id)


@require_POST
def restoration(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Put a paper back into the tray as it was."""
    found = actions.undo_paper(person_of(request), paper_id)
    note(request, "record.restored", "record", found.item.record_id or "")
    return redirect("paper", paper_id)


@require_GET
def scan_original(request: HttpRequest, scan_id: int) -> StreamingHttpResponse:
    """Give the whole scan as it came, to keep."""
    scan, original = queries.get_scan_original(person_of(request), scan_id)
    note(request, "original.downloaded", "scan", scan_id)
    return original_response(original.sha256, scan.key.rsplit("/", 1)[-1])


@require_http_methods(["GET", "POST"])
def separators(request: HttpRequest) -> HttpResponse:
    """List the section's separator sheets; POST makes one."""
    person = person_of(request)
    form = SeparatorForm(queries.audience_choices(person), request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.make_separator(person, form.cleaned_data["audience"], form.cleaned_data["kind"])
        return redirect("separator", made.pk)
    context = {"sheets": queries.sheets_visible_to(person), "form": form}
    return render(request, "tray/separators.html", context, status=400 if form.errors else 200)


@never_cache
@require_GET
def separator(request: HttpRequest, separator_id: int) -> HttpResponse:
    """Show one sheet as it is printed."""
    sheet, found = queries.get_sheet(person_of(request), separator_id)
    return render(request, "tray/separator.html", {"sheet": sheet, "code": picture_of(found)})


@require_POST
def separator_end(request: HttpRequest, separator_id: int) -> HttpResponse:
    """Stop using a sheet."""
    actions.end_separator(person_of(request), separator_id)
    return redirect("separators")
