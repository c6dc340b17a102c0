"""How large a file may be: told by what it is, and by who sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from config import asgi
from hiroba.archive.originals import store_bytes
from hiroba.extract.tests.sounds import SAMPLE
from hiroba.features.account.actions import add_token
from hiroba.foundation.refusal import Refusal
from tests.world import World

MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Any) -> None:
    settings.UPLOAD_LIMIT, settings.RECORDING_LIMIT = MEGABYTE, 3 * MEGABYTE
    settings.ORIGINALS_DIR, settings.INCOMING_DIR = tmp_path / "originals", tmp_path / "incoming"


def test_a_recording_may_be_larger_than_other_files_whatever_it_is_called() -> None:
    beginning = SAMPLE.read_bytes()
    more = b"x" * (2 * MEGABYTE)
    assert store_bytes([beginning, more]).size == len(beginning) + len(more)
    with pytest.raises(Refusal, match="INGEST-04"):
        store_bytes([b"%PDF-1.7 " + beginning, more])
    with pytest.raises(Refusal, match="INGEST-04"):
        store_bytes([beginning, more, more])


async def _said_at_the_door(path: str, megabytes: int, headers: dict[str, str]) -> int:
    """Give the status of a request that announces a large body, 0 when it is let in."""
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    listed.append((b"content-length", str(megabytes * MEGABYTE).encode()))
    scope = {"type": "http", "method": "POST", "path": path, "headers": listed, "query_string": b""}
    await asgi.application(scope, receive, send)
    return int(sent[0]["status"]) if sent else 0


@pytest.mark.parametrize(
    ("path", "megabytes", "is_known", "status"),
    [
        ("/intake/batches/1/files/", 3, True, 0),
        ("/intake/batches/1/files/", 3, False, 413),
        ("/intake/batches/1/files/", 9, True, 413),
        ("/search/", 3, True, 413),
    ],
    ids=["known", "stranger", "past-all-limits", "another-door"],
)
def test_a_large_body_is_taken_only_where_files_are_received_and_only_from_whoever_is_known(
    monkeypatch: pytest.MonkeyPatch, path: str, megabytes: int, is_known: bool, status: int
) -> None:
    monkeypatch.setattr(asgi, "_is_known", lambda headers: is_known)  # the database of a test is its thread's own
    assert asyncio.run(_said_at_the_door(path, megabytes, {"host": "localhost"})) == status


def test_known_is_who_brings_a_session_or_a_token_of_somebody(world: World) -> None:
    client = Client()
    client.force_login(world.kimura)
    cookie = client.cookies["hiroba_session"].value
    token = add_token(world.kimura, "試し", 1)
    assert asgi._is_known({b"cookie": f"hiroba_session={cookie}; a=b".encode()})
    assert asgi._is_known({b"authorization": f"Bearer {token}".encode()})
    assert not asgi._is_known({b"cookie": b"hiroba_session=made-up"})
    assert not asgi._is_known({b"authorization": b"Bearer made-up"})
    assert not asgi._is_known({})
