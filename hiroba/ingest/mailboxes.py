"""Mailboxes: folders of an IMAP server as sources."""

from __future__ import annotations

import time

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.connectors.imap import Letter, Mailbox, Opened, Place, open_mailbox
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.letters import Postbag
from hiroba.ingest.models import Source
from hiroba.ingest.sources import Field, register_kind, secret_of

# After this a visit lets others have their turn, and goes on where it was.
LONGEST_VISIT_SECONDS = 45.0
FIELDS = (
    Field("host", _("メールサーバーの名前"), _("例: mail.mirai.example")),
    Field("port", _("ポート"), _("ふつうは 993 です。"), default="993", is_number=True),
    Field(
        "security",
        _("通信の守り方"),
        default="tls",
        choices=(("tls", _("はじめから TLS")), ("starttls", _("STARTTLS")), ("none", _("守らない(この機械の中だけ)"))),
    ),
    Field("user", _("利用者名")),
    Field("password", _("パスワード"), is_secret=True),
    Field("folder", _("フォルダ"), default="INBOX"),
    Field(
        "move_to",
        _("取り込んだあとに移すフォルダ"),
        _("空なら、メールサーバーには何も書きません。"),
        is_required=False,
    ),
)


def declare() -> None:
    """Let mailboxes be added as sources."""
    register_kind("imap", visit_mailbox, *FIELDS, label=_("メール(IMAP)"), every_seconds=120)


def visit_mailbox(source: Source) -> int:
    """Take in what is new in the folder, oldest first; each letter is committed together with the place after it, so
    that a server or a process that dies in between neither loses nor doubles one.

    Told to move, a letter is moved after it is committed: what is in the folder is what is still to come."""
    move_to = str(source.settings.get("move_to", ""))
    bag, until = Postbag(source), time.monotonic() + LONGEST_VISIT_SECONDS
    with open_mailbox(_mailbox(source), is_read_only=not move_to) as folder:
        begun = Place() if move_to else Place(source.checkpoint.get("validity", 0), source.checkpoint.get("uid", 0))
        for letter in folder.letters_after(begun):
            if time.monotonic() > until:
                source.has_more = True
                break
            if _take(bag, folder, letter) and move_to:
                folder.move(letter, move_to)
    return bag.count


def _take(bag: Postbag, folder: Opened, letter: Letter) -> bool:
    """Take in one letter; False when it was refused for its size."""
    place = {"validity": letter.place.validity, "uid": letter.place.uid}
    try:
        if letter.size > settings.UPLOAD_LIMIT:  # not even asked for
            raise Refusal("INGEST-04", limit_mb=settings.UPLOAD_LIMIT // (1024 * 1024))
        bag.put(folder.pieces_of(letter), letter.received_at or timezone.now(), str(letter.place.uid), place)
    except Refusal as refusal:
        if refusal.code != "INGEST-04":
            raise
        bag.refuse(f"{letter.place.validity}-{letter.place.uid}", refusal, place)
        return False
    return True


def _mailbox(source: Source) -> Mailbox:
    known = source.settings
    return Mailbox(
        host=known["host"],
        port=int(known["port"]),
        user=known["user"],
        password=secret_of(source, "password"),
        folder=known.get("folder") or "INBOX",
        security=known.get("security", "tls"),
        ca_file=settings.CA_FILE,
    )
