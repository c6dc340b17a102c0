"""What the access journal notes: each act, with its words for the person who reads the journal."""

from __future__ import annotations

# A room that notes a new act adds its line here; docs/operate lists this table, by test.
ACTS: dict[str, str] = {
    "session.began": "サインインした",
    "session.refused": "サインインできなかった",
    "session.ended": "サインアウトした",
    "sessions.ended": "すべての場所からサインアウトさせた",
    "password.changed": "パスワードを変えた",
    "password.reset": "パスワードの再発行をした",
    "token.added": "API の鍵をつくった",
    "token.ended": "API の鍵を止めた",
    "search.made": "さがした",
    "record.read": "読んだ",
    "record.refused": "読めないものを開こうとした",
    "record.explained": "なぜ見える・見えないを確かめた",
    "original.downloaded": "原本を受け取った",
    "page.read": "ページの画像を見た",
    "records.exported": "読めるものを書き出した",
    "record.received": "取り込んだ",
    "record.shared": "読める人を変えた",
    "record.withdrawn": "取り下げた",
    "record.restored": "取り下げを取り消した",
    "record.released": "止めていたものを共有できるようにした",
    "people.imported": "職員と部署を取り込んだ",
    "person.revised": "職員の情報を変えた",
    "role.granted": "役割を与えた",
    "role.ended": "役割を外した",
    "administration.read": "管理の画面を見た",
    "settings.changed": "設定を変えた",
    "journal.read": "閲覧記録を見た",
    "journal.exported": "閲覧記録を書き出した",
    "journal.lost": "書けなかった閲覧記録がある(件数)",
    "backup.made": "控えをとった",
    "backup.restored": "控えから戻した",
}


class UnknownAct(LookupError):  # noqa: N818 - named for what it says: this act is not in the table
    """An act was noted that nobody described: a defect of the room that notes it."""


def require_act(act: str) -> str:
    """Give `act` back when it is in the table, else raise UnknownAct."""
    if act not in ACTS:
        raise UnknownAct(f"{act}: add its line to hiroba.foundation.changes.acts.ACTS")
    return act
