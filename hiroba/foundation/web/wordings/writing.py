"""Words of pages and their drafts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.foundation.web.wordings.wording import Wording

WORDINGS = {
    "WRITE-01": Wording(
        _("長すぎるので、この部分は保存していません(上限 {limit})。ほかの部分は無事です。いくつかに分けてください。"),
        413,
    ),
    "WRITE-02": Wording(
        _(
            "投稿したページは、下書きからは消せません。何も変えていません。ページを開いて「取り下げる」を押してください。"
        ),
        409,
    ),
    "WRITE-03": Wording(_("題名か本文がまだありません。下書きはそのままです。両方を書いてから、投稿してください。")),
    "WRITE-04": Wording(
        _(
            "このページは取り下げてあるので、投稿していません。下書きは無事です。"
            "もう一度出すときは、取り下げた人が、ページの取り下げを取り消してください。"
        ),
        409,
    ),
    "WRITE-05": Wording(
        _(
            "そのページはこのページの下にあるので、その下には置けません。何も変えていません。ほかのページをえらんでください。"
        )
    ),
    "WRITE-06": Wording(
        _("画像ではないファイルなので、載せていません。文は無事です。PNG・JPEG などの画像か、PDF をえらんでください。")
    ),
    "WRITE-08": Wording(
        _(
            "個人情報と思われるところがあるので、課の外の人には見せていません。書いた文は、この端末か下書きに残っています。"
            "その部分を消すか、書ける人を課の中だけにしてください。"
        ),
        409,
    ),
    "WRITE-07": Wording(
        _("PDF にできませんでした。ページは無事です。Word で受け取るか、しばらくしてからもう一度押してください。"), 503
    ),
}
