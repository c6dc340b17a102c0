"""The address of the live stream: one a page, by the rights of the moment."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.changes.stream import stream_events
from hiroba.foundation.changes.together import Together
from hiroba.foundation.people.looks import one_look
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.sign_ins import who_may_be_here
from hiroba.foundation.web.asking import person_of

MOST_SHOWN = 50  # places on one page


async def live(request: HttpRequest) -> StreamingHttpResponse:
    """Stream what happens to whoever is signed in, until they are not, or the stream's time is over."""
    person = await sync_to_async(person_of)(request)
    session_key = request.session.session_key

    async def principals() -> frozenset[str]:
        return await _principals.ask(person.pk) or frozenset()

    async def still_allowed() -> bool:
        return session_key is not None and bool(await _signed_in.ask((person.pk, session_key)))

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


def _principals_now(person_ids: frozenset[int]) -> dict[int, frozenset[str]]:
    with one_look():
        people = Person.objects.filter(pk__in=person_ids, is_active=True)
        return {person.pk: principals_of(person) for person in people}


def _who_is_signed_in(asked: frozenset[tuple[int, str]]) -> dict[tuple[int, str], bool]:
    """Tell for each (person, session) whether the session that a stream began with still stands."""
    keys = [key for _, key in asked]
    standing = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = set(standing.values_list("session_key", flat=True))
    people = who_may_be_here({person_id for person_id, _ in asked})
    return {(person, key): key in sessions and person in people for person, key in asked}


_principals: Together[int, frozenset[str]] = Together(_principals_now)
_signed_in: Together[tuple[int, str], bool] = Together(_who_is_signed_in)
