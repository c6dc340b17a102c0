"""The kinds of source whose things are tables: files dropped in a folder, and a database that is asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.ingest.sources import Field, register_kind
from hiroba.ingest.tables.visiting import visit_table

HOURLY = 3600


def register() -> None:
    """Declare both kinds, with what each must be told."""
    register_kind(
        "table",
        visit_table,
        Field("folder", _("フォルダ"), _("業務システムがファイルを書き出す場所(この機械から見えるフォルダ)")),
        Field(
            "pattern",
            _("ファイルの名前"),
            _("例: 台帳*.csv。CSV、TSV、Excel、カレンダー(.ics)を読みます。"),
            "*.csv",
        ),
        Field("sheet", _("シートの名前"), _("Excel のとき。空なら、見出しのある最初のシート"), is_required=False),
        Field(
            "extent",
            _("ファイルに入っているもの"),
            choices=(("all", _("毎回すべて(ない行は、なくなったと見なす)")), ("part", _("変わった行だけ"))),
            default="all",
        ),
        Field(
            "files",
            _("添付ファイルのフォルダ"),
            _("空なら、表と同じフォルダの中をさがします。"),
            is_required=False,
        ),
        label=_("業務システムの表(ファイル)"),
        every_seconds=HOURLY,
        reads_here=True,
    )
    register_kind(
        "database",
        visit_table,
        Field("url", _("データベースの場所"), _("例: postgresql://reader@server/zaisan(パスワードは書きません)")),
        Field("select", _("読み出す SELECT 文"), _("1つだけ。読むだけで、相手を変えることはありません。")),
        Field("password", _("パスワード"), is_required=False, is_secret=True),
        Field("files", _("添付ファイルのフォルダ"), is_required=False),
        label=_("業務システムのデータベース"),
        every_seconds=24 * HOURLY,
    )
