"""The same queries and actions as JSON: one schema at /api/openapi.json, personal tokens, no cookies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from hiroba import __version__
from hiroba.features.conversation.api import channels, threads
from hiroba.features.finding.api import router as finding
from hiroba.features.intake.api import router as intake
from hiroba.features.reading.api import router as reading
from hiroba.features.writing.api import router as writing
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.sign_ins import find_person_by_token
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note_refusal
from hiroba.foundation.web.words import say, status_of


class PersonalToken(HttpBearer):
    """Authorization: Bearer TOKEN, made on わたしのページ. An expired or ended one is refused like a wrong one."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Give the token's owner and let the rooms find them where they look."""
        person = find_person_by_token(token)
        request.person = person  # type: ignore[attr-defined]  # as PersonMiddleware does for cookies
        return person


api = NinjaAPI(
    title="Hiroba",
    version=__version__,
    auth=PersonalToken(),
    docs_url=None,  # its page would come from a CDN
    urls_namespace="api",
)
api.add_router("/search", finding)
api.add_router("/records", reading)
api.add_router("/imports", intake)
api.add_router("/channels", channels)
api.add_router("/threads", threads)
api.add_router("/pages", writing)


@api.exception_handler(AuthenticationError)
def unknown_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer a missing, wrong, ended or expired token alike."""
    return refused(request, Refusal("WEB-01"))


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the fields that could not be understood, never what was sent in them."""
    fields = [".".join(str(part) for part in each["loc"]) for each in error.errors]
    body = {"code": "WEB-06", "message": say("WEB-06"), "fields": fields}
    return api.create_response(request, body, status=400)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal with its code, its words and its status."""
    note_refusal(request, refusal)
    body = {"code": refusal.code, "message": say(refusal.code, refusal.params)}
    return api.create_response(request, body, status=status_of(refusal.code))
