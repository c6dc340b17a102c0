"""Teams as a source: what is said there is here after a visit, once, whatever happened to the visit before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from hiroba.connectors.chats.tests import mirai
from hiroba.connectors.chats.tests.graph_server import SECRET, GraphServer
from hiroba.connectors.chats.tests.mirai import DIRECT, KIMURA, OPEN, SATO, TEAM
from hiroba.features.conversation import taking_in_visits
from hiroba.features.conversation.models import Channel, Message, MessageFile
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.people.models import Person
from hiroba.foundation.secret_files import keep_secret
from hiroba.ingest.models import Item, ItemState, Source
from hiroba.ingest.sources import secret_name, visit_source
from tests.world import World


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with GraphServer() as found:
        yield found


@pytest.fixture
def source(world: World, server: GraphServer) -> Source:
    for login in ("sato", "kimura", "endo"):
        Person.objects.filter(login=login).update(mail=f"{login}@mirai.example")
    now = timezone.now()
    found = Source.objects.create(
        kind="teams",
        name="みらい区のTeams",
        settings={
            "tenant": "mirai.example",
            "client_id": "hiroba",
            "teams": TEAM,
            "people": "sato@mirai.example",
            "url": f"{server.url}/v1.0",
            "login_url": server.url,
        },
        person=world.endo,
        audience=find_or_add_audience({of_person(world.endo.pk)}),
        created_at=now,
        due_at=now,
    )
    keep_secret(secret_name(found.pk, "client_secret"), SECRET)
    return found


def bodies() -> list[str]:
    return list(Message.objects.filter(event="").order_by("pk").values_list("body", flat=True))


def test_what_is_said_in_teams_is_here_after_a_visit_for_those_who_are_there(
    world: World, server: GraphServer, source: Source
) -> None:
    assert visit_source(source) == 5
    source.refresh_from_db()
    assert source.last_code == ""
    channel = Channel.objects.get(source="teams", external_key=OPEN)
    assert principals_in(channel.audience_id) == {of_person(world.sato.pk), of_person(world.kimura.pk)}
    assert channel.closed_at is not None  # one goes on writing over there
    assert Channel.objects.filter(external_key=DIRECT).exists()
    assert visit_source(source) == 0
    assert Message.objects.count() == 5
    root = mirai.channel_messages()[4]["id"]
    server.replies[root].append(mirai.message(900, SATO, "<p>直りました</p>", replyToId=root, **mirai.in_channel(OPEN)))
    assert visit_source(source) == 1
    assert Message.objects.get(body="直りました").thread == Message.objects.get(external_key=root).thread


def test_a_visit_that_dies_in_the_middle_neither_loses_nor_doubles(
    source: Source, server: GraphServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = taking_in_visits.keep_checkpoint, []

    def die(*arguments: object) -> None:
        calls.append(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(taking_in_visits, "keep_checkpoint", die)
    with pytest.raises(KeyboardInterrupt):
        visit_source(source)
    assert len(calls) == 1
    monkeypatch.setattr(taking_in_visits, "keep_checkpoint", real)
    visit_source(source)
    assert len(bodies()) == len(set(Message.objects.values_list("external_key", flat=True))) - 1 == 4


def test_pictures_come_in_and_what_does_not_is_listed_once(source: Source, server: GraphServer) -> None:
    path = f"{server.url}/v1.0/teams/{TEAM}/channels/{OPEN}/messages/1/hostedContents/2/$value"
    picture = mirai.message(700, KIMURA, f'<p>写真です</p><img alt="園庭" src="{path}">', **mirai.in_channel(OPEN))
    server.roots[OPEN].append(picture)
    for _round in range(2):
        visit_source(source)
    (file,) = MessageFile.objects.all()
    assert file.name == "園庭-1"
    assert Item.objects.get(pk=file.item_id).original is not None
    refused = Item.objects.filter(state=ItemState.FAILED).values_list("code", flat=True)
    assert sorted(refused) == ["CHATS-16", "CHATS-23"]  # the list that lies elsewhere; the room without a word


def test_who_left_the_team_reads_no_more_after_the_next_visit(
    world: World, source: Source, server: GraphServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_source(source)
    from hiroba.connectors.chats.tests import graph_server

    monkeypatch.setattr(graph_server, "LOGINS", {SATO: "sato"})
    visit_source(source)
    channel = Channel.objects.get(source="teams", external_key=OPEN)
    assert principals_in(channel.audience_id) == {of_person(world.sato.pk)}


def test_throttling_keeps_what_came_and_a_wrong_secret_is_told(source: Source, server: GraphServer) -> None:
    server.busy, server.retry_after = 1, "3600"
    assert visit_source(source) == 0
    source.refresh_from_db()
    assert (source.last_code, source.has_more) == ("", False)
    keep_secret(secret_name(source.pk, "client_secret"), "falsch")
    visit_source(source)
    source.refresh_from_db()
    assert source.last_code == "SOURCE-02"
