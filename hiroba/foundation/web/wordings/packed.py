"""Words of files of old programs, and of files that hold other files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.foundation.web.wordings.wording import Wording

WORDINGS = {
    "EXTRACT-40": Wording(
        _(
            "この形式({format})は LibreOffice で開きますが、このサーバーでは使えません。"
            "もとのファイルはそのまま保管しました。管理者が LibreOffice を入れたあと、もう一度取り込んでください。"
        )
    ),
    "EXTRACT-41": Wording(
        _(
            "以前の形式({format})のため、LibreOffice で今の形式に直してから読み取りました。"
            "番号や配置は、もとの画面と少し違うことがあります。もとのファイルはそのまま保管しました。"
        )
    ),
    "EXTRACT-42": Wording(
        _(
            "中のファイルのうち{count}件は、取り出していません(大きすぎるもの、壊れているもの、"
            "ほかの場所を指すもの)。もとのファイルは保管しました。必要なものは、取り出してから取り込んでください。"
        )
    ),
    "EXTRACT-43": Wording(
        _("パスワードが違います。何も変わっていません。大文字と小文字、全角と半角を確かめて、もう一度入れてください。"),
        400,
    ),
    "EXTRACT-44": Wording(
        _(
            "入れ物の中の入れ物が深すぎるか、中のファイルが多すぎるため、ここから先は取り出していません。"
            "もとのファイルは保管しました。必要なものは、取り出してから取り込んでください。"
        )
    ),
    "EXTRACT-45": Wording(
        _(
            "この圧縮の形式({format})は開けません。もとのファイルはそのまま保管しました。"
            "中身を取り出すか、zip にして、もう一度取り込んでください。"
        )
    ),
    "EXTRACT-46": Wording(
        _(
            "一太郎のファイルの中身は、正しく読み取れません。もとのファイルはそのまま保管しました。"
            "一太郎で Word(.docx)か PDF に保存し直したものを取り込むと、さがせるようになります。"
        )
    ),
    "EXTRACT-47": Wording(
        _(
            "この形式({format})のパスワードは、ここでは解けません。もとのファイルは保管しました。"
            "保護を解除して保存し直したファイルを、もう一度取り込んでください。"
        ),
        400,
    ),
}
