from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hiroba.connectors.chats.exports import Folder, Single
from hiroba.connectors.chats.recognising import product_of, tell_here
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told


def said(told: list[Told]) -> list[Said]:
    return [each for each in told if isinstance(each, Said)]


def rooms(told: list[Told]) -> dict[str, Room]:
    return {each.key: each for each in told if isinstance(each, Room)}


def people(told: list[Told]) -> dict[str, OutsidePerson]:
    return {each.key: each for each in told if isinstance(each, OutsidePerson)}


def codes(told: list[Told]) -> list[str]:
    return [each.code for each in told if isinstance(each, NotTaken)]


def zulip_export(root: Path) -> Path:
    """Write an export as Zulip does: #防災 with two topics, a talk of two, a talk of three."""
    realm = {
        "zerver_userprofile": [
            {"id": 1, "full_name": "佐藤 花子", "delivery_email": "sato@mirai.example"},
            {"id": 2, "full_name": "木村 直美", "delivery_email": "kimura@mirai.example"},
            {"id": 3, "full_name": "森 茂", "delivery_email": "mori@mirai.example"},
        ],
        "zerver_stream": [
            {"id": 7, "name": "防災", "invite_only": True, "description": "連絡会", "date_created": 1.79e9}
        ],
        "zerver_recipient": [
            {"id": 10, "type": 2, "type_id": 7},
            {"id": 11, "type": 1, "type_id": 2},
            {"id": 12, "type": 3, "type_id": 4},
        ],
        "zerver_subscription": [
            *({"recipient": 10, "user_profile": key, "active": key != 3} for key in (1, 2, 3)),
            *({"recipient": 12, "user_profile": key} for key in (1, 2, 3)),
        ],
        "zerver_reaction": [{"user_profile": 2, "message": 100, "emoji_name": "+1"}],
    }
    attachments = {
        "zerver_attachment": [{"file_name": "訓練.pdf", "path_id": "1/ab/訓練.pdf", "messages": [100], "size": 3}]
    }
    text = "@**木村 直美|2** さん、#**防災**の資料です @_**森 茂|3**"
    messages = [
        {"id": 101, "sender": 2, "recipient": 10, "subject": "訓練", "content": "はい", "date_sent": 1790812900.5},
        {"id": 100, "sender": 1, "recipient": 10, "subject": "訓練", "content": text, "date_sent": 1790812860.0},
        {"id": 102, "sender": 1, "recipient": 10, "subject": "備蓄", "content": "水", "date_sent": 1790813000.0},
        {"id": 103, "sender": 1, "recipient": 11, "subject": "", "content": "あとで", "date_sent": 1790813100.0},
        {"id": 104, "sender": 3, "recipient": 12, "subject": "", "content": "三人で", "date_sent": 1790813200.0},
        {"id": 105, "sender": 3, "recipient": 99, "subject": "", "content": "どこへ", "date_sent": 1790813300.0},
    ]
    (root / "uploads" / "1" / "ab").mkdir(parents=True)
    (root / "uploads" / "1" / "ab" / "訓練.pdf").write_bytes(b"pdf")
    (root / "realm.json").write_text(json.dumps(realm), encoding="utf-8")
    (root / "attachment.json").write_text(json.dumps(attachments), encoding="utf-8")
    (root / "messages-000001.json").write_text(json.dumps({"zerver_message": messages}), encoding="utf-8")
    return root


def test_zulip_is_told_with_its_topics_as_threads(tmp_path: Path) -> None:
    told = list(tell_here(zulip_export(tmp_path)))
    first, answer, other = [each for each in said(told) if each.room == "stream/7"]
    assert (first.topic, first.thread == answer.thread, first.thread == other.thread) == ("訓練", True, False)
    assert first.body == "@木村 直美 さん、#防災の資料です @森 茂"
    assert [each.key for each in first.mentions] == ["2"]
    assert [(each.emoji, each.key) for each in first.reactions] == [("👍", "2")]
    assert [each.path for each in first.files] == ["uploads/1/ab/訓練.pdf"]
    assert (rooms(told)["stream/7"].kind, rooms(told)["stream/7"].members) == ("closed", ("1", "2"))
    assert rooms(told)["direct/1,2"].kind == "direct"
    assert rooms(told)["direct/1,2,3"].kind == "group"
    assert people(told)["1"].mail == "sato@mirai.example"
    assert codes(told) == ["CHATS-04"]


def written(path: Path, rows: list[list[str]], encoding: str = "cp932") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


LINE_WORKS = [
    ["日時", "送信者", "受信者", "トークルームID", "トーク"],
    [
        "2026-10-01 09:00:00",
        "佐藤 花子(sato@mirai.example)",
        "木村 直美(kimura@mirai.example)",
        "21228435",
        "おはよう\n*二行目*",
    ],
    ["令和8年10月1日 9:05", "木村 直美(kimura@mirai.example)", "佐藤 花子(sato@mirai.example)", "21228435", "はい"],
    ["", "", "", "", ""],
    ["いつか", "木村 直美(kimura@mirai.example)", "", "21228435", "時刻なし"],
]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-8"])
def test_a_log_of_line_works_is_told_with_the_offices_time(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "audit.csv", LINE_WORKS, encoding)
    assert product_of(Single(path)) == "chat_tables"
    told = list(tell_here(path))
    first, second = said(told)
    assert first.sent_at.isoformat() == "2026-10-01T00:00:00+00:00"
    assert first.body == "おはよう\n\\*二行目\\*"
    assert second.sent_at > first.sent_at
    assert people(told)["sato@mirai.example"].name == "佐藤 花子"
    (room,) = rooms(told).values()
    assert (room.kind, set(room.members)) == ("direct", {"sato@mirai.example", "kimura@mirai.example"})
    assert codes(told) == ["CHATS-05"]


def test_logs_of_chatwork_are_told_room_by_room_by_their_folders(tmp_path: Path) -> None:
    head = ["メッセージID", "送信日時", "アカウントID", "名前", "メッセージ"]
    rows = [
        head,
        ["1", "2026/10/01 09:00", "77", "森 茂", "粗大ごみの件"],
        ["2", "2026/10/01 09:01", "77", "森 茂", "[delete]"],
    ]
    written(tmp_path / "rooms" / "0a" / "123" / "messages.csv", rows)
    written(tmp_path / "members" / "members.csv", [["ルームID", "ルーム名"], ["123", "清掃"]])
    assert product_of(Folder(tmp_path)) == "chat_tables"
    told = list(tell_here(tmp_path))
    assert [(each.room, each.key, each.deleted_at is None) for each in said(told)] == [
        ("123", "1", True),
        ("123", "2", False),
    ]
    assert rooms(told)["123"].members == ("77",)
    assert codes(told) == ["CHATS-15"]


def test_a_table_of_something_else_is_no_log(tmp_path: Path) -> None:
    path = written(tmp_path / "台帳.csv", [["番号", "件名", "日付"], ["1", "公園", "2026-10-01"]])
    assert product_of(Single(path)) == ""


def mail(number: int, author: str, subject: str, text: str, **heads: Any) -> str:
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in heads.items())
    return (
        f"From list@mirai.example Thu Oct  1 09:{number:02}:00 2026\nFrom: {author}\nSubject: {subject}\n"
        f"Message-ID: <{number}@mirai.example>\nDate: Thu, 01 Oct 2026 09:{number:02}:00 +0900\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n\n"
    )


def test_a_mailing_list_is_told_in_threads_by_references(tmp_path: Path) -> None:
    path = tmp_path / "bousai.mbox"
    sato, kimura = "佐藤 花子 <sato@mirai.example>", "kimura@mirai.example"
    refs = "<1@mirai.example> <2@mirai.example>"
    text = mail(1, sato, "Re: 訓練の日程", "# 見出しではない") + mail(
        2, kimura, "Re: 訓練", "了解", In_Reply_To="<1@mirai.example>"
    )
    path.write_text(text + mail(3, sato, "Re: 訓練", "では", References=refs), encoding="utf-8")
    assert product_of(Single(path)) == "mailing_list"
    told = list(tell_here(path))
    first, second, third = said(told)
    assert (first.topic, first.body) == ("訓練の日程", "\\# 見出しではない")
    assert {second.thread, third.thread, first.thread} == {"<1@mirai.example>"}
    assert people(told)["sato@mirai.example"].name == "佐藤 花子"
    assert set(rooms(told)["list/bousai"].members) == {"sato@mirai.example", "kimura@mirai.example"}


def test_a_mailbox_in_an_archive_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        archive.writestr("bousai.mbox", mail(1, "a@mirai.example", "x", "y"))
    assert codes(list(tell_here(tmp_path / "list.zip"))) == ["CHATS-13"]
