"""Logs of chats as tables: LINE WORKS (audit log), Chatwork (log export), and any CSV with a time, a writer and words.

Columns go by their names, Japanese or English. What these products write exactly is told on their help pages only in
part (that LINE WORKS has 日時, 送信者, 受信者, トークルームID, トーク; that Chatwork has a folder rooms/xx/ROOM for
each room): the rest is by likeness, and taken in only when somebody asks for it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from hiroba.connectors.chats.exports import BROKEN, Files
from hiroba.connectors.chats.markdown import escaped
from hiroba.connectors.chats.telling import NotTaken, OutsidePerson, Room, Said, Told
from hiroba.connectors.chats.times import find_time
from hiroba.connectors.columns import find_moment
from hiroba.connectors.tables import normal
from hiroba.extract.delimited import find_delimiter
from hiroba.extract.encoding import UndecodableError, decode

SAMPLE = 256 * 1024
LONGEST_CELL = 2_000_000
Cells: TypeAlias = Mapping[str, str]
# What a column is, by the names it goes by (half width, small letters).
NAMES: dict[str, tuple[str, ...]] = {
    "time": (
        "日時",
        "送信日時",
        "投稿日時",
        "発言日時",
        "送信時刻",
        "時刻",
        "date",
        "time",
        "timestamp",
        "datetime",
        "sent at",
        "sent_at",
        "send_time",
        "created_at",
        "created at",
    ),
    "author": (
        "送信者",
        "発言者",
        "投稿者",
        "発信者",
        "名前",
        "氏名",
        "ユーザー",
        "ユーザー名",
        "アカウント名",
        "sender",
        "from",
        "user",
        "author",
        "name",
        "username",
        "account name",
        "account_name",
    ),
    "author_key": (
        "アカウントid",
        "ユーザーid",
        "送信者id",
        "account_id",
        "account id",
        "user_id",
        "user id",
        "sender_id",
        "aid",
    ),
    "mail": ("メール", "メールアドレス", "email", "mail", "e-mail"),
    "text": ("トーク", "メッセージ", "本文", "内容", "発言", "発言内容", "message", "text", "body", "content", "talk"),
    "room": (
        "トークルームid",
        "チャンネルid",
        "ルームid",
        "グループid",
        "トークルーム",
        "チャンネル",
        "ルーム",
        "channel",
        "channel_id",
        "channel id",
        "room",
        "room_id",
        "room id",
        "chat_id",
        "conversation",
    ),
    "room_name": (
        "トークルーム名",
        "チャンネル名",
        "ルーム名",
        "グループ名",
        "チャット名",
        "channel name",
        "room name",
        "room_name",
        "channel_name",
    ),
    "receivers": ("受信者", "宛先", "参加者", "receiver", "receivers", "recipient", "recipients", "to", "members"),
    "key": ("メッセージid", "発言id", "message_id", "message id", "id"),
    "thread": ("スレッドid", "返信先", "返信元", "thread", "thread_id", "thread id", "reply_to", "parent_id"),
    "edited": ("更新日時", "編集日時", "updated_at", "update_time", "edited_at"),
}
_NEEDED = frozenset({"time", "author", "text"})
_NAMED_MAIL = re.compile(r"(.*?)\s*[(<（]\s*([^()<>（）\s]+@[^()<>（）\s]+)\s*[)>）]\s*$")
_APART = re.compile(r"[,;、\n]+")
_CHATWORK = re.compile(r"(?:^|/)rooms/[^/]+/([^/]+)/[^/]+\.csv$", re.IGNORECASE)
_DELETED = re.compile(r"\[(?:delete|deleted)\]|メッセージは削除されました|\(削除されたメッセージ\)", re.IGNORECASE)


def is_export(files: Files) -> bool:
    """Tell whether a table has a time, a writer and words, and a room or those who received them."""
    for name in _tables(files)[:20]:
        uses = set(_uses(_header(files, name)))
        if uses >= _NEEDED and (uses & {"room", "room_name", "receivers"} or _CHATWORK.search(name)):
            return True
    return False


def tell(files: Files, zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell the logs, in no order. `zone` is that of their times. CHATS-15 for a table that is no log, CHATS-05 for a
    row without a time, CHATS-13 for a table that cannot be read to its end."""
    for name in files.names():
        if not name.lower().endswith((".csv", ".tsv", ".txt")):
            yield NotTaken(name, "CHATS-15")
            continue
        try:
            yield from _Log(files, name, zone).tell()
        except (*BROKEN, csv.Error, UndecodableError):
            yield NotTaken(name, "CHATS-13")


def _tables(files: Files) -> list[str]:
    return [name for name in files.names() if name.lower().endswith((".csv", ".tsv", ".txt"))]


def _uses(header: list[str]) -> list[str]:
    """Say what each column is, "" for one that has no part in this; each use once."""
    found: list[str] = []
    for cell in header:
        label = normal(cell).lower()
        use = next((use for use, names in NAMES.items() if label in names and use not in found), "")
        found.append(use)
    return found


def _header(files: Files, name: str) -> list[str]:
    try:
        with files.open(name) as file:
            sample = decode(file.read(SAMPLE)).text
        return next(csv.reader(io.StringIO(sample), delimiter=find_delimiter(sample, ".csv")), [])
    except (*BROKEN, csv.Error, UndecodableError):
        return []


class _Log:
    def __init__(self, files: Files, name: str, zone: dt.tzinfo) -> None:
        self._files, self._name, self._zone = files, name, zone
        in_chatwork = _CHATWORK.search(name)
        self._room = in_chatwork[1] if in_chatwork else name.rpartition("/")[2].rpartition(".")[0]
        self._met: set[str] = set()
        self._told: dict[str, set[str]] = {}
        self._moments: Counter[str] = Counter()

    def tell(self) -> Iterator[Told]:
        with self._files.open(self._name) as file:
            sample = file.read(SAMPLE)
        decoded = decode(sample[: sample.rfind(b"\n") + 1] or sample)
        with self._files.open(self._name) as raw:
            text = io.TextIOWrapper(raw, "utf-8-sig" if decoded.encoding == "ascii" else decoded.encoding, "replace")
            reader = csv.reader(self._lines(text), delimiter=find_delimiter(decoded.text, ".csv"))
            uses = _uses(next(reader, []))
            if not set(uses) >= _NEEDED:
                yield NotTaken(self._name, "CHATS-15")
                return
            for cells in reader:
                yield from self._row(dict(zip(uses, cells, strict=False)), f"{self._name}#{reader.line_num}")

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        while line := text.readline(LONGEST_CELL):
            if len(line) >= LONGEST_CELL:
                raise csv.Error
            yield line.replace("\0", "").removeprefix("\ufeff")

    def _row(self, cells: Cells, where: str) -> Iterator[Told]:
        if not any(value.strip() for value in cells.values()):
            return
        sent_at = self._time(cells["time"])
        if sent_at is None:
            yield NotTaken(where, "CHATS-05")
            return
        author = _person(cells.get("author", ""), cells.get("mail", ""), cells.get("author_key", ""))
        others = [_person(each) for each in _APART.split(cells.get("receivers", "")) if each.strip()]
        for each in (author, *others):
            if each.key not in self._met:
                self._met.add(each.key)
                yield each
        room = cells.get("room", "").strip() or cells.get("room_name", "").strip() or self._room
        yield from self._members(room, cells.get("room_name", "").strip() or room, author, others)
        text = cells.get("text", "")
        is_gone = bool(_DELETED.fullmatch(text.strip()))
        key = cells.get("key", "").strip() or self._key(f"{room}\n{sent_at.isoformat()}\n{author.key}\n{text}")
        thread = cells.get("thread", "").strip()
        yield Said(
            key,
            room,
            author.key,
            sent_at,
            "" if is_gone else escaped(text).strip(),
            thread=thread,
            edited_at=self._time(cells.get("edited", "")),
            deleted_at=sent_at if is_gone else None,
        )

    def _members(self, room: str, name: str, author: OutsidePerson, others: list[OutsidePerson]) -> Iterator[Room]:
        """Who wrote in a room and who received was there; nobody else is known to have been."""
        keys = {each.key for each in (author, *others)}
        known = self._told.setdefault(room, set())
        if new := keys - known:
            known |= new
            kind = "group" if others else "closed"
            yield Room(room, name, "direct" if others and len(known) < 3 else kind, tuple(sorted(new)))  # type: ignore[arg-type]  # both are kinds

    def _time(self, text: str) -> dt.datetime | None:
        if not text.strip():
            return None
        moment = find_moment(text)
        if moment is None:
            return find_time(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(dt.UTC)

    def _key(self, named: str) -> str:
        if len(self._moments) > 10_000:
            self._moments.clear()
        self._moments[named] += 1
        return hashlib.sha256(f"{named}\n{self._moments[named]}".encode()).hexdigest()[:32]


def _person(text: str, mail: str = "", key: str = "") -> OutsidePerson:
    """Read 「佐藤 花子(sato@mirai.example)」, a name or a mail."""
    name, mail = text.strip(), mail.strip()
    if found := _NAMED_MAIL.match(name):
        name, mail = found[1].strip() or found[2], found[2]
    elif "@" in name and " " not in name:
        mail = mail or name
    return OutsidePerson(key.strip() or mail.lower() or name or "?", name, mail)
