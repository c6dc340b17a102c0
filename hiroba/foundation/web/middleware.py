"""Who is asking, and how a refusal becomes a page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from hiroba.foundation.people.looks import one_look
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.sign_ins import may_be_here, note_seen
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note_refusal
from hiroba.foundation.web.views import known_fault, refusal_answer, wants_json

logger = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

# The only addresses answered to somebody who has not signed in.
OPEN_TO_ALL = frozenset({"sign-in", "health", "help", "help-page"})
# What somebody with a first password may still do.
BEFORE_OWN_PASSWORD = OPEN_TO_ALL | {"account-password", "sign-out"}

HEADERS = {
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


class LookMiddleware:
    """Let a page that only reads ask once who is who (people.looks); a live stream asks anew at each event."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or "text/event-stream" in request.headers.get("Accept", ""):
            return self.answer(request)
        with one_look():
            return self.answer(request)


class PersonMiddleware:
    """Set `request.person` to the person who is signed in and has a place here today, or None, and let nobody else
    past the open list."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user if isinstance(request.user, Person) and may_be_here(request.user) else None
        if person is not None and request.session.session_key and not note_seen(request.session.session_key):
            request.session.flush()
            person = None
        request.person = person  # type: ignore[attr-defined]  # the one attribute of ours on a request
        if person is not None and person.language:
            translation.activate(person.language)
            request.LANGUAGE_CODE = person.language
        response = self.answer(request)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        if "private" not in response.headers["Cache-Control"]:
            response.headers["Cache-Control"] = HEADERS["Cache-Control"]
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Stop whoever may not come in before any view is asked."""
        name = request.resolver_match.view_name if request.resolver_match else None
        person: Person | None = getattr(request, "person", None)
        if person is None:
            return None if name in OPEN_TO_ALL or _brings_token(request) else _ask_to_sign_in(request)
        if person.must_change_password and name not in BEFORE_OWN_PASSWORD:
            if wants_json(request):
                return refusal_answer(request, Refusal("WEB-02"))
            return HttpResponseRedirect(reverse("account-password"))
        return None


def _brings_token(request: HttpRequest) -> bool:
    """Tell whether the API is called with a personal token, which its own authentication then judges."""
    return request.path.startswith("/api/") and "Authorization" in request.headers


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return refusal_answer(request, Refusal("WEB-01"))
    where = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': where})}")


class RefusalMiddleware:
    """Turn refusals, and faults of the machine that people can do something about, into answers with words."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other fault to the page for faults."""
        refusal = exception if isinstance(exception, Refusal) else known_fault(exception)
        if refusal is None:
            return None
        if refusal is not exception:
            logger.error("%s %s", refusal.code, type(exception).__name__)
        note_refusal(request, refusal)
        return refusal_answer(request, refusal)
