"""What the access journal notes: each act, with its words for the person who reads the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# A room that notes a new act adds its line here; docs/operate lists this table, by test.
ACTS: dict[str, StrPromise] = {
    "session.began": _("サインインした"),
    "session.refused": _("サインインできなかった"),
    "session.ended": _("サインアウトした"),
    "sessions.ended": _("すべての場所からサインアウトさせた"),
    "password.changed": _("パスワードを変えた"),
    "password.reset": _("パスワードの再発行をした"),
    "token.added": _("API の鍵をつくった"),
    "token.ended": _("API の鍵を止めた"),
    "search.made": _("さがした"),
    "record.read": _("読んだ"),
    "record.refused": _("読めないものを開こうとした"),
    "record.explained": _("なぜ見える・見えないを確かめた"),
    "original.downloaded": _("原本を受け取った"),
    "page.read": _("ページの画像を見た"),
    "recording.played": _("録音・録画を聞いた"),
    "records.exported": _("読めるものを書き出した"),
    "record.received": _("取り込んだ"),
    "record.shared": _("読める人を変えた"),
    "record.settled": _("確かめて、共有範囲はそのままにした"),
    "record.corrected": _("読み取った文を直した"),
    "record.withdrawn": _("取り下げた"),
    "record.restored": _("取り下げを取り消した"),
    "record.released": _("止めていたものを共有できるようにした"),
    "record.linked": _("ほかの版かどうかを決めた"),
    "paper.confirmed": _("届いた紙の題名などを確かめた"),
    "form.read": _("様式の記入票を見た"),
    "form.answered": _("記入票の値を確かめた"),
    "draft.read": _("下書きを開いた"),
    "draft.shared": _("下書きを書ける人を変えた"),
    "page.posted": _("ページを投稿した"),
    "channel.read": _("チャンネルを読んだ"),
    "channel.shared": _("チャンネルを読める人を変えた"),
    "channel.kept": _("チャンネルの保存期間や、消さずに残すかを変えた"),
    "versions.read": _("直す前の文と消した文を見た"),
    "thread.read": _("会話を読んだ"),
    "message.removed": _("発言を消した"),
    "people.imported": _("職員と部署を取り込んだ"),
    "person.revised": _("職員の情報を変えた"),
    "role.granted": _("役割を与えた"),
    "role.ended": _("役割を外した"),
    "administration.read": _("管理の画面を見た"),
    "settings.changed": _("設定を変えた"),
    "journal.read": _("閲覧記録を見た"),
    "journal.exported": _("閲覧記録を書き出した"),
    "journal.lost": _("書けなかった閲覧記録がある(件数)"),
    "backup.made": _("控えをとった"),
    "backup.restored": _("控えから戻した"),
}


class UnknownAct(LookupError):  # noqa: N818 - named for what it says: this act is not in the table
    """An act was noted that nobody described: a defect of the room that notes it."""


def require_act(act: str) -> str:
    """Give `act` back when it is in the table, else raise UnknownAct."""
    if act not in ACTS:
        raise UnknownAct(f"{act}: add its line to hiroba.foundation.changes.acts.ACTS")
    return act
