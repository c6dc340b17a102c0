"""Exports of みらい区's chats, written for these tests as each product writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SATO, KIMURA, TANAKA, GUEST = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3, 9))
NAMES = {SATO: "佐藤 花子", KIMURA: "木村 直美", TANAKA: "田中 健", GUEST: "外山 委託"}
TEAM = "aaaaaaaa-0000-4000-8000-000000000001"
OPEN, PRIVATE = "19:nyuen@thread.tacv2", "19:jinji@thread.tacv2"
DIRECT, GROUP = f"19:{SATO}_{KIMURA}@unq.gbl.spaces", "19:hirune@thread.v2"


def capitals(value: Any) -> Any:
    """Give an object as the data export writes it."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: capitals(each) for name, each in value.items()}
    return [capitals(each) for each in value] if isinstance(value, list) else value


def user(key: str) -> dict[str, Any]:
    """Give an identity set of a person."""
    return {"user": {"id": key, "displayName": NAMES.get(key, ""), "userIdentityType": "aadUser"}}


def message(key: int, author: str, html: str, **more: Any) -> dict[str, Any]:
    """Give a chatMessage sent `key` seconds after 2026-10-01 00:00 UTC."""
    stamp = 1_790_812_800_000 + key * 1000
    minutes, seconds = divmod(key, 60)
    at = f"2026-10-01T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000+00:00"
    return {
        "id": str(stamp),
        "replyToId": None,
        "messageType": "message",
        "createdDateTime": at,
        "lastEditedDateTime": None,
        "deletedDateTime": None,
        "subject": None,
        "importance": "normal",
        "from": user(author),
        "body": {"contentType": "html", "content": html},
        "attachments": [],
        "mentions": [],
        "reactions": [],
        "eventDetail": None,
        **more,
    }


def in_channel(channel: str) -> dict[str, Any]:
    """Give what makes a message one of a channel."""
    return {"channelIdentity": {"teamId": TEAM, "channelId": channel}, "chatId": None}


def event(key: int, kind: str, who: str, *members: str, **more: Any) -> dict[str, Any]:
    """Give a system event as Graph writes it."""
    detail = {
        "@odata.type": f"#microsoft.graph.{kind}EventMessageDetail",
        "initiator": user(who),
        "members": [{"id": each, "displayName": NAMES.get(each, "")} for each in members],
    }
    return message(key, who, "<systemEventMessage/>", **{"from": None, "messageType": "unknownFutureValue"}) | {
        "eventDetail": detail,
        **more,
    }


def channel_messages() -> list[dict[str, Any]]:
    """A thread about telephones, its answer first as the tool writes it; one edited, one deleted, one private."""
    root = message(
        60,
        SATO,
        '<p><at id="0">木村 直美</at>さん、一時保育の<strong>受付</strong>電話は412件でした。'
        '<a href="javascript:alert(1)">表</a></p><attachment id="f1"></attachment>',
        subject="電話がつながらない",
        mentions=[{"id": 0, "mentionText": "木村 直美", "mentioned": user(KIMURA)}],
        reactions=[{"reactionType": "like", "user": user(KIMURA)}, {"reactionType": "😮", "user": user(TANAKA)}],
        attachments=[
            {
                "id": "f1",
                "contentType": "reference",
                "name": "受付件数.xlsx",
                "contentUrl": "https://mirai.example/受付",
            }
        ],
        **in_channel(OPEN),
    )
    reply = message(120, KIMURA, "<p>話し中は57件です*</p>", replyToId=root["id"], **in_channel(OPEN))
    edited = message(180, TANAKA, "<p>直しました</p>", lastEditedDateTime="2026-10-01T01:00:00Z", **in_channel(OPEN))
    deleted = message(240, TANAKA, "", deletedDateTime="2026-10-01T02:00:00Z", **in_channel(OPEN))
    private = message(300, SATO, "<p>人事の話</p>", **in_channel(PRIVATE))
    joined = event(30, "membersAdded", SATO, KIMURA, TANAKA, **in_channel(OPEN))
    return [reply, private, edited, joined, root, deleted]


def chat_messages() -> list[dict[str, Any]]:
    """A pair's talk with a message handed on, and a group that somebody left."""
    quoted = json.dumps(
        {
            "messageId": "1",
            "messagePreview": "記入例を<作る>",
            "messageSender": user(KIMURA),
        },
        ensure_ascii=False,
    )
    forwarded = json.dumps(
        {
            "originalMessageId": "7",
            "originalMessageContent": "<p>差し戻しは<b>17</b>件</p>",
            "originalMessageSender": user(TANAKA),
            "originalSentDateTime": "2026-09-30T00:00:00Z",
        },
        ensure_ascii=False,
    )
    attachments = [
        {"id": "q", "contentType": "messageReference", "content": quoted},
        {"id": "w", "contentType": "forwardedMessageReference", "content": forwarded},
    ]
    direct = {"chatId": DIRECT, "channelIdentity": None}
    group = {"chatId": GROUP, "channelIdentity": None}
    return [
        message(400, SATO, '<attachment id="q"></attachment><p>これですね</p>', attachments=attachments, **direct),
        message(500, TANAKA, "<p>お先に</p>", **group),
        event(510, "membersLeft", TANAKA, TANAKA, **group),
        message(520, SATO, "<p>田中さんの分は私が</p>", **group),
    ]


def teams_export(root: Path) -> Path:
    """Write a data export of Teams and give its folder."""
    base = root / "TeamsData_Mirai"
    team, person = base / "teams" / TEAM, base / "users" / SATO
    people = [
        {"id": key, "displayName": NAMES[key], "userPrincipalName": f"{login}@mirai.example", "mail": None}
        for key, login in ((SATO, "sato"), (KIMURA, "kimura"), (TANAKA, "tanaka"))
    ]
    channels = [
        {"id": OPEN, "displayName": "入園の相談", "description": "受付と相談", "membershipType": "standard"},
        {"id": PRIVATE, "displayName": "人事", "membershipType": "private"},
    ]
    members = [{"name": NAMES[key], "userId": key, "userName": ""} for key in (SATO, KIMURA, TANAKA, GUEST)]
    written = {
        base / "teams" / "teamsList.json": [{"name": "子育て支援課", "groupsId": TEAM, "privacy": "Public"}],
        base / "users" / "usersList.json": people,
        team / f"channels_{TEAM}.json": channels,
        team / f"teamMembers_{TEAM}.json": members,
        team / f"messages_{TEAM}.json": channel_messages(),
        person / f"messages_{SATO}.json": chat_messages(),
    }
    for path, content in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(capitals(content), ensure_ascii=False), encoding="utf-8")
    return base
