from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hiroba.connectors.chats.recognising import tell_here
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told

SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "data" / "chat_exports"


def said(told: list[Told]) -> list[Said]:
    return [each for each in told if isinstance(each, Said)]


def rooms(told: list[Told]) -> dict[str, Room]:
    return {each.key: each for each in told if isinstance(each, Room)}


def codes(told: list[Told]) -> list[str]:
    return [each.code for each in told if isinstance(each, NotTaken)]


def slack_export(root: Path, days: dict[str, list[dict[str, Any]]]) -> Path:
    """Write an export as Slack does: 佐藤さん and 木村さん in #保育の現場から, and in a private room."""
    users = [
        {"id": "U1", "name": "sato", "profile": {"real_name": "佐藤 花子", "email": "sato@mirai.example"}},
        {"id": "U2", "name": "kimura", "profile": {"real_name": "木村 直美", "email": "kimura@mirai.example"}},
    ]
    channels = [{"id": "C1", "name": "保育の現場から", "members": ["U1", "U2"], "purpose": {"value": "現場の声"}}]
    groups = [{"id": "G1", "name": "人事", "members": ["U1"]}]
    written = {"users.json": users, "channels.json": channels, "groups.json": groups, "dms.json": []} | days
    for name, content in written.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return root


def slack_days() -> dict[str, list[dict[str, Any]]]:
    """A thread over two days, an event, a deleted message, a file that lies beside them, and a private room."""
    root = {
        "type": "message",
        "user": "U1",
        "ts": "1790812860.000100",
        "thread_ts": "1790812860.000100",
        "text": "*記入例1枚*で<@U2>さん :+1: &lt;b&gt; <https://mirai.example/a|見本> <javascript:alert(1)|押す> `a*b`",
        "reactions": [{"name": "tada", "users": ["U2"], "count": 1}, {"name": "mirai", "users": ["U1"]}],
    }
    reply = {
        "type": "message",
        "user": "U2",
        "ts": "1790899260.000200",
        "thread_ts": root["ts"],
        "text": "差し戻しは38から17になりました",
        "edited": {"user": "U2", "ts": "1790899300.000000"},
        "files": [
            {"id": "F1", "name": "記入例.pdf"},
            {"id": "F2", "name": "写真.jpg", "permalink": "https://x.example/F2"},
        ],
    }
    joined = {
        "type": "message",
        "subtype": "channel_join",
        "user": "U2",
        "ts": "1790812800.000000",
        "text": "<@U2> joined",
    }
    gone = {"type": "message", "subtype": "tombstone", "user": "U1", "ts": "1790899400.000000", "text": "消しました"}
    return {
        "保育の現場から/2026-10-02.json": [reply, gone],
        "保育の現場から/2026-10-01.json": [joined, root],
        "保育の現場から/attachments/F1-記入例.pdf": [],
        "人事/2026-10-01.json": [{"type": "message", "user": "U1", "ts": "1790812870.000000", "text": "内輪"}],
    }


def test_slack_is_told_with_threads_over_days_and_its_marks_as_markdown(tmp_path: Path) -> None:
    told = list(tell_here(slack_export(tmp_path, slack_days())))
    event, first, answer, stone = [each for each in said(told) if each.room == "C1"]
    assert (event.event, event.body, event.params) == ("channel_join", "", {"text": "@木村 直美 joined"})
    assert first.body == ("**記入例1枚**で@木村 直美さん 👍 \\<b> [見本](<https://mirai.example/a>) 押す `a*b`")
    assert [(each.text, each.key) for each in first.mentions] == [("@木村 直美", "U2")]
    assert [(each.emoji, each.key) for each in first.reactions] == [("🎉", "U2"), (":mirai:", "U1")]
    assert (answer.thread, answer.edited_at is not None) == (first.key, True)
    assert [(each.name, each.path) for each in answer.files] == [
        ("記入例.pdf", "保育の現場から/attachments/F1-記入例.pdf"),
        ("写真.jpg", ""),
    ]
    assert (stone.body, stone.deleted_at is not None) == ("", True)
    assert (rooms(told)["C1"].kind, rooms(told)["G1"].kind) == ("open", "closed")
    assert rooms(told)["G1"].members == ("U1",)
    assert codes(told) == []


def test_slack_days_that_are_broken_or_strange_cost_themselves_alone(tmp_path: Path) -> None:
    good = {"type": "message", "user": "U1", "ts": "1790812860.000100", "text": "あ"}
    folder = slack_export(
        tmp_path, {"保育の現場から/2026-10-01.json": [good, {"type": "message", "ts": None}, {"ts": 5}]}
    )
    (folder / "保育の現場から" / "2026-10-02.json").write_text('[{"type": "message", "ts": "179')
    (folder / "users.json").unlink()
    packed = tmp_path / "slack.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.rglob("*.json"):
            archive.write(path, path.relative_to(folder).as_posix())
        archive.writestr("users.json", "{broken")
    told = list(tell_here(packed))
    assert [(each.body, each.author) for each in said(told)] == [("あ", "U1")]
    assert sorted(codes(told)) == ["CHATS-02", "CHATS-02", "CHATS-04", "CHATS-05"]


def mattermost_lines() -> list[dict[str, Any]]:
    """Posts of 窓口改善PT as Mattermost writes them."""
    return [*mattermost_people(), *mattermost_posts()]


def mattermost_people() -> list[dict[str, Any]]:
    """The team, its channel and its members."""
    members = [{"name": "mado", "channels": [{"name": "kaizen"}]}]
    return [
        {"type": "version", "version": 1},
        {"type": "team", "team": {"name": "mado", "display_name": "窓口改善PT", "type": "I"}},
        {"type": "channel", "channel": {"team": "mado", "name": "kaizen", "display_name": "改善", "type": "P"}},
        {
            "type": "user",
            "user": {
                "username": "sato",
                "email": "sato@mirai.example",
                "first_name": "花子",
                "last_name": "佐藤",
                "teams": members,
            },
        },
        {"type": "user", "user": {"username": "kimura", "email": "kimura@mirai.example", "teams": members}},
    ]


def mattermost_posts() -> list[dict[str, Any]]:
    """A post with two answers of one moment, and a direct one."""
    replies = [
        {"user": "kimura", "message": "@sato 14分です", "create_at": 1790812920000, "edit_at": 1790812930000},
        {"user": "kimura", "message": "同じ時刻の二つ目", "create_at": 1790812920000},
    ]
    return [
        {
            "type": "post",
            "post": {
                "team": "mado",
                "channel": "kaizen",
                "user": "sato",
                "message": "平均待ち時間は **23分**",
                "create_at": 1790812860000,
                "reactions": [{"user": "kimura", "emoji_name": "eyes", "create_at": 1}],
                "replies": replies,
                "attachments": [{"path": "files/表.csv"}, {"path": "../../etc/passwd"}],
            },
        },
        {
            "type": "direct_post",
            "direct_post": {
                "channel_members": ["sato", "kimura"],
                "user": "sato",
                "message": "あとで",
                "create_at": 1790812990000,
            },
        },
    ]


def test_mattermost_is_told_with_its_answers_and_the_files_that_lie_beside_it(tmp_path: Path) -> None:
    packed = tmp_path / "mattermost.zip"
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in mattermost_lines())
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("import.jsonl", text + "\n{broken\n")
        archive.writestr("data/files/表.csv", "件数\n1\n")
    told = list(tell_here(packed))
    in_room = [each for each in said(told) if each.room == "mado/kaizen"]
    root, first, second = in_room
    assert root.body == "平均待ち時間は **23分**"
    assert [each.path for each in root.files] == ["data/files/表.csv", ""]
    assert [(each.emoji, each.key) for each in root.reactions] == [("👀", "kimura")]
    assert {first.thread, second.thread} == {root.key}
    assert first.key != second.key
    assert [each.key for each in first.mentions] == ["sato"]
    room = rooms(told)["mado/kaizen"]
    assert (room.name, room.kind, room.members, room.within) == ("改善", "closed", ("sato", "kimura"), "窓口改善PT")
    assert rooms(told)["direct/kimura,sato"].kind == "direct"
    names = {each.key: each.name for each in told if isinstance(each, OutsidePerson)}
    assert names == {"sato": "佐藤 花子", "kimura": "kimura"}
    assert codes(told) == ["CHATS-02"]


def test_a_post_that_was_put_right_is_the_same_message_in_the_next_export(tmp_path: Path) -> None:
    lines = mattermost_lines()
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    before = [each.key for each in said(list(tell_here(path)))]
    lines[5]["post"]["message"] = "平均待ち時間は 24分"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert [each.key for each in said(list(tell_here(path)))] == before


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples of other products are not here")
def test_what_others_exported_of_slack_and_mattermost_is_told_whole() -> None:
    folder, packed = (list(tell_here(SAMPLES / f"slack_slackdump_export{end}")) for end in ("", ".zip"))
    assert folder == packed
    assert len(said(folder)) == 16
    assert len({each.thread for each in said(folder)}) == 12
    assert sum(each.deleted_at is not None for each in said(folder)) == 1
    posts = said(list(tell_here(SAMPLES / "mattermost_zulip_subset")))
    assert (len(posts), sum(len(each.reactions) for each in posts)) == (8, 4)
