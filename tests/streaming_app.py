"""A server with nothing but the stream, for the tests that need a real one: uvicorn … streaming_app:application."""

from __future__ import annotations

from typing import Any

from config import asgi
from hiroba.foundation.changes.reach import Reach, register_reach
from hiroba.foundation.changes.stream import stream_events

EVERYONE = frozenset({"everyone"})
register_reach("record", lambda changes: {change.seq or 0: Reach(EVERYONE) for change in changes})


async def everyone() -> frozenset[str]:
    """Answer for anybody."""
    return EVERYONE


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request with the stream, as a view would."""
    if scope["type"] != "http":
        await asgi.application(scope, receive, send)
        return
    last_event_id = dict(scope["headers"]).get(b"last-event-id", b"").decode()
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for block in stream_events(everyone, last_event_id=last_event_id):
        await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
