"""はなす: the channels one takes part in, a channel, a thread, and what is said in them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.conversation import (
    actions,
    asking,
    channels,
    choosing,
    confirming,
    holding,
    keeping,
    queries,
    scheduling,
    sending,
)
from hiroba.features.conversation.errands import count_asked
from hiroba.features.conversation.files import take_files
from hiroba.features.conversation.forms import ChannelForm, DirectForm, MessageForm
from hiroba.features.conversation.fragments import as_html, place_of
from hiroba.features.conversation.rail import with_rail
from hiroba.foundation.changes.stream import current_event_id
from hiroba.foundation.people.looks import one_look
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.views import wants_json

# What the sender can put right, or has to confirm: told beside what they typed, which is not lost.
TO_SENDER = frozenset(
    {f"TALK-{number:02}" for number in (1, 5, 6, 7, 10, 13, 14, 17, 23, 24, 25)} | {"GATE-01", "GATE-02"}
)


def number_in(request: HttpRequest, name: str) -> int:
    """Give a number of the address; 0 where there is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


@require_GET
def talk(request: HttpRequest) -> HttpResponse:
    """List the channels the person takes part in, and those they could join."""
    person = person_of(request)
    typed = request.GET.get("q", "").strip()[:100]
    lines = with_rail(request, person)
    context = {
        "lines": lines,
        "others": queries.channels_to_join(person, typed),
        "typed": typed,
        "asked": count_asked(person),
    }
    return render(request, "conversation/talk.html", {**context, "live_from": current_event_id()})


@require_http_methods(["GET", "POST"])
def new_channel(request: HttpRequest) -> HttpResponse:
    """Ask what a new channel is to be; POST opens it."""
    person = person_of(request)
    form = ChannelForm(choosing.teams_of(person), request.POST or None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            plan = choosing.plan_of(person, form.cleaned_data)
            return redirect("channel", channels.found_channel(person, plan).pk)
        except Refusal as error:
            refusal = error
    with_rail(request, person)
    context = {"form": form, "error": refusal}
    return render(request, "conversation/new_channel.html", context, status=400 if form.errors or refusal else 200)


@require_http_methods(["GET", "POST"])
def direct(request: HttpRequest) -> HttpResponse:
    """Ask whom to talk with; POST opens the conversation, the same one for the same people."""
    person = person_of(request)
    form = DirectForm(request.POST or None, initial={"people": request.GET.get("people", "")})
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            others = choosing.people_named(form.cleaned_data["people"])
            return redirect("channel", channels.open_direct(person, others).pk)
        except Refusal as error:
            refusal = error
    with_rail(request, person)
    context = {"form": form, "error": refusal}
    return render(request, "conversation/direct.html", context, status=400 if form.errors or refusal else 200)


@require_GET
def channel(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Show a channel with what was last spoken of in it."""
    live_from = current_event_id()  # taken before the reads: nothing falls between page and stream
    person = person_of(request)
    found = queries.get_channel(person, channel_id)
    if found.kind == "direct" and (only := found.threads.order_by("pk").first()):
        return redirect("thread", only.pk)
    note(request, "channel.read", "channel", channel_id)
    return _channel_page(request, channel_id, {"live_from": live_from})


def _channel_page(request: HttpRequest, channel_id: int, more: dict[str, object], status: int = 200) -> HttpResponse:
    person = person_of(request)
    found = queries.get_channel(person, channel_id)
    threads, older = queries.threads_shown_to(person, found, number_in(request, "before"))
    context = {
        "channel": found,
        "threads": threads,
        "older": older,
        "place": place_of(found.pk),
        **_around(request, found.pk),
        **more,
    }
    return render(request, "conversation/channel.html", context, status=status)


def _around(request: HttpRequest, channel_id: int) -> dict[str, object]:
    """Give what stands beside a conversation: where it is, how it is shared, what the person hears of it."""
    person = person_of(request)
    lines = with_rail(request, person)
    found = queries.get_channel(person, channel_id)
    line = next((each for each in lines if each.channel.pk == channel_id), None)
    return {
        "line": line,
        "name": queries.name_for(person, found),
        "members": queries.member_names(found),
        "sharing": queries.sharing_of(found),
        "may_tend": queries.may_tend(person, found),
        "levels": queries.LEVELS,
        "form": MessageForm(),
        "to_write": confirming.receipts_to_write_in(person, found.pk),
        "may_keep": holding.may_keep(person),
        "pins": keeping.pins_in(found),
        "open_questions": asking.open_questions_in(person, found),
    }


@require_POST
@one_look()  # nothing about people or audiences changes here
def channel_messages(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Say something new in a channel."""
    person, form = person_of(request), MessageForm(request.POST)
    try:
        words = _words(request, channel_id, form)
        if at := form.cleaned_data["send_at"]:
            scheduling.schedule_message(person, (channel_id, 0), words, at, form.asked())
            return _scheduled(request)
        message = sending.ask_with(person, actions.speak(person, channel_id, words), form.asked())
    except Refusal as error:
        return _not_sent(request, channel_id, 0, form, error)
    return _sent(request, queries.show_one(message))


@require_POST
@one_look()
def thread_messages(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Say something in a thread."""
    person, form = person_of(request), MessageForm(request.POST)
    channel_id = queries.get_thread(person, thread_id).channel_id
    try:
        words = _words(request, channel_id, form)
        if at := form.cleaned_data["send_at"]:
            scheduling.schedule_message(person, (channel_id, thread_id), words, at, form.asked())
            return _scheduled(request)
        message = sending.ask_with(person, actions.reply(person, thread_id, words), form.asked())
    except Refusal as error:
        return _not_sent(request, channel_id, thread_id, form, error)
    return _sent(request, queries.show_one(message))


def _words(request: HttpRequest, channel_id: int, form: MessageForm) -> actions.Words:
    if not form.is_valid():
        raise Refusal("TALK-06", most=actions.LONGEST)
    person, sent, asked = person_of(request), request.FILES.getlist("files"), form.asked()
    channel = queries.get_channel(person, channel_id) if sent or asked else None
    if channel and asked:
        sending.require_askable(person, channel, form.cleaned_data["body"], asked)
    return form.words(take_files(person, channel, sent, form.cleaned_data["key"]) if channel and sent else ())


def _scheduled(request: HttpRequest) -> HttpResponse:
    """Lead to what waits to be sent."""
    if wants_json(request):
        return JsonResponse({"url": reverse("talk-scheduled")}, status=202)
    return redirect("talk-scheduled")


def _sent(request: HttpRequest, shown: queries.Shown) -> HttpResponse:
    message = shown.message
    if wants_json(request):
        said = {"message": message.pk, "thread": message.thread_id, "number": message.number, "html": as_html(shown)}
        return JsonResponse(said, status=201)
    response = redirect("thread", message.thread_id)
    response["Location"] += f"?at={message.pk}#message-{message.pk}"
    return response


def _not_sent(request: HttpRequest, channel_id: int, thread_id: int, form: MessageForm, error: Refusal) -> HttpResponse:
    """Tell why beside what was typed. A script gets the code; what nobody can mend here is a page of its own."""
    if error.code not in TO_SENDER or wants_json(request):
        raise error
    more = {"form": form, "error": error, "live_from": current_event_id()}
    if thread_id:
        return _thread_page(request, thread_id, more, status=400)
    return _channel_page(request, channel_id, more, status=400)


@require_GET
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Show a thread, at a message where the address names one; what is shown to its end is read."""
    live_from = current_event_id()
    person = person_of(request)
    found = queries.get_thread(person, thread_id)
    note(request, "thread.read", "record", found.record_id, request.GET.get("at", "")[:20])
    return _thread_page(request, thread_id, {"live_from": live_from})


def _thread_page(request: HttpRequest, thread_id: int, more: dict[str, object], status: int = 200) -> HttpResponse:
    person = person_of(request)
    found = queries.get_thread(person, thread_id)
    at, before = number_in(request, "at"), number_in(request, "before")
    talk = queries.messages_shown_to(person, found, at, before)
    if not talk.later and talk.messages:
        actions.mark_read(person, found, talk.messages[-1].message.pk)
    context = {
        "channel": found.channel,
        "thread": found,
        "talk": talk,
        "at": at,
        "questions": queries.questions_in(found.pk),
        "place": place_of(found.channel_id),
        **_around(request, found.channel_id),
        **more,
    }
    return render(request, "conversation/thread.html", context, status=status)
