"""文書の扱い of a channel, and conversation to take along."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from typing import IO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.conversation import exporting, holding, queries
from hiroba.features.conversation.rail import with_rail
from hiroba.features.conversation.views import number_in
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.frame import office_name

VERSIONS_A_PAGE = 100
PIECE = 256 * 1024  # bytes handed over at a time


@require_http_methods(["GET", "POST"])
def keeping(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Show how a channel is kept; POST changes it."""
    person = person_of(request)
    channel = queries.get_channel(person, channel_id)
    if not holding.may_keep(person):
        raise Refusal("ACCESS-02")
    if request.method == "POST":
        years = request.POST.get("years", "")
        is_held = "held" in request.POST
        note(request, "channel.kept", "channel", channel_id, f"held={is_held} years={years[:4]}")
        holding.keep_channel(person, channel_id, is_held, int(years) if years in map(str, holding.YEARS) else 0)
        return redirect("channel-keeping", channel_id)
    with_rail(request, person)
    context = {
        "channel": channel,
        "years": holding.YEARS,
        "may_read_versions": holding.may_read_versions(person),
    }
    return render(request, "conversation/keeping.html", context)


@require_GET
def versions(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Show what was edited and deleted in a channel, to 文書管理 who may read it. Each look is written down first."""
    person = person_of(request)
    kept = holding.versions_kept(person, channel_id, number_in(request, "before"))
    note(request, "versions.read", "channel", channel_id, request.GET.get("before", "")[:20])
    page = list(kept[: VERSIONS_A_PAGE + 1])
    with_rail(request, person)
    context = {
        "channel": queries.get_channel(person, channel_id),
        "versions": page[:VERSIONS_A_PAGE],
        "older": page[VERSIONS_A_PAGE - 1].pk if len(page) > VERSIONS_A_PAGE else 0,
    }
    return render(request, "conversation/versions.html", context)


@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the person their own conversations to take along."""
    person = person_of(request)
    note(request, "records.exported", "channel")
    return _zip(request, exporting.own_channels(person))


@require_POST
def channel_export(request: HttpRequest, channel_id: int) -> StreamingHttpResponse:
    """Give a channel with its files to whoever tends it."""
    channels = exporting.tended_channel(person_of(request), channel_id)
    note(request, "records.exported", "channel", channel_id)
    return _zip(request, channels)


def _zip(request: HttpRequest, channels: exporting.Channels) -> StreamingHttpResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed, and gone, with its last piece
    exporting.write_export(person_of(request), channels, file, office_name())
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    answer = StreamingHttpResponse(_pieces(file), content_type="application/zip")
    answer["Content-Length"] = str(length)
    name = f"talk-{timezone.localdate():%Y%m%d}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
