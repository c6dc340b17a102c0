"""Mailboxes: folders of an IMAP server as sources."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.ingest.models import Source
from hiroba.ingest.sources import Field, register_kind

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
    """Take in what is new in the folder."""
    return 0
