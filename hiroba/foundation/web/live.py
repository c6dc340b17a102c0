"""The address of the live stream: one a page, by the rights of the moment."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.changes.stream import stream_events
from hiroba.foundation.changes.threads import ask_database
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.sign_ins import may_be_here
from hiroba.foundation.web.asking import person_of

MOST_SHOWN = 50  # places on one page


async def live(request: HttpRequest) -> StreamingHttpResponse:
    """Stream what happens to whoever is signed in, until they are not, or the stream's time is over."""
    person = await sync_to_async(person_of)(request)
    session_key = request.session.session_key

    async def principals() -> frozenset[str]:
        return await ask_database(_principals_now, person.pk)

    async def still_allowed() -> bool:
        return await ask_database(_is_signed_in, person.pk, session_key)

    await sync_to_async(_give_back_connection)()
    last = request.headers.get("Last-Event-ID") or request.GET.get("from")
    shows = frozenset(request.GET.getlist("show")[:MOST_SHOWN])
    blocks = stream_events(principals, last_event_id=last, still_allowed=still_allowed, shows=shows)
    response = StreamingHttpResponse(blocks, content_type="text/event-stream")
    response["Cache-Control"] = "private, no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _give_back_connection() -> None:
    """Close this request's own connection: the stream asks through the few that all streams share."""
    if not connection.in_atomic_block:
        connection.close()


def _principals_now(person_id: int) -> frozenset[str]:
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    return principals_of(person) if person else frozenset()


def _is_signed_in(person_id: int, session_key: str | None) -> bool:
    """Tell whether the session this stream began with still stands."""
    return (
        session_key is not None
        and Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now()).exists()
        and (person := Person.objects.filter(pk=person_id).first()) is not None
        and may_be_here(person)
    )
