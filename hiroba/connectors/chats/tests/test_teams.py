from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from hiroba.connectors.chats.recognising import tell_here
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told
from hiroba.connectors.chats.tests import mirai
from hiroba.connectors.chats.tests.mirai import DIRECT, GROUP, GUEST, KIMURA, OPEN, PRIVATE, SATO, TANAKA, TEAM

SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "data" / "chat_exports"


def said_in(told: list[Told], room: str) -> list[Said]:
    return [each for each in told if isinstance(each, Said) and each.room == room]


def rooms_of(told: list[Told]) -> dict[str, Room]:
    return {each.key: each for each in told if isinstance(each, Room)}


def troubles_of(told: list[Told]) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in told if isinstance(each, NotTaken)]


@pytest.fixture
def told(tmp_path: Path) -> list[Told]:
    return list(tell_here(mirai.teams_export(tmp_path)))


def test_an_export_is_told_whole_with_a_threads_first_message_before_its_answers(told: list[Told]) -> None:
    joined, root, reply, edited, deleted = said_in(told, OPEN)
    assert joined.event == "members_added"
    assert joined.params["members"] == "木村 直美, 田中 健"
    assert (root.topic, root.thread) == ("電話がつながらない", root.key)
    assert root.body == "@木村 直美さん、一時保育の**受付**電話は412件でした。表"
    assert [(each.text, each.key) for each in root.mentions] == [("@木村 直美", KIMURA)]
    assert [(each.emoji, each.key) for each in root.reactions] == [("👍", KIMURA), ("😮", TANAKA)]
    assert [(each.name, each.url) for each in root.files] == [("受付件数.xlsx", "https://mirai.example/受付")]
    assert (reply.thread, reply.author, reply.body) == (root.key, KIMURA, "話し中は57件です\\*")
    assert edited.edited_at is not None
    assert edited.edited_at.isoformat() == "2026-10-01T01:00:00+00:00"
    assert (deleted.body, deleted.deleted_at is not None) == ("", True)
    assert troubles_of(told) == []


def test_people_are_told_with_what_they_are_recognised_by(told: list[Told]) -> None:
    people = {each.key: each for each in told if isinstance(each, OutsidePerson)}
    assert (people[SATO].name, people[SATO].upn) == ("佐藤 花子", "sato@mirai.example")
    assert people[GUEST].upn == ""


def test_a_room_is_for_those_who_were_in_it_and_never_for_more(told: list[Told]) -> None:
    rooms = rooms_of(told)
    assert (rooms[OPEN].kind, rooms[OPEN].within) == ("open", "子育て支援課")
    assert set(rooms[OPEN].members) == {SATO, KIMURA, TANAKA, GUEST}
    assert (rooms[PRIVATE].kind, rooms[PRIVATE].members) == ("closed", (SATO,))
    assert (rooms[DIRECT].kind, set(rooms[DIRECT].members)) == ("direct", {SATO, KIMURA})
    assert (rooms[GROUP].kind, rooms[GROUP].members) == ("group", (SATO,))  # 田中さん left before the end


def test_what_was_answered_to_and_handed_on_is_quoted(told: list[Told]) -> None:
    (said,) = said_in(told, DIRECT)
    answered, forwarded = said.quoted
    assert (answered.author, answered.body) == ("木村 直美", "記入例を\\<作る>")
    assert (forwarded.author, forwarded.body, forwarded.is_forwarded) == ("田中 健", "差し戻しは**17**件", True)


def test_what_is_missing_is_named_and_the_rest_is_told(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    (base / "teams" / TEAM / f"channels_{TEAM}.json").unlink()
    told = list(tell_here(base))
    assert ("CHATS-01", f"teams/{TEAM}/channels_{TEAM}.json") in troubles_of(told)
    assert len(said_in(told, OPEN)) == 5
    assert rooms_of(told)[OPEN].kind == "closed"
    assert GUEST not in rooms_of(told)[OPEN].members


def test_a_broken_message_costs_itself_alone(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    path = base / "teams" / TEAM / f"messages_{TEAM}.json"
    text = path.read_text(encoding="utf-8")
    broken = text.replace('"Content": "<p>直しました</p>"', '"Content": <p>直しました</p>')
    assert broken != text
    path.write_text(broken, encoding="utf-8")
    told = list(tell_here(base))
    assert [code for code, _where in troubles_of(told)] == ["CHATS-02"]
    assert len(said_in(told, OPEN)) == 4
    path.write_text(text[: len(text) * 2 // 3], encoding="utf-8")
    cut = list(tell_here(base))
    assert "CHATS-02" in [code for code, _where in troubles_of(cut)]
    assert said_in(cut, OPEN)


def test_a_message_told_twice_is_there_once_and_in_its_newer_version(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    kimura = base / "users" / KIMURA / f"messages_{KIMURA}.json"
    kimura.parent.mkdir()
    newer = mirai.chat_messages()[0] | {"lastEditedDateTime": "2026-10-02T00:00:00Z", "attachments": []}
    newer["body"] = {"contentType": "text", "content": "1. 直した_文"}
    kimura.write_text(json.dumps(mirai.capitals([newer])), encoding="utf-8")
    told = list(tell_here(base))
    (said,) = said_in(told, DIRECT)
    assert said.body == "1\\. 直した_文"
    assert troubles_of(told) == []


def test_two_messages_of_one_key_that_contradict_each_other_are_told_of(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    path = base / "teams" / TEAM / f"messages_{TEAM}.json"
    messages = mirai.channel_messages()
    other = dict(messages[2], body={"contentType": "html", "content": "<p>別の文</p>"})
    path.write_text(json.dumps(mirai.capitals([*messages, other])), encoding="utf-8")
    told = list(tell_here(base))
    assert [code for code, _where in troubles_of(told)] == ["CHATS-07"]
    assert len(said_in(told, OPEN)) == 5


def test_clocks_are_not_believed_blindly(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    path = base / "teams" / TEAM / f"messages_{TEAM}.json"
    reply, private, edited, _joined, root, deleted = mirai.channel_messages()
    reply["createdDateTime"] = "2026-09-01T00:00:00Z"  # before the message that it answers
    private["createdDateTime"] = "2199-01-01T00:00:00Z"
    edited["createdDateTime"] = "昨日"
    deleted |= {"createdDateTime": None, "id": "abc"}
    path.write_text(json.dumps(mirai.capitals([reply, private, edited, root, deleted])), encoding="utf-8")
    told = list(tell_here(base))
    assert [each.key for each in said_in(told, OPEN)] == [root["id"], reply["id"], edited["id"]]
    assert said_in(told, OPEN)[2].sent_at.isoformat() == "2026-10-01T00:03:00+00:00"  # its key is its time
    assert sorted(code for code, _where in troubles_of(told)) == ["CHATS-05", "CHATS-06"]


def test_answers_to_what_is_not_there_stay_a_thread(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    path = base / "teams" / TEAM / f"messages_{TEAM}.json"
    messages = mirai.channel_messages()
    path.write_text(json.dumps(mirai.capitals(messages[:4])), encoding="utf-8")
    told = list(tell_here(base))
    reply = next(each for each in said_in(told, OPEN) if each.author == KIMURA)
    assert reply.thread == messages[4]["id"]
    assert troubles_of(told) == [("CHATS-08", f"{OPEN}/{reply.key}")]


def test_a_packed_export_is_told_alike_and_no_name_in_it_leads_out(tmp_path: Path, told: list[Told]) -> None:
    base = mirai.teams_export(tmp_path / "two")
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(base.rglob("*.json")):
            archive.write(path, f"TeamsData/{path.relative_to(base)}")
        archive.writestr("../../etc/users/usersList.json", "[]")
    unpacked = list(tell_here(packed))
    assert troubles_of(unpacked) == [("CHATS-12", "../../etc/users/usersList.json")]
    assert [each for each in unpacked if not isinstance(each, NotTaken)] == told


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("users/usersList.json", "w") as file,
    ):
        for _ in range(110):
            file.write(b"[" + b" " * (1024 * 1024 - 1))
    assert [(code, where) for code, where in troubles_of(list(tell_here(packed)))] == [("CHATS-14", "bomb.zip")]


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    base = mirai.teams_export(tmp_path)
    (tmp_path / "secret.json").write_text("[]")
    (base / "users" / "link.json").symlink_to(tmp_path / "secret.json")
    assert troubles_of(list(tell_here(base))) == [("CHATS-12", "users/link.json")]


def test_answers_of_graph_that_were_saved_are_told_by_their_shapes(tmp_path: Path) -> None:
    root, reply = mirai.channel_messages()[4], mirai.channel_messages()[0]
    saved = {"@odata.context": "x", "value": [root | {"replies": [reply]}]}
    (tmp_path / "answer 1.json").write_text(json.dumps(saved, ensure_ascii=False), encoding="utf-8")
    chats = {"value": [{"id": GROUP, "chatType": "group", "topic": "昼寝", "members": [{"userId": SATO}]}]}
    (tmp_path / "chats.json").write_text(json.dumps(chats), encoding="utf-8")
    users = [{"id": SATO, "userPrincipalName": "sato@mirai.example", "displayName": "佐藤 花子"}]
    (tmp_path / "users.json").write_text(json.dumps(users), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x")
    told = list(tell_here(tmp_path))
    assert [(each.key, each.thread) for each in said_in(told, OPEN)] == [
        (root["id"], root["id"]),
        (reply["id"], root["id"]),
    ]
    assert rooms_of(told)[GROUP].members == (SATO,)
    assert set(rooms_of(told)[OPEN].members) == {SATO, KIMURA}
    assert troubles_of(told) == [("CHATS-15", "notes.txt")]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples of other products are not here")
def test_what_others_exported_is_told_whole() -> None:
    told = list(tell_here(SAMPLES / "teams_export_zulip_fixture"))
    said = [each for each in told if isinstance(each, Said)]
    assert (len(said), sum(bool(each.event) for each in said)) == (11, 2)
    assert [each.thread for each in said if each.body == "Thread reply"] == ["1755003819181"]
    assert sum(len(each.reactions) for each in said) == 2
    assert sum(each.edited_at is not None for each in said) == 1
    saved = [each for each in tell_here(SAMPLES / "teams_graph_pnp") if isinstance(each, Said)]
    assert [each.body for each in saved] == ["First message!", "second message!"]
