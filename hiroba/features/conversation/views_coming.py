"""みんなに聞く, and what is sent at its time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.conversation import polls, queries, scheduling
from hiroba.features.conversation.forms import PollForm
from hiroba.features.conversation.rail import with_rail
from hiroba.features.conversation.views_asked import to_message
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import person_of

TO_ASKER = frozenset({"TALK-01", "TALK-07", "TALK-19", "TALK-20", "GATE-01", "GATE-02"})


@require_http_methods(["GET", "POST"])
def new_poll(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Ask what everybody is to be asked; POST asks it."""
    person = person_of(request)
    channel = queries.get_channel(person, channel_id)
    form = PollForm(request.POST or None)
    error: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            asked = polls.open_poll(person, channel_id, form.poll(), form.cleaned_data["key"])
            return to_message(request, asked.pk)
        except Refusal as refusal:
            if refusal.code not in TO_ASKER:
                raise
            error = refusal
    with_rail(request, person)
    context = {"channel": channel, "form": form, "error": error, "key": scheduling.new_key()}
    return render(request, "conversation/new_poll.html", context, status=400 if form.errors or error else 200)


@require_http_methods(["GET", "POST"])
def poll(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show a poll to choose in; POST chooses. The asker can end it, and say whether names are shown while nobody has
    voted."""
    person = person_of(request)
    if request.method == "POST":
        if "end" in request.POST:
            polls.end_poll(person, message_id)
        elif "names" in request.POST:
            polls.show_names(person, message_id, request.POST["names"] == "shown")
        else:
            polls.vote(person, message_id, polls.chosen_in(request.POST.getlist("choice")))
        return redirect("message-poll", message_id)
    message = queries.get_message(person, message_id)
    with_rail(request, person)
    context = {"message": message, "poll": polls.get_poll(person, message)}
    return render(request, "conversation/poll.html", context)


@require_GET
def scheduled(request: HttpRequest) -> HttpResponse:
    """List what the person wrote to be sent later, and what could not be sent."""
    person = person_of(request)
    with_rail(request, person)
    rows = scheduling.names_of(person, list(scheduling.scheduled_of(person)[:300]))
    return render(request, "conversation/scheduled.html", {"rows": rows})


@require_POST
def scheduled_end(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """Take back what waits to be sent; one that could not be sent is put away."""
    scheduling.cancel_scheduled(person_of(request), scheduled_id)
    return redirect("talk-scheduled")
