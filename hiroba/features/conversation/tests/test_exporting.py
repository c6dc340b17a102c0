"""What was said can be taken along and comes back without loss; what is held is kept, for 文書管理 alone."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hiroba.features.conversation import commands, queries
from hiroba.features.conversation.actions import Words, delete_message, react, reply, revise_message, speak
from hiroba.features.conversation.channels import Plan, found_channel, open_direct
from hiroba.features.conversation.exporting import own_channels, safe_name, tended_channel, write_export
from hiroba.features.conversation.holding import keep_channel, versions_kept
from hiroba.features.conversation.models import Channel, ChannelKind, Message, MessageFile, MessageVersion
from hiroba.features.conversation.taking_in import bring
from hiroba.foundation.access.principals import of_person, of_unit
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import RoleGrant, RoleName
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal
from tests.world import World


@pytest.fixture
def field(world: World) -> Channel:
    return found_channel(world.sato, Plan("保育の現場から", "園と窓口で起きていること", ChannelKind.OPEN))


@pytest.fixture
def archivist(world: World) -> World:
    RoleGrant.objects.create(person=world.ogawa, role=RoleName.ARCHIVIST, from_on=today())
    return world


def refused(code: str) -> object:
    return pytest.raises(Refusal, match=code)


def page(world: World, login: str, path: str) -> str:
    client = Client()
    client.force_login(world.people[login])
    return client.get(path, follow=True).content.decode()


def packed(world: World, login: str, channels: list[Channel]) -> zipfile.ZipFile:
    file = io.BytesIO()
    write_export(world.people[login], channels, file, "みらい区")
    return zipfile.ZipFile(file)


def lines_in(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read("talk.jsonl").splitlines()]


def said_in(world: World, field: Channel) -> Message:
    """A thread with everything a conversation has."""
    first = speak(world.sato, field.pk, Words("差し戻しは**38件**です。@木村 直美 さん", topic="差し戻し"))
    answer = reply(world.kimura, first.thread_id, Words("17件ではありませんか"))
    revise_message(world.kimura, answer.pk, Words("17件になりました"))
    gone = reply(world.kondo, first.thread_id, Words("まちがえました"))
    delete_message(world.kondo, gone.pk)
    react(world.kondo, first.pk, "いいね")
    record = world.keep(world.sato, "記入例.txt", "年月日、続柄").record
    MessageFile.objects.create(message=first, record=record, name="記入例.txt")
    return first


def test_what_is_taken_along_comes_back_the_same(world: World, field: Channel, tmp_path: Path) -> None:
    first = said_in(world, field)
    path = tmp_path / "talk.zip"
    with path.open("wb") as file:
        assert write_export(world.sato, [field], file, "みらい区") == {"messages": 3, "files": 1, "channels": 1}
    brought = bring(world.endo, path)
    assert (brought.counts["messages"], brought.counts["not_taken"], brought.counts["files"]) == (3, 0, 1)
    back = Channel.objects.get(source="hiroba")
    assert (back.name, back.purpose) == (field.name, field.purpose)
    thread = back.threads.get()
    assert (thread.topic, thread.is_topic_given) == ("差し戻し", True)
    want = Message.objects.filter(thread=first.thread_id).order_by("number")
    fields = ("number", "author", "body", "sent_at", "edited_at", "deleted_at")
    assert list(thread.messages.order_by("number").values_list(*fields)) == list(want.values_list(*fields))
    [shown, *_] = queries.show_messages(list(thread.messages.order_by("number")))
    assert [(tally.word, tally.names) for tally in shown.tallies] == [("いいね", ("近藤 学",))]
    assert set(shown.mentions) == {"木村 直美"}
    assert [each.name for each in shown.files] == ["記入例.txt"]
    again = bring(world.endo, path)
    assert (again.counts["messages"], again.counts["same"]) == (0, 3)


def test_a_person_takes_along_what_they_take_part_in_and_may_read_now(world: World, field: Channel) -> None:
    said_in(world, field)
    closed = found_channel(
        world.sato, Plan("人事", "", ChannelKind.CLOSED, frozenset({of_person(world.kimura.pk)}), reason="人事")
    )
    speak(world.sato, closed.pk, Words("異動の話"))
    direct = open_direct(world.kimura, [world.sato])
    speak(world.kimura, direct.pk, Words("内緒の話"))
    assert own_channels(world.ogawa) == []
    assert own_channels(world.kimura) == [field, direct]
    assert own_channels(world.sato) == [field, closed, direct]
    text = packed(world, "kimura", own_channels(world.kimura)).read("talk.jsonl").decode()
    assert "内緒の話" in text
    assert "異動の話" not in text
    with refused("ACCESS-02"):
        tended_channel(world.kondo, field.pk)
    with refused("ACCESS-01"):
        tended_channel(world.kondo, closed.pk)
    assert tended_channel(world.endo, field.pk) == [field]


def test_a_file_that_one_may_not_read_stands_by_name_only(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("資料です"))
    hidden = world.keep(world.sato, "課内.txt", "課の中だけ", to=frozenset({of_unit("0402")})).record
    MessageFile.objects.create(message=message, record=hidden, name="課内.txt")
    assert [name for name in packed(world, "sato", [field]).namelist() if name.startswith("files/")]
    taken = packed(world, "kondo", [field])
    assert not [name for name in taken.namelist() if name.startswith("files/")]
    [line] = [line for line in lines_in(taken) if line["type"] == "message"]
    assert line["files"] == [{"name": "課内.txt", "path": ""}]


def test_nothing_runs_in_the_pages_and_no_name_leads_out_of_the_folder(world: World, field: Channel) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">[x](javascript:alert(3))'
    Channel.objects.filter(pk=field.pk).update(name=evil, purpose=evil)
    field.refresh_from_db()
    message = speak(world.sato, field.pk, Words(evil, topic=evil))
    record = world.keep(world.sato, "a.txt", "文").record
    MessageFile.objects.create(message=message, record=record, name="../../etc/<svg onload=alert(1)>\u202etxt.exe")
    taken = packed(world, "sato", [field])
    for name in taken.namelist():
        assert not name.startswith("/")
        assert ".." not in name.split("/")
    for name in [name for name in taken.namelist() if name.endswith(".html")]:
        shown = taken.read(name).decode()
        tags = re.findall(r"<[a-zA-Z][^>]*>", shown)
        assert not [tag for tag in tags if re.search(r"(?i)<(script|svg|img)|\son\w+=|javascript:", tag)]
        assert "default-src 'none'" in shown.replace("&#x27;", "'")
    assert safe_name("..") == "file"


def test_deleted_words_are_in_no_export_also_of_a_held_channel(archivist: World, field: Channel) -> None:
    keep_channel(archivist.ogawa, field.pk, True, 10)
    message = speak(archivist.sato, field.pk, Words("まちがえた投稿"))
    delete_message(archivist.sato, message.pk)
    taken = packed(archivist, "sato", [field])
    assert not [name for name in taken.namelist() if "まちがえた".encode() in taken.read(name)]


def test_the_command_writes_a_zip_and_the_journal_knows(world: World, field: Channel, tmp_path: Path) -> None:
    said_in(world, field)
    parser = __import__("argparse").ArgumentParser()
    commands.talk_arguments(parser)
    target = tmp_path / "out"
    done = commands.run_talk(parser.parse_args(["export", str(target), "--as", "sato", "--channel", str(field.pk)]))
    assert (done["channels"], done["messages"]) == (1, 3)
    assert [each.name for each in target.iterdir()] == ["talk.zip"]
    with refused("EXPORT-01"):
        commands.run_talk(parser.parse_args(["export", str(target), "--as", "sato"]))
    flush_journal()
    assert JournalEntry.objects.filter(act="records.exported", actor_id=world.sato.pk).count() == 1


async def whole(answer: Any) -> bytes:
    taken = b"".join([piece async for piece in answer.streaming_content])
    assert len(taken) == int(answer["Content-Length"])
    return taken


def test_a_button_gives_the_zip(world: World, field: Channel) -> None:
    said_in(world, field)
    client = Client()
    client.force_login(world.sato)
    answer = client.post("/talk/export/")
    taken = zipfile.ZipFile(io.BytesIO(asyncio.run(whole(answer))))
    assert {"index.html", "talk.jsonl", f"channels/{field.pk}.html"} <= set(taken.namelist())
    assert "no-store" in answer["Cache-Control"]


def test_what_is_held_is_read_by_archivists_who_may_read_the_channel_and_each_look_is_noted(
    archivist: World, field: Channel
) -> None:
    world = archivist
    keep_channel(world.ogawa, field.pk, True, 10)
    message = speak(world.sato, field.pk, Words("消される文"))
    delete_message(world.sato, message.pk)
    path = f"/channels/{field.pk}/versions/"
    assert "消される文" in page(world, "ogawa", path)
    flush_journal()
    assert JournalEntry.objects.filter(act="versions.read", actor_id=world.ogawa.pk).count() == 1
    for login in ("sato", "endo"):  # the author, an administrator
        with refused("ACCESS-02"):
            versions_kept(world.people[login], field.pk)
    assert "消さずに残しています" in page(world, "kondo", f"/channels/{field.pk}/")
    closed = found_channel(world.sato, Plan("人事", "", ChannelKind.CLOSED, reason="人事"))
    for no in (lambda: versions_kept(world.ogawa, closed.pk), lambda: keep_channel(world.ogawa, closed.pk, True, 1)):
        with refused("ACCESS-01"):
            no()


def test_a_hold_is_set_by_administrators_and_archivists_and_its_end_lets_go_of_what_was_deleted(
    archivist: World, field: Channel
) -> None:
    world = archivist
    with refused("ACCESS-02"):
        keep_channel(world.sato, field.pk, True, 10)  # who tends the channel is not asked
    with refused("TALK-27"):
        keep_channel(world.endo, field.pk, True, 4)
    keep_channel(world.endo, field.pk, True, 10)
    message = speak(world.sato, field.pk, Words("一"))
    revise_message(world.sato, message.pk, Words("二"))
    gone = speak(world.sato, field.pk, Words("消す"))
    delete_message(world.sato, gone.pk)
    assert MessageVersion.objects.count() == 2
    keep_channel(world.endo, field.pk, False, 10)
    assert list(MessageVersion.objects.values_list("body", flat=True)) == ["一"]
