"""What is asked of others beside a message, and what is kept at hand: each a resource of the message."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.conversation import asking, confirming, keeping, queries
from hiroba.features.conversation.rail import with_rail
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import person_of
from hiroba.foundation.web.views import wants_json

# What whoever typed can put right: told beside what they typed.
TO_TYPER = frozenset({"TALK-01", "TALK-13", "TALK-14", "TALK-15", "TALK-16", "TALK-17", "GATE-01"})


@require_http_methods(["GET", "POST"])
def confirmation(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what was understood of a message, as far as the person may know; POST asks for it, or asks no more."""
    person = person_of(request)
    if request.method == "POST":
        try:
            if "withdraw" in request.POST:
                confirming.withdraw_confirmation(person, message_id)
                return to_message(request, message_id)
            confirming.ask_confirmation(person, message_id)
            return redirect("message-confirmation", message_id)
        except Refusal as error:
            return _confirmation_page(request, message_id, error)
    return _confirmation_page(request, message_id)


def _confirmation_page(request: HttpRequest, message_id: int, error: Refusal | None = None) -> HttpResponse:
    if error is not None and (error.code not in TO_TYPER or wants_json(request)):
        raise error
    person = person_of(request)
    message = queries.get_message(person, message_id)
    with_rail(request, person)
    is_own = message.author_id == person.pk
    context = {
        "shown": queries.show_one(message),
        "confirmation": confirming.find_confirmation(person, message),
        "may_ask": is_own and message.deleted_at is None,
        "names": confirming.names_of_asked(message) if is_own else [],
        "error": error,
        "typed": request.POST.get("words", "") or request.POST.get("correction", ""),
    }
    return render(request, "conversation/confirmation.html", context, status=400 if error else 200)


@require_POST
def receipt(request: HttpRequest, message_id: int) -> HttpResponse:
    """Write what one understood, or take note of the sender's correction (`seen`)."""
    person = person_of(request)
    try:
        if "seen" in request.POST:
            confirming.see_correction(person, message_id)
        else:
            confirming.write_receipt(person, message_id, request.POST.get("words", ""))
    except Refusal as error:
        return _confirmation_page(request, message_id, error)
    return redirect("message-confirmation", message_id)


@require_POST
def verdict(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Tell a reader that it is as they understood, or what is different (`correction`)."""
    person = person_of(request)
    correction = "" if "confirm" in request.POST else request.POST.get("correction", "")
    if "confirm" not in request.POST and not correction.strip():
        raise Refusal("TALK-01")
    message_id = confirming.judge_receipt(person, receipt_id, correction).confirmation.message_id
    return redirect("message-confirmation", message_id)


@require_POST
def question(request: HttpRequest, message_id: int) -> HttpResponse:
    """Ask somebody to answer a message (`owner`), or ask no more (`withdraw`)."""
    person = person_of(request)
    if "withdraw" in request.POST:
        asking.withdraw_question(person, message_id)
    else:
        asking.ask_question(person, message_id, request.POST.get("owner", ""))
    return to_message(request, message_id)


@require_POST
def answer(request: HttpRequest, message_id: int) -> HttpResponse:
    """Say which message answers a question (`by`), that it was answered elsewhere, or that it is not (`reopen`)."""
    person = person_of(request)
    if "reopen" in request.POST:
        asking.reopen_question(person, message_id)
        return to_message(request, message_id)
    by = request.POST.get("by", "")
    number = int(by) if by.isascii() and by.isdigit() and len(by) < 18 else None
    asking.answer_question(person, message_id, number)
    return to_message(request, number or message_id)


@require_POST
def pin(request: HttpRequest, message_id: int) -> HttpResponse:
    """Keep a message at its channel's side for everybody, or take it away (`end`)."""
    person = person_of(request)
    if "end" in request.POST:
        keeping.unpin_message(person, message_id)
    else:
        keeping.pin_message(person, message_id)
    return to_message(request, message_id)


@require_POST
def bookmark(request: HttpRequest, message_id: int) -> HttpResponse:
    """Put one's own mark on a message, to come back to it (`later`) or not, or take it away (`end`)."""
    person = person_of(request)
    if "end" in request.POST:
        keeping.drop_bookmark(person, message_id)
    else:
        keeping.keep_bookmark(person, message_id, "later" in request.POST)
    if request.POST.get("from") == "bookmarks":
        return redirect("talk-bookmarks")
    return to_message(request, message_id)


def to_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Lead back to a message in its thread; a message that is hidden answers as one that is not there."""
    found = queries.get_message(person_of(request), message_id)
    return redirect(f"{reverse('thread', args=[found.thread_id])}?at={message_id}#message-{message_id}")


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """List what others asked of the person, and what they wrote to what the person asked."""
    person = person_of(request)
    with_rail(request, person)
    context = {
        "to_write": confirming.receipts_to_write(person)[:100],
        "to_judge": confirming.receipts_to_judge(person)[:100],
        "questions": asking.questions_for(person)[:100],
    }
    return render(request, "conversation/waiting.html", context)


@require_GET
def bookmarks(request: HttpRequest) -> HttpResponse:
    """List the person's own marks."""
    person = person_of(request)
    with_rail(request, person)
    return render(request, "conversation/bookmarks.html", {"bookmarks": keeping.bookmarks_of(person)[:500]})


def menu_of(request: HttpRequest, message_id: int) -> dict[str, object]:
    """Give what the menu of a message offers besides the words under it."""
    person = person_of(request)
    found = queries.get_message(person, message_id)
    asked = queries.questions_in(found.thread_id)
    record = reverse("record", args=[found.thread.record_id])
    return {
        "is_asked": confirming.find_confirmation(person, found) is not None,
        "own_question": next((each for each in asked if each.message_id == message_id), None),
        "may_answer_own": any(each.message_id == message_id and asking.may_answer(person, each) for each in asked),
        "answerable": [
            each
            for each in asked
            if each.answered_at is None and each.message_id != message_id and asking.may_answer(person, each)
        ],
        "may_pin": keeping.may_pin(person, found.thread.channel),
        "bookmark": keeping.find_bookmark(person, found),
        "address": request.build_absolute_uri(f"{record}?at=msg={message_id}"),
    }
