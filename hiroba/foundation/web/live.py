"""The address of the live stream: one a page, by the rights of the moment.

`stream_door` answers it before Django does: a request of Django's keeps a thread, a connection and much else for as
long as it is open, and there may be thousands. Whoever has not signed in is left to Django."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.changes.stream import Pace, stream_events
from hiroba.foundation.changes.threads import ask_database
from hiroba.foundation.changes.together import Together
from hiroba.foundation.people.looks import one_look
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.sign_ins import may_be_here, who_may_be_here
from hiroba.foundation.web.asking import person_of

MOST_SHOWN = 50  # places on one page
RECHECK = 0.9  # seconds: how old "still signed in?" may be when an event is sent
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "private, no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def stream_door(scope: Mapping[str, Any], receive: Receive, send: Send) -> bool:
    """Stream to whoever is signed in until they are not, or go away; False, and nothing sent, for everybody else."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    session_key = _session_key(headers.get(b"cookie", ""))
    person_id = await ask_database(_who_comes, session_key) if session_key and scope["method"] == "GET" else None
    if person_id is None:
        return False
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    last = headers.get(b"last-event-id") or asked.get("from", [""])[0]
    blocks = _blocks_for(person_id, session_key, last, frozenset(asked.get("show", ())[:MOST_SHOWN]))
    start = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    pump, gone = asyncio.create_task(_pump(blocks, send)), asyncio.create_task(_until_gone(receive))
    try:
        await asyncio.wait({pump, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump
    await send({"type": "http.response.body", "body": b""})
    return True


async def _pump(blocks: AsyncIterator[bytes], send: Send) -> None:
    async for block in blocks:
        await send({"type": "http.response.body", "body": block, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _session_key(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""


def _who_comes(session_key: str) -> int | None:
    """Give the person of a session as the middleware would: Django's own look at it, and a place here today."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    person = get_user(request)
    if not isinstance(person, Person) or person.must_change_password or not may_be_here(person):
        return None
    return person.pk


async def live(request: HttpRequest) -> StreamingHttpResponse:
    """Stream as `stream_door` does, where a request comes through Django all the same."""
    person = await sync_to_async(person_of)(request)
    await sync_to_async(_give_back_connection)()
    last = request.headers.get("Last-Event-ID") or request.GET.get("from", "")
    shows = frozenset(request.GET.getlist("show")[:MOST_SHOWN])
    return StreamingHttpResponse(
        _blocks_for(person.pk, request.session.session_key or "", last, shows), headers=HEADERS
    )


async def _blocks_for(person_id: int, session_key: str, last: str, shows: frozenset[str]) -> AsyncIterator[bytes]:
    async def principals() -> frozenset[str]:
        return await _principals.ask(person_id) or frozenset()

    async def still_allowed() -> bool:
        return bool(await _signed_in.ask((person_id, session_key)))

    with _signed_in.taking_part((person_id, session_key)):
        pace = Pace(recheck=0)  # the answer of one round is fresh enough for all
        blocks = stream_events(principals, last_event_id=last, still_allowed=still_allowed, shows=shows, pace=pace)
        async with contextlib.aclosing(blocks):
            async for block in blocks:
                yield block


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
_signed_in: Together[tuple[int, str], bool] = Together(_who_is_signed_in, fresh_for=RECHECK)
