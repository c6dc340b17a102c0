from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from hiroba.connectors.chats.graph import Graph, RefusedError, Tenant
from hiroba.connectors.chats.graph_visit import FRESH_DAYS, Checkpoint, Wanted, visit
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told
from hiroba.connectors.chats.tests import mirai
from hiroba.connectors.chats.tests.graph_server import GraphServer
from hiroba.connectors.chats.tests.mirai import DIRECT, KIMURA, OPEN, PRIVATE, SATO, TEAM
from hiroba.connectors.outside import OutsideError

NOW = dt.datetime(2026, 10, 2, tzinfo=dt.UTC)
WANTED = Wanted((TEAM,), ("sato@mirai.example",))


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with GraphServer() as found:
        yield found


def visited(
    server: GraphServer,
    checkpoint: dict[str, Any] | None = None,
    now: dt.datetime = NOW,
    waits: list[float] | None = None,
) -> tuple[list[Told], Checkpoint]:
    graph = Graph(server.tenant(), (waits if waits is not None else []).append)
    told = list(visit(graph, WANTED, checkpoint or {}, now))
    graph.close()
    last = told[-1]
    assert isinstance(last, Checkpoint)
    json.dumps(last.value)
    return [each for each in told if not isinstance(each, Checkpoint)], last


def bodies(told: list[Told]) -> list[str]:
    return [each.event or each.body for each in told if isinstance(each, Said)]


def test_the_first_visit_takes_everything_with_answers_and_chats(server: GraphServer) -> None:
    told, last = visited(server)
    assert last.is_whole
    said = {each.key: each for each in told if isinstance(each, Said)}
    root, reply = mirai.channel_messages()[4]["id"], mirai.channel_messages()[0]["id"]
    assert said[reply].thread == root
    assert [each.room for each in said.values()].count(OPEN) == 4
    assert [each.room for each in said.values()].count(DIRECT) == 1
    rooms = {each.key: each for each in told if isinstance(each, Room)}
    assert (rooms[OPEN].kind, len(rooms[OPEN].members), rooms[OPEN].within) == ("open", 3, "子育て支援課")
    assert (rooms[PRIVATE].kind, rooms[PRIVATE].members) == ("closed", (SATO,))
    assert (rooms[DIRECT].kind, rooms[DIRECT].members) == ("direct", (SATO, KIMURA))
    people = {each.key: each.upn for each in told if isinstance(each, OutsidePerson)}
    assert people[KIMURA] == "kimura@mirai.example"


def test_the_next_visit_asks_for_changes_only_and_finds_answers_to_what_was_alive(server: GraphServer) -> None:
    _told, last = visited(server)
    server.asked.clear()
    told, again = visited(server, last.value)
    assert bodies(told) == ["話し中は57件です\\*"]  # of the recent thread, again
    assert not [path for path in server.asked if "expand=replies" in path]
    root = mirai.channel_messages()[4]["id"]
    server.replies[root].append(mirai.message(900, SATO, "<p>直りました</p>", replyToId=root, **mirai.in_channel(OPEN)))
    edited = server.roots[OPEN][0] | {"lastEditedDateTime": "2026-10-02T01:00:00Z"}
    fresh = mirai.message(950, KIMURA, "<p>新しい話</p>", **mirai.in_channel(OPEN))
    server.changed[OPEN] += [edited, fresh]
    told, _last = visited(server, again.value)
    assert {"直りました", "新しい話"} <= set(bodies(told))
    assert any(isinstance(each, Said) and each.edited_at for each in told)


def test_an_interrupted_visit_goes_on_from_its_last_page(server: GraphServer) -> None:
    graph = Graph(server.tenant())
    for told in visit(graph, WANTED, {}, NOW):
        if isinstance(told, Checkpoint):
            break
    graph.close()
    assert isinstance(told, Checkpoint)
    assert not told.is_whole
    server.asked.clear()
    rest, last = visited(server, told.value)
    assert last.is_whole
    assert f"/teams/{TEAM}" in "".join(server.asked)
    assert "お先に" not in bodies(rest)
    assert len([each for each in rest if isinstance(each, Said) and each.room == OPEN]) < 5


def test_throttling_is_obeyed_and_a_long_silence_ends_the_visit(server: GraphServer) -> None:
    server.busy, waits = 3, list[float]()
    told, last = visited(server, waits=waits)
    assert waits == [1.0, 1.0, 1.0]
    assert last.is_whole
    assert len(bodies(told)) == 5
    server.busy, server.retry_after = 1, "600"
    _told, last = visited(server, waits=waits)
    assert not last.is_whole
    assert len(waits) == 3


def test_a_token_that_ends_early_is_asked_for_anew_and_a_wrong_secret_is_told(server: GraphServer) -> None:
    graph = Graph(server.tenant())
    assert graph.get(f"/teams/{TEAM}")["id"] == TEAM
    server.valid_tokens.clear()
    assert graph.get(f"/teams/{TEAM}")["id"] == TEAM
    graph.close()
    with pytest.raises(OutsideError, match="SOURCE-02"):
        Graph(server.tenant("falsch")).get("/teams")


def test_what_we_may_not_read_is_named_and_the_rest_is_taken(server: GraphServer) -> None:
    server.forbidden = {PRIVATE}
    told, last = visited(server)
    refused = [each for each in told if isinstance(each, NotTaken)]
    assert [(each.code, each.params) for each in refused] == [("CHATS-19", {"status": 403})]
    assert last.is_whole
    assert len(bodies(told)) == 5


def test_a_link_that_is_too_old_begins_anew_and_so_does_a_week(server: GraphServer) -> None:
    _told, last = visited(server)
    server.is_delta_too_old = True
    _told, after = visited(server, last.value)
    server.is_delta_too_old = False
    told, _last = visited(server, after.value)
    assert len(bodies(told)) == 5
    server.asked.clear()
    visited(server, last.value, NOW + dt.timedelta(days=FRESH_DAYS, minutes=1))
    assert any("expand=replies" in path for path in server.asked)


def test_an_answer_cannot_lead_the_token_to_another_server(server: GraphServer) -> None:
    server.next_link_host = "http://localhost:1"
    with pytest.raises(OutsideError, match="SOURCE-10"):
        visited(server)


@pytest.mark.parametrize("url", ["http://graph.mirai.example/v1.0", "graph", "https://user@graph.example", "file:///x"])
def test_a_secret_is_sent_in_the_clear_to_nobody_else(url: str) -> None:
    with pytest.raises(OutsideError, match="SOURCE-04"):
        Graph(Tenant("t", "c", "s", graph_url=url))


def test_images_are_fetched_from_graph_and_nowhere_else(server: GraphServer) -> None:
    graph = Graph(server.tenant())
    path = f"/teams/{TEAM}/channels/{OPEN}/messages/1/hostedContents/2/$value"
    assert b"".join(graph.pieces(f"{server.url}/v1.0{path}")) == b"\x89PNG"
    for url in ("http://169.254.169.254/hostedContents/1", "file:///etc/passwd", f"{server.url}/v1.0/users"):
        with pytest.raises(RefusedError):
            list(graph.pieces(url))
    graph.close()


def test_a_server_that_is_not_there_is_told_of() -> None:
    tenant = Tenant("t", "c", "s", graph_url="http://127.0.0.1:9", login_url="http://127.0.0.1:9")
    with pytest.raises(OutsideError, match="SOURCE-01"):
        Graph(tenant).get("/teams")
