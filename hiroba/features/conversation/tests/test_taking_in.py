"""What was said elsewhere comes in whole, once, for those who were there, and is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hiroba.connectors.chats.tests import mirai
from hiroba.connectors.chats.tests.mirai import DIRECT, GROUP, KIMURA, OPEN, PRIVATE, SATO, TEAM
from hiroba.connectors.chats.tests.test_slack_and_mattermost import slack_export
from hiroba.features.conversation.channels import share_channel
from hiroba.features.conversation.models import Channel, ChannelKind, Joining, Message, MessageFile, Reaction, Thread
from hiroba.features.conversation.queries import channels_visible_to, get_channel, lines_of
from hiroba.features.conversation.taking_in import bring
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person
from hiroba.foundation.changes.readers import latest_seq
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.importers import Brought
from hiroba.ingest.models import Item, ItemState
from hiroba.search.indexing import catch_up, engine
from hiroba.search.queries import Asked, search
from tests.world import World

NUMBER = "1234 5678 9018"  # a マイナンバー by its check digit


@pytest.fixture(autouse=True)
def _empty_index() -> Iterator[None]:
    engine().discard()
    yield
    engine().discard()


@pytest.fixture
def office(world: World) -> World:
    """The office whose people have mail addresses, as an export of Teams names them."""
    for login in ("sato", "kimura", "kondo", "endo", "nakagawa"):
        Person.objects.filter(login=login).update(mail=f"{login}@mirai.example")
    return world


def codes(brought: Brought) -> list[str]:
    rows = Item.objects.filter(batch__in=brought.batches, state=ItemState.FAILED).order_by("pk")
    return [row.code for row in rows]


def channel(key: str) -> Channel:
    return Channel.objects.get(source="teams", external_key=key)


def found_by(world: World, login: str, words: str) -> list[str]:
    catch_up(30)
    hits = search(world.people[login], Asked(words)).records
    return [passage.locator for hit in hits for passage in hit.passages]


def rewritten(base: Path, change: Callable[[list[dict[str, Any]]], object]) -> Path:
    messages = mirai.channel_messages()
    change(messages)
    path = base / "teams" / TEAM / f"messages_{TEAM}.json"
    path.write_text(json.dumps(mirai.capitals(messages), ensure_ascii=False), encoding="utf-8")
    return base


def test_an_export_of_teams_comes_in_whole(office: World, tmp_path: Path) -> None:
    brought = bring(office.endo, mirai.teams_export(tmp_path), "teams_export")
    threads = {thread.topic: thread for thread in Thread.objects.filter(channel=channel(OPEN))}
    talk = list(threads["電話がつながらない"].messages.order_by("number"))
    assert [(each.author_name, each.number) for each in talk] == [("佐藤 花子", 1), ("木村 直美", 2)]
    assert talk[0].author == office.sato
    assert talk[0].body.startswith("@木村 直美さん、一時保育の**受付**電話は412件でした。")
    assert list(talk[0].mentions.values_list("principal", flat=True)) == [of_person(office.kimura.pk)]
    given = set(Reaction.objects.filter(message=talk[0]).values_list("word", "person__login", "outsider"))
    assert given == {("👍", "kimura", ""), ("😮", None, "田中 健")}
    stone = Message.objects.get(deleted_at__isnull=False)
    assert (stone.body, stone.passage_id, stone.author_name) == ("", None, "田中 健")
    assert Message.objects.get(event="members_added").body == "木村 直美, 田中 健が加わりました。"
    assert Message.objects.filter(thread__channel=channel(OPEN), edited_at__isnull=False).exists()
    quoted = Message.objects.get(thread__channel=channel(DIRECT)).body
    assert "> **木村 直美**\n>\n> 記入例を" in quoted
    assert quoted.endswith("これですね")
    assert brought.counts["messages"] == 10
    assert brought.counts["answers"] == 1
    assert codes(brought) == ["CHATS-16"]  # 受付件数.xlsx lies elsewhere


def test_what_was_said_is_found_at_its_place_by_those_who_were_there_and_nobody_else(
    office: World, tmp_path: Path
) -> None:
    bring(office.endo, mirai.teams_export(tmp_path), "teams_export")
    answer = Message.objects.get(body__startswith="話し中")
    assert found_by(office, "kimura", "話し中") == [f"msg={answer.pk}"]
    for login in ("kondo", "endo", "nakagawa"):  # also whoever brought it in, and the chief
        assert found_by(office, login, "話し中") == []
        assert list(channels_visible_to(office.people[login])) == []
    assert principals_in(channel(OPEN).audience_id) == {of_person(office.sato.pk), of_person(office.kimura.pk)}
    assert principals_in(channel(PRIVATE).audience_id) == {of_person(office.sato.pk)}
    assert principals_in(channel(GROUP).audience_id) == {of_person(office.sato.pk)}
    assert channel(DIRECT).kind == ChannelKind.DIRECT
    assert [line.name for line in lines_of(office.kimura)] == ["子育て支援課 / 入園の相談", "佐藤 花子"]
    assert not any(line.unread for line in lines_of(office.kimura))


def test_the_same_export_again_changes_nothing(office: World, tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    bring(office.endo, base, "teams_export")
    before, rows = latest_seq(), (Message.objects.count(), Thread.objects.count(), Reaction.objects.count())
    again = bring(office.endo, base, "teams_export")
    assert latest_seq() == before
    assert (Message.objects.count(), Thread.objects.count(), Reaction.objects.count()) == rows
    assert (again.counts["messages"], again.counts["changed"], again.counts["same"]) == (0, 0, 10)


def test_what_was_edited_deleted_and_added_there_is_so_here(office: World, tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    bring(office.endo, base, "teams_export")

    def go_on(messages: list[dict[str, Any]]) -> None:
        reply, root = messages[0], messages[4]
        reply |= {
            "body": {"contentType": "html", "content": "<p>58件でした</p>"},
            "lastEditedDateTime": "2026-10-03T00:00:00Z",
        }
        root["reactions"].append({"reactionType": "🎉", "user": mirai.user(SATO)})
        messages[2] |= {"deletedDateTime": "2026-10-03T01:00:00Z"}
        messages.append(mirai.message(990, KIMURA, "<p>あとから</p>", replyToId=root["id"], **mirai.in_channel(OPEN)))

    again = bring(office.endo, rewritten(base, go_on), "teams_export")
    assert (again.counts["messages"], again.counts["changed"]) == (1, 3)
    reply = Message.objects.get(body="58件でした")
    assert [version.body for version in reply.versions.all()] == ["話し中は57件です\\*"]
    assert Message.objects.get(body="あとから").number == 3
    assert Reaction.objects.filter(word="🎉", person=office.sato).exists()
    assert Message.objects.filter(deleted_at__isnull=False).count() == 2
    assert found_by(office, "kimura", "58件")
    assert found_by(office, "kimura", "話し中") == []
    assert found_by(office, "kimura", "直しました") == []


def test_words_put_right_here_are_not_put_back_by_an_older_telling(office: World, tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    bring(office.endo, base, "teams_export")
    Message.objects.filter(body="直しました").update(body="ここで直した", edited_at="2026-11-01T00:00:00Z")
    bring(office.endo, base, "teams_export")
    assert Message.objects.filter(body="ここで直した").exists()


def test_who_leaves_there_reads_no_more_here_and_who_comes_reads(office: World, tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    bring(office.endo, base, "teams_export")
    members = base / "teams" / TEAM / f"teamMembers_{TEAM}.json"
    rows = [
        {"UserId": SATO, "Name": "佐藤 花子"},
        {"UserId": "k", "Name": "近藤 学", "UserName": "kondo@mirai.example"},
    ]
    members.write_text(json.dumps(rows), encoding="utf-8")
    bring(office.endo, base, "teams_export")
    assert principals_in(channel(OPEN).audience_id) == {of_person(office.sato.pk), of_person(office.kondo.pk)}
    assert found_by(office, "kimura", "話し中") == []
    assert found_by(office, "kondo", "話し中")
    assert not Joining.objects.filter(channel=channel(OPEN), person=office.kimura).exists()


def test_a_channel_somebody_opened_here_stays_as_they_opened_it(office: World, tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    bring(office.endo, base, "teams_export")
    Channel.objects.filter(external_key=OPEN).update(owner=office.sato)
    share_channel(office.sato, channel(OPEN).pk, frozenset({EVERYONE}))
    bring(office.endo, base, "teams_export")
    assert principals_in(channel(OPEN).audience_id) == {EVERYONE}


def test_a_stranger_with_a_known_name_is_nobody_here(office: World, tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    users = base / "users" / "usersList.json"
    users.write_text(
        users.read_text(encoding="utf-8").replace("@mirai.example", "@elsewhere.example"), encoding="utf-8"
    )
    brought = bring(office.endo, base, "teams_export")
    assert (brought.counts["people"], brought.counts["outsiders"]) == (0, 4)
    assert not Message.objects.exclude(author=None).exists()
    assert set(codes(brought)) == {"CHATS-16", "CHATS-22"}
    assert found_by(office, "sato", "話し中") == []
    assert found_by(office, "endo", "話し中")  # kept by whoever brought it, until people are known
    users.write_text(
        users.read_text(encoding="utf-8").replace("@elsewhere.example", "@mirai.example"), encoding="utf-8"
    )
    bring(office.endo, base, "teams_export")
    assert found_by(office, "sato", "話し中")
    assert found_by(office, "endo", "話し中") == []


def test_a_my_number_does_not_come_in_and_is_told_of(office: World, tmp_path: Path) -> None:
    def slip(messages: list[dict[str, Any]]) -> None:
        messages[0]["body"]["content"] = f"<p>個人番号は {NUMBER} です</p>"
        messages[4]["subject"] = f"個人番号 {NUMBER}"

    brought = bring(office.endo, rewritten(mirai.teams_export(tmp_path), slip), "teams_export")
    assert codes(brought).count("CHATS-25") == 2
    written = json.dumps(
        [*Message.objects.values_list("body", flat=True), *Thread.objects.values_list("topic", flat=True)]
    )
    assert "5678" not in written
    assert Message.objects.filter(body__contains="●").exists()


def test_only_an_administrator_puts_words_into_others_mouths(office: World, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="ACCESS-02"):
        bring(office.sato, mirai.teams_export(tmp_path))
    assert not Channel.objects.exists()


def test_files_come_in_for_the_rooms_people_and_once(office: World, tmp_path: Path) -> None:
    said: dict[str, Any] = {"type": "message", "user": "U1", "ts": "1790812860.000100", "text": "見本です"}
    said["files"] = [{"id": "F1", "name": "記入例.csv"}]
    days: dict[str, Any] = {"保育の現場から/2026-10-01.json": [said], "保育の現場から/attachments/F1-記入例.csv": [1]}
    folder = slack_export(tmp_path, days)
    for _round in range(2):
        brought = bring(office.endo, folder, "slack")
    (file,) = MessageFile.objects.all()
    (item,) = Item.objects.filter(path="記入例.csv")
    assert (file.item_id, file.name) == (item.pk, "記入例.csv")
    assert principals_in(item.batch.audience_id) == {of_person(office.sato.pk), of_person(office.kimura.pk)}
    assert "CHATS-16" not in codes(brought)


def test_a_channel_that_is_read_there_and_here_can_be_opened(office: World, tmp_path: Path) -> None:
    bring(office.endo, mirai.teams_export(tmp_path), "teams_export")
    assert get_channel(office.kimura, channel(OPEN).pk).purpose == "受付と相談"
    with pytest.raises(Refusal, match="ACCESS-01"):
        get_channel(office.endo, channel(OPEN).pk)
