"""The record's page: read it, cite it, compare it, share it, take it back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.archive import actions
from hiroba.archive import queries as archive
from hiroba.archive.serving import original_response
from hiroba.features.reading import queries
from hiroba.features.reading.cards import find_card
from hiroba.features.reading.forms import SharingForm, WhyForm
from hiroba.features.reading.pages import page_picture
from hiroba.features.reading.recordings import find_player, media_response
from hiroba.foundation.access.principals import parse_audience
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.homes import home_of


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


@require_GET
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show a record, opened at the place `at` names."""
    person = person_of(request)
    here = request.GET.get("at", "")[:200]
    words = request.GET.get("q", "")[:2000]
    found = archive.get_record(person, record_id)
    if home := home_of(found.kind, record_id, here):
        return redirect(home)
    place = queries.Place(_number(request, "revision"), here, _number(request, "part") or 0, words)
    opened = queries.open_record(person, record_id, place)
    note(request, "record.read", "record", record_id, here)
    return render(request, "reading/page.html", {"opened": opened, "here": here, "words": words})


@require_GET
def card(request: HttpRequest, record_id: int) -> HttpResponse:
    """Give the card of a cited place, which the scripts of other pages put where the link stands. Whoever may not read
    it has not asked for it, the page's author has: so that is an empty 404, and nobody's journal has a line of it."""
    here = request.GET.get("here", "")[:200]
    found = find_card(person_of(request), record_id, _number(request, "revision"), here)
    if found is None:
        return HttpResponse(status=404)
    note(request, "record.read", "record", record_id, f"card {here}".strip())
    return render(request, "reading/_card.html", {"card": found})


@require_GET
def original(request: HttpRequest, record_id: int) -> StreamingHttpResponse:
    """Give the original to keep, so that nothing in it runs in the browser."""
    revision = archive.get_revision(person_of(request), record_id, _number(request, "revision"))
    note(request, "original.downloaded", "record", record_id, f"revision={revision.number}")
    return original_response(revision.sha256, revision.file_name)


@require_GET
def page(request: HttpRequest, record_id: int, number: int) -> HttpResponse:
    """Give a PDF page as a picture."""
    revision = archive.get_revision(person_of(request), record_id, _number(request, "revision"))
    note(request, "page.read", "record", record_id, f"page={number}")
    return HttpResponse(page_picture(revision.sha256, number).content, content_type="image/webp")


@require_GET
def media(request: HttpRequest, record_id: int) -> HttpResponseBase:
    """Give a recording to the page's player, or the stretch of it that is asked for; nothing else is shown here."""
    revision = archive.get_revision(person_of(request), record_id, _number(request, "revision"))
    player = find_player(revision)
    if player is None:
        raise Refusal("ACCESS-01")
    asked = request.headers.get("Range", "")
    note(request, "recording.played", "record", record_id, f"revision={revision.number} {asked[:60]}".strip())
    return media_response(revision.sha256, player.media_type, asked)


@require_GET
def differences(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show two revisions side by side: by default the current one and the last readable one before it."""
    person = person_of(request)
    newer = archive.get_revision(person, record_id, _number(request, "new"))
    old, new = _number(request, "old") or archive.number_before(newer), newer.number
    before, after, changes = queries.compare_revisions(person, record_id, old, new)
    note(request, "record.read", "record", record_id, f"revisions={old},{new}")
    context = {"before": before, "after": after, "changes": changes, "record": after.record}
    return render(request, "reading/differences.html", context)


@require_GET
def why(request: HttpRequest, record_id: int) -> HttpResponse:
    """Explain why the reader, or for those who may know somebody else, can or cannot read."""
    person = person_of(request)
    record = archive.get_record(person, record_id)
    form = WhyForm(request.GET or None)
    may_ask = queries.can_ask_about_others(person, record)
    context = {"record": record, "reasons": queries.explain_reading(person, record), "form": form, "may_ask": may_ask}
    if may_ask and form.is_valid() and form.cleaned_data["login"]:
        login = form.cleaned_data["login"]
        context["other"], context["other_reasons"] = queries.explain_others_reading(person, record, login)
        context["asked"] = login
        note(request, "record.explained", "record", record_id, login)
    return render(request, "reading/why.html", context)


@require_http_methods(["GET", "POST"])
def audience(request: HttpRequest, record_id: int) -> HttpResponse:
    """Let whoever may change its sharing do so; opening to everybody is one tap on the record's page."""
    person = person_of(request)
    opened = archive.get_record(person, record_id)
    form = SharingForm(request.POST or None)
    error: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            principals = parse_audience(form.audience_text(person.login), person)
            actions.share_record(person, record_id, principals, form.cleaned_data["reason"])
            note(request, "record.shared", "record", record_id, form.audience_text(person.login))
            return _after_change(request, record_id)
        except Refusal as refusal:
            if refusal.code == "ACCESS-02":
                raise
            error = refusal
    if not actions.can_change(person, opened):
        raise Refusal("ACCESS-02")
    return render(
        request,
        "reading/audience.html",
        {"record": opened, "form": form, "error": error, "carriers": archive.carriers_visible_to(person, opened)},
        status=400 if error else 200,
    )


def _after_change(request: HttpRequest, record_id: int) -> HttpResponse:
    """Go back to the record, or home when the person has just narrowed it past themselves."""
    if archive.records_visible_to(person_of(request)).filter(pk=record_id).exists():
        return redirect("record", record_id)
    return redirect("today")


@require_POST
def settlement(request: HttpRequest, record_id: int) -> HttpResponse:
    """Leave what the gate keeps inside where it is: somebody has looked."""
    actions.settle_record(person_of(request), record_id)
    note(request, "record.settled", "record", record_id)
    return redirect("record", record_id)


@require_POST
def withdrawal(request: HttpRequest, record_id: int) -> HttpResponse:
    """Take the record back at once, everywhere."""
    record = actions.withdraw_record(person_of(request), record_id)
    note(request, "record.withdrawn", "record", record_id)
    return render(request, "reading/withdrawn.html", {"record": record})


@require_POST
def restoration(request: HttpRequest, record_id: int) -> HttpResponse:
    """Undo a withdrawal."""
    actions.restore_record(person_of(request), record_id)
    note(request, "record.restored", "record", record_id)
    return redirect("record", record_id)


@require_POST
def folder_opening(request: HttpRequest) -> HttpResponse:
    """Open a whole folder to the office in one tap; what the gate kept inside stays."""
    opened, left = actions.open_folder(person_of(request), request.POST.get("folder", ""))
    note(request, "record.shared", "folder", "", f"opened={opened} left={left}")
    return render(request, "reading/folder_opened.html", {"opened": opened, "left": left})
