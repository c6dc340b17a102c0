"""The ASGI door: uvicorn serves this. Open streams end first at shutdown, and the journal is written out."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import threading
from collections.abc import Awaitable, Callable, Mapping
from http.cookies import SimpleCookie
from types import FrameType
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.asgi import get_asgi_application

from config.catalogue import compile_if_possible

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
compile_if_possible()
_django = get_asgi_application()

from django.contrib.auth import SESSION_KEY  # noqa: E402 - after Django is set up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402 - after Django is set up

from hiroba.foundation.changes.hub import HUB  # noqa: E402 - after Django is set up
from hiroba.foundation.changes.journal import flush_journal  # noqa: E402 - after Django is set up
from hiroba.foundation.people.sign_ins import find_person_by_token  # noqa: E402 - after Django is set up
from hiroba.foundation.web.live import stream_door  # noqa: E402 - after Django is set up
from hiroba.foundation.web.words import say  # noqa: E402 - after Django is set up

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
logger = logging.getLogger(__name__)
ROOM_FOR_FORM = 2**20  # what a form says around the file it carries
_STREAM = "/live/"
_FILE_DOOR = re.compile(r"/intake/(?:batches/\d+/files/)?|/api/imports/\d+/files")


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer the server: its beginning and end here, every request in Django."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        if scope["path"] != _STREAM or not await stream_door(scope, receive, send):
            await _answer_within_limit(scope, receive, send)
    else:
        await _django(scope, receive, send)


async def _answer_within_limit(scope: Message, receive: Receive, send: Send) -> None:
    """Hand a request to Django unless its body is larger than anything we take: Django would write all of it to the
    disk before asking who sends it. What turns out too large on the way is cut off."""
    limit = await _limit_for(scope) + ROOM_FOR_FORM
    said = dict(scope["headers"]).get(b"content-length", b"0")
    if not said.isdigit() or len(said) > 18 or int(said) > limit:
        await _refuse_too_large(send, limit)
        return
    received, is_answered = 0, False

    async def send_once(message: Mapping[str, Any]) -> None:
        nonlocal is_answered
        is_answered = True
        await send(message)

    async def receive_within_limit() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return message if received <= limit else {"type": "http.disconnect"}

    await _django(scope, receive_within_limit, send_once)
    if received > limit and not is_answered:
        await _refuse_too_large(send, limit)


async def _limit_for(scope: Message) -> int:
    """Give what a body may hold: a recording only where files are received, and only from whoever is signed in."""
    small: int = settings.UPLOAD_LIMIT
    headers = dict(scope["headers"])
    said = headers.get(b"content-length", b"")
    if said.isdigit() and len(said) < 18 and int(said) <= small + ROOM_FOR_FORM:
        return small
    if not _FILE_DOOR.fullmatch(scope["path"]) or not await sync_to_async(_is_known)(headers):
        return small
    large: int = settings.RECORDING_LIMIT
    return large


def _is_known(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether a session or a token of somebody comes with the request; Django judges it once more afterwards."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return find_person_by_token(token) is not None
    cookie = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    return cookie is not None and SESSION_KEY in SessionStore(cookie.value)


async def _refuse_too_large(send: Send, limit: int) -> None:
    said = say("INGEST-04", {"limit_mb": limit // 2**20})
    body = json.dumps({"code": "INGEST-04", "message": said}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while (await receive())["type"] == "lifespan.startup":
        HUB.open()
        _end_streams_on_signals()
        await send({"type": "lifespan.startup.complete"})
    HUB.close()
    try:
        await asyncio.to_thread(flush_journal)
    except Exception:  # the server must end all the same
        logger.exception("JOURNAL-02 lost at shutdown")
    await send({"type": "lifespan.shutdown.complete"})


def _end_streams_on_signals() -> None:
    """Close the hub as soon as the server is told to end: it waits for open answers before it says so to us."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def end(number: int, frame: FrameType | None, before: Any = before) -> None:
            HUB.close()
            if callable(before):
                before(number, frame)

        signal.signal(number, end)
