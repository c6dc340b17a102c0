"""What is done to one message, and to a channel: each a resource of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.conversation import actions, channels, choosing, holding, queries
from hiroba.features.conversation.forms import MessageForm, RevisionForm
from hiroba.features.conversation.rail import with_rail
from hiroba.features.conversation.views import TO_SENDER
from hiroba.features.conversation.views_asked import menu_of
from hiroba.foundation.access.principals import EVERYONE, of_person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.views import wants_json

WORDS = (_("いいね"), _("まねしたい"), _("ありがとう"), _("助かりました"), _("確かめます"), _("気になります"))


@require_GET
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message with all that can be done with it, and what it said before."""
    person = person_of(request)
    found = queries.get_message(person, message_id)
    [shown] = queries.show_messages([found])
    own = {word for _, word in queries.reactions_of(person, [message_id])}
    context = {
        "shown": shown,
        "is_own": found.author_id == person.pk,
        "may_remove": found.author_id == person.pk or queries.may_tend(person, found.thread.channel),
        "words": [(word, word in own) for word in WORDS],
        "versions": queries.versions_of(found),
        "form": MessageForm(initial={"body": found.body}),
        **menu_of(request, message_id),
    }
    name = "conversation/_message_menu.html" if "fragment" in request.GET else "conversation/message.html"
    return render(request, name, context)


@require_POST
def reactions(request: HttpRequest, message_id: int) -> HttpResponse:
    """Put a word under a message, or take it away again."""
    person = person_of(request)
    stands = actions.react(person, message_id, request.POST.get("word", ""))
    return JsonResponse({"stands": stands}) if wants_json(request) else _back_to(request, message_id)


@require_POST
def revision(request: HttpRequest, message_id: int) -> HttpResponse:
    """Put one's own message right."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        raise Refusal("TALK-06", most=actions.LONGEST)
    try:
        actions.revise_message(person_of(request), message_id, form.words())
    except Refusal as error:
        if error.code not in TO_SENDER or wants_json(request):
            raise
        [shown] = queries.show_messages([queries.get_message(person_of(request), message_id)])
        context = {"shown": shown, "is_own": True, "form": form, "error": error, "is_open": True}
        context |= menu_of(request, message_id)
        return render(request, "conversation/message.html", context, status=400)
    return _back_to(request, message_id)


@require_POST
def removal(request: HttpRequest, message_id: int) -> HttpResponse:
    """Take a message back."""
    actions.delete_message(person_of(request), message_id)
    note(request, "message.removed", "message", message_id)
    return _back_to(request, message_id)


def _back_to(request: HttpRequest, message_id: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"message": message_id})
    found = queries.get_message(person_of(request), message_id)
    response = redirect("thread", found.thread_id)
    response["Location"] += f"?at={message_id}#message-{message_id}"
    return response


@require_POST
def topic(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Give a thread another topic."""
    actions.rename_thread(person_of(request), thread_id, request.POST.get("topic", ""))
    return redirect("thread", thread_id)


@require_POST
def joining(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Take part in a channel, or leave it (`leave`)."""
    person = person_of(request)
    if "leave" in request.POST:
        channels.leave_channel(person, channel_id)
        return redirect("talk")
    channels.join_channel(person, channel_id)
    return redirect("channel", channel_id)


@require_POST
def level(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Say how much of a channel one wants to hear."""
    channels.set_level(person_of(request), channel_id, request.POST.get("level", ""))
    return redirect("channel", channel_id)


@require_POST
def reading(request: HttpRequest, channel_id: int) -> HttpResponse:
    """ここまで読んだ: everything in a channel up to a message, or to its end."""
    until = request.POST.get("until", "")
    number = int(until) if until.isascii() and until.isdigit() and len(until) < 18 else 0
    actions.mark_channel_read(person_of(request), channel_id, number)
    return JsonResponse({}) if wants_json(request) else redirect("channel", channel_id)


@require_http_methods(["GET", "POST"])
def tending(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Show what whoever tends a channel can change; POST changes its name and purpose."""
    person = person_of(request)
    found = queries.get_channel(person, channel_id)
    if not queries.may_tend(person, found):
        raise Refusal("ACCESS-02")
    form = RevisionForm(request.POST or None, initial={"name": found.name, "purpose": found.purpose})
    if request.method == "POST" and form.is_valid():
        channels.revise_channel(person, channel_id, form.cleaned_data["name"], form.cleaned_data["purpose"])
        return redirect("channel", channel_id)
    with_rail(request, person)
    context = {
        "channel": found,
        "form": form,
        "readers": queries.readers_of(found),
        "sharing": queries.sharing_of(found),
        "may_keep": holding.may_keep(person),
    }
    return render(request, "conversation/tending.html", context, status=400 if form.errors else 200)


@require_POST
def channel_audience(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Give a channel another audience: everybody, or the people named."""
    person = person_of(request)
    typed = request.POST
    named = choosing.people_named(typed.get("people", "")) if typed.get("audience") == "people" else []
    principals = frozenset({of_person(each.pk) for each in [*named, person]}) if named else frozenset({EVERYONE})
    channels.share_channel(person, channel_id, principals, typed.get("reason", ""))
    note(request, "channel.shared", "channel", channel_id)
    return redirect("channel", channel_id)


@require_POST
def closure(request: HttpRequest, channel_id: int) -> HttpResponse:
    """End a channel, or open it again (`reopen`)."""
    channels.close_channel(person_of(request), channel_id, "reopen" not in request.POST)
    return redirect("channel", channel_id)


@require_GET
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Lead to the record a sent file became; TALK-12 while it is on its way."""
    return redirect("record", queries.get_file_record(person_of(request), file_id))
