"""取り込む: choose, drop, watch it come in, and see what needs you."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.archive.actions import settle_unread
from hiroba.features.intake import actions, queries
from hiroba.features.intake.forms import ReleaseForm, UnlockForm, UploadForm
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.ingest.rereading import release_record
from hiroba.ingest.unlocking import unlock_item


@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Show the door; without JavaScript the form posts the files themselves."""
    person = person_of(request)
    form = UploadForm(request.POST or None)
    error: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            batch_id = _open(request, form)
            for file in request.FILES.getlist("files"):
                _receive(request, batch_id, file, file.name or "")
            return redirect("intake-batch", batch_id)
        except Refusal as refusal:
            error = refusal
    context = {
        "form": form,
        "error": error,
        "recent": queries.recent_batches(person),
        "held": queries.waiting_records(person),
    }
    return render(request, "intake/page.html", context, status=400 if error else 200)


def _open(request: HttpRequest, form: UploadForm) -> int:
    person = person_of(request)
    audience = form.audience_text(person.login)
    title = request.POST.get("title", "")[:200]
    batch = actions.open_upload(person, audience, form.cleaned_data["reason"], title, bool(form.cleaned_data["as_new"]))
    note(request, "record.received", "batch", batch.pk)
    return batch.pk


def _receive(request: HttpRequest, batch_id: int, file: UploadedFile[Any], path: str) -> queries.Line:
    modified = request.POST.get("modified", "")
    is_time = modified.isascii() and modified.isdigit() and len(modified) < 15  # milliseconds, until the year 5138
    modified_at = dt.datetime.fromtimestamp(int(modified) / 1000, tz=dt.UTC) if is_time else None
    item = actions.receive_upload(person_of(request), batch_id, path, modified_at, file.chunks(1024 * 1024))
    return queries.line_of(item)


@require_POST
def batches(request: HttpRequest) -> HttpResponse:
    """Open a batch for the script of the page; answers its id, or what is missing."""
    form = UploadForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": next(iter(form.errors.values()))[0]}, status=400)
    return JsonResponse({"batch": _open(request, form)}, status=201)


@require_POST
def files(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Receive one file of a batch; 201 only after its bytes and its row are on disk."""
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("INGEST-08")
    line = _receive(request, batch_id, file, request.POST.get("path") or file.name or "")
    status = 507 if line.state == "failed" and "INGEST-05" in line.said else 201
    return JsonResponse(
        {"item": line.item_id, "state": line.state, "label": line.label, "said": line.said}, status=status
    )


@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show how far a batch has come; `fragment` gives only the part that moves."""
    opened = queries.open_batch_page(person_of(request), batch_id)
    template = "intake/_progress.html" if "fragment" in request.GET else "intake/batch.html"
    return render(request, template, {"opened": opened})


@require_POST
def retry(request: HttpRequest, item_id: int) -> HttpResponse:
    """Try a failed file again."""
    return redirect("intake-batch", actions.retry(person_of(request), item_id).pk)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def unlocking(request: HttpRequest, item_id: int) -> HttpResponse:
    """Read a locked file with the password its owner types; it is used here and goes nowhere else."""
    line = queries.locked_line(person_of(request), item_id)
    form = UnlockForm(request.POST or None)
    error = _unlock(request, item_id, form) if request.method == "POST" and form.is_valid() else None
    if isinstance(error, HttpResponse):
        return error
    context = {"line": line, "form": form, "error": error}
    return render(request, "intake/unlock.html", context, status=400 if error or form.errors else 200)


def _unlock(request: HttpRequest, item_id: int, form: UnlockForm) -> HttpResponse | Refusal:
    try:
        item = unlock_item(person_of(request), item_id, form.cleaned_data["password"])
    except Refusal as refusal:
        if refusal.code not in ("EXTRACT-43", "EXTRACT-47"):
            raise
        return refusal
    note(request, "record.received", "batch", item.batch_id, "unlocked")
    return redirect("intake-batch", item.batch_id)


@require_POST
def interruption(request: HttpRequest, item_id: int) -> HttpResponse:
    """Read no more pages of a file."""
    return redirect("intake-batch", actions.stop_reading(person_of(request), item_id).pk)


@require_POST
def continuation(request: HttpRequest, item_id: int) -> HttpResponse:
    """Read the pages that were left."""
    return redirect("intake-batch", actions.read_on(person_of(request), item_id).pk)


@require_POST
def batch_withdrawal(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take a whole upload back."""
    count = actions.withdraw_batch(person_of(request), batch_id)
    note(request, "record.withdrawn", "batch", batch_id, f"records={count}")
    return redirect("intake-batch", batch_id)


@require_POST
def settlement(request: HttpRequest) -> HttpResponse:
    """Leave all that could not be read where it is: none of it waits any more, and none of it is opened."""
    count = settle_unread(person_of(request))
    note(request, "record.settled", "record", "", f"records={count}")
    return redirect("intake")


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, record_id: int) -> HttpResponse:
    """Let the one who brought it in say that what the gate saw is not what it seemed."""
    person = person_of(request)
    held = next((each for each in queries.held_records(person) if each.record_id == record_id), None)
    if held is None:
        raise Refusal("ACCESS-01")
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note(request, "record.released", "record", record_id, form.cleaned_data["reason"])
        release_record(person, record_id, form.cleaned_data["reason"])
        batch = queries.find_batch_that_reads(person, record_id)
        return redirect("record", record_id) if batch is None else redirect("intake-batch", batch)
    return render(request, "intake/release.html", {"held": held, "form": form}, status=400 if form.errors else 200)
