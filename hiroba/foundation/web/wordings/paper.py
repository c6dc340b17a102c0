"""Words of pictures and of paper that is read by machine; the original is kept in every case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.foundation.web.wordings.wording import Wording

WORDINGS = {
    "PAPER-01": Wording(
        _(
            "画像が大きすぎるため(横 {wide} × 縦 {high} ドット)、文字を読み取りませんでした。"
            "もとのファイルは保管しました。解像度を 300dpi くらいにして、もう一度取り込んでください。"
        )
    ),
    "PAPER-02": Wording(
        _(
            "画像が小さすぎるため(横 {wide} × 縦 {high} ドット)、読み取れる文字がありません。"
            "もとのファイルは保管しました。"
        )
    ),
    "PAPER-03": Wording(
        _(
            "この形の写真(HEIC)を開く部品がこのサーバーにありません。もとのファイルは保管しました。"
            "JPEG に変えて取り込むか、管理者に部品(pi-heif)を入れてもらってください。"
        )
    ),
    "PAPER-04": Wording(
        _(
            "紙の文字を読み取る部品(OCR)がこのサーバーにないため、画像のまま保管しました。"
            "ほかの資料はふだんどおり使えます。管理者が部品(faster-paddle)を入れると、あとから読み取れます。"
        )
    ),
    "PAPER-05": Wording(
        _(
            "{page} ページの縦書きは、縦書き用の部品(Tesseract)がこのサーバーにないため、"
            "正しく読めていないことがあります。"
            "画像は保管しています。管理者に tesseract-ocr-jpn-vert を入れてもらってください。"
        )
    ),
    "PAPER-06": Wording(_("{page} ページには、何も書かれていませんでした(白紙)。画像は保管しています。")),
    "PAPER-08": Wording(
        _(
            "{page} ページには何かありますが、文字として読み取れませんでした。画像は保管しています。"
            "もとの紙があれば、はっきり写るようにして、もう一度取り込んでください。"
        )
    ),
    "PAPER-07": Wording(
        _(
            "{page} ページの画像は途中で切れています。読めたところまでを載せました。"
            "もとの紙があれば、もう一度取り込んでください。"
        )
    ),
}
