"""Every kind of change there is, `noun.past_verb`, with what it means to the people of the office."""

from __future__ import annotations

# A room that records a new kind adds its line here; docs/dev lists this table, by test.
KINDS: dict[str, str] = {
    "record.received": "新しいものが入った",
    "record.revised": "新しい版になった",
    "record.held": "個人情報などの確認のため、共有せずに止めた",
    "record.released": "止めていたものを共有できるようにした",
    "record.opened": "読める人を広げた",
    "record.narrowed": "読める人を狭めた",
    "record.withdrawn": "取り下げた",
    "record.restored": "取り下げを取り消した",
    "record.renamed": "題名を変えた",
    "record.vanished": "もとの場所からなくなった(資料は残っている)",
    "record.reappeared": "もとの場所に、また現れた",
    "record.extracted": "原本から文を読み直した",
    "record.linked": "ほかの版や、別の形式の同じものと結びつけた",
    "record.unlinked": "ほかの版や、別の形式の同じものとの結びつきを外した",
    "message.sent": "会話で、何かが話された",
    "message.revised": "話したことを書き直した",
    "message.removed": "話したことを消した",
    "message.marked": "話したことに、ひとこと(いいね など)や受け取りがついた",
    "channel.founded": "チャンネルをつくった",
    "channel.revised": "チャンネルの名前、目的、読める人などを変えた",
    "draft.revised": "下書きに書いた",
    "draft.shared": "下書きを書ける人を変えた",
    "draft.posted": "下書きをページとして投稿した",
    "draft.discarded": "下書きを捨てた",
    "access.changed": "異動や役割の変更で、読めるものが変わった",
    "people.imported": "職員と部署を取り込んだ",
    "person.added": "職員を加えた",
    "person.revised": "職員の情報を変えた",
    "person.left": "職員の利用を止めた",
    "unit.added": "部署を加えた",
    "unit.renamed": "部署の名前を変えた",
    "unit.moved": "部署の置かれる場所を変えた",
    "unit.dissolved": "部署を廃止し、引き継ぎ先を決めた",
    "team.added": "チームをつくった",
    "team.revised": "チームの名前や顔ぶれを変えた",
}

# After one of these somebody has other principals than before: streams ask again whom they serve, caches let go.
PEOPLE_KINDS = frozenset(
    {"access.changed", "people.imported", "person.left", "unit.moved", "unit.dissolved", "team.revised"}
)
# After one of these a record has another audience than before.
AUDIENCE_KINDS = frozenset(
    {
        "record.held",
        "record.released",
        "record.opened",
        "record.narrowed",
        "record.withdrawn",
        "record.restored",
    }
)
ACCESS_KINDS = PEOPLE_KINDS | AUDIENCE_KINDS


class UnknownKind(LookupError):  # noqa: N818 - named for what it says: this kind is not in the table
    """A change was recorded whose kind nobody described: a defect of the room that records it."""


def require_kind(kind: str) -> str:
    """Give `kind` back when it is in the table, else raise UnknownKind."""
    if kind not in KINDS:
        raise UnknownKind(f"{kind}: add its line to hiroba.foundation.changes.kinds.KINDS")
    return kind
