"""A mailing list kept in one file (mbox): a room whose threads are those of the mails' References.

Who was on the list is not in it: those who wrote were. Attachments are named and stay in the mailbox, which
`hiroba import` takes in mail by mail."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.utils import getaddresses
from pathlib import Path

from hiroba.connectors.chats.exports import BROKEN, Files, Folder, Single
from hiroba.connectors.chats.markdown import escaped
from hiroba.connectors.chats.telling import NamedFile, NotTaken, OutsidePerson, Room, Said, Told
from hiroba.connectors.chats.times import find_time
from hiroba.extract.mail import read_mail
from hiroba.extract.mailbox import extract
from hiroba.extract.passages import Attachment, Extraction

_ID = re.compile(r"<[^<>\s]{1,300}>")
_ANSWER = re.compile(r"^(?:\s*(?:re|fw|fwd|返信|転送)\s*[::]\s*)+", re.IGNORECASE)
_BEGINS = re.compile(rb"From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n")


def is_export(files: Files) -> bool:
    """Tell whether a file is a mailbox."""
    return bool(_mailboxes(files))


def _mailboxes(files: Files) -> list[str]:
    found = []
    for name in files.names():
        try:
            with files.open(name) as file:
                if _BEGINS.match(file.read(1000)):
                    found.append(name)
        except BROKEN:
            continue
    return found


def tell(files: Files, _zone: dt.tzinfo = dt.UTC) -> Iterator[Told]:
    """Tell each mailbox as a room, in no order. CHATS-15 for files that are none, CHATS-05 for a mail without a date,
    CHATS-04 for one that cannot be read, CHATS-13 for a mailbox in an archive: unpack it first."""
    mailboxes = _mailboxes(files)
    for name in files.names():
        path = _path(files, name)
        if name not in mailboxes or path is None:
            yield NotTaken(name, "CHATS-15" if name not in mailboxes else "CHATS-13")
            continue
        room = name.rpartition("/")[2].removesuffix(".mbox")
        yield Room(f"list/{room}", room, "closed")
        for attachment in extract(path).attachments:
            yield from _mail(attachment, f"list/{room}", f"{name}/{attachment.name}")


def _path(files: Files, name: str) -> Path | None:
    if isinstance(files, Single):
        return files.path
    return files.root / name if isinstance(files, Folder) else None


def _mail(attachment: Attachment, room: str, where: str) -> Iterator[Told]:
    try:
        mail = read_mail(b"".join(attachment.pieces()))
    except (*BROKEN, LookupError, RecursionError):  # what the mail reader never imagined
        yield NotTaken(where, "CHATS-04")
        return
    sent_at = find_time(mail.facts.get("sent_at", ""))
    if mail.error is not None or sent_at is None:
        yield NotTaken(where, "CHATS-05" if mail.error is None else "CHATS-04")
        return
    name, address = next(iter(getaddresses([mail.facts.get("from", "")])), ("", ""))
    author = OutsidePerson(address.lower() or name or "?", name or address, address)
    key = _key(mail.facts.get("message_id", "")) or attachment.key
    above = _ID.findall(mail.facts.get("references", "")) or _ID.findall(mail.facts.get("in_reply_to", ""))
    yield author
    yield Said(
        key,
        room,
        author.key,
        sent_at,
        _body(mail),
        thread=_key(above[0]) if above else key,
        topic="" if above else _ANSWER.sub("", mail.title).strip(),
        files=tuple(NamedFile(each.name, size=len(each.content)) for each in mail.attachments),
    )


def _key(text: str) -> str:
    found = _ID.search(text)
    return found[0] if found else ""


def _body(mail: Extraction) -> str:
    parts = [passage.text for passage in mail.passages if passage.kind not in ("title", "header")]
    return "\n\n".join(escaped(part) for part in parts)
