"""Words of the import of persons and units: each names its line's fault and what to write instead."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.foundation.web.wordings.wording import Wording

WORDINGS = {
    "PEOPLE-01": Wording(
        _("ログイン名「{login}」の人がいません。何も変わっていません。つづりと、在籍しているかを確かめてください。"),
        404,
    ),
    "PEOPLE-10": Wording(
        _(
            "職員のファイルに、次の列がありません: {columns}。何も変わっていません。"
            "1行目に列の名前を入れて、もう一度お試しください。"
        )
    ),
    "PEOPLE-11": Wording(_("「{column}」が空です。この行を直すまで、何も取り込まれません。")),
    "PEOPLE-12": Wording(
        _("「{column}」の日付「{text}」が読めません。2026-04-01、令和8年4月1日、R8.4.1 の形で書いてください。")
    ),
    "PEOPLE-13": Wording(_("{name}さんの終了日が、開始日より前です。日付を確かめてください。")),
    "PEOPLE-14": Wording(_("部署コード「{code}」の名前が分かりません。「部署名」を書いてください。")),
    "PEOPLE-15": Wording(
        _("部署コード「{code}」に、違う部署名・上位部署・後継が書かれています。どれか1つにそろえてください。")
    ),
    "PEOPLE-16": Wording(
        _("職員番号「{number}」に、違うログイン名か氏名が書かれています。どちらかにそろえてください。")
    ),
    "PEOPLE-17": Wording(_("ログイン名「{login}」は、別の職員のものです。別の名前にしてください。")),
    "PEOPLE-18": Wording(_("{name}さんの本務が、同じ期間に2つあります。1つを兼務にしてください。")),
    "PEOPLE-19": Wording(
        _("部署コード「{code}」の上位をたどると、自分に戻ってしまいます。上位部署コードを確かめてください。")
    ),
    "PEOPLE-20": Wording(
        _(
            "直すところが{count}か所あります(はじめは{line}行目)。何も変わっていません。"
            "ファイルを直して、もう一度お試しください。"
        )
    ),
    "PEOPLE-22": Wording(
        _(
            "このままでは、管理者が1人もいなくなります。何も変わっていません。"
            "先に、残る人へ管理者の役割を渡してください。"
        ),
        409,
    ),
    "PEOPLE-23": Wording(
        _(
            "職員のファイルの文字が読めません。何も変わっていません。"
            "UTF-8 か Shift_JIS(CP932)の CSV で保存し直してください。"
        )
    ),
    "PEOPLE-24": Wording(_("区分「{text}」が分かりません。「本務」か「兼務」と書いてください。")),
    "PEOPLE-25": Wording(_("後継の部署コード「{code}」が、ファイルにありません。後継になる部署の行を加えてください。")),
    "PEOPLE-26": Wording(_("職員のファイルに、中身の行がありません。何も変わっていません。")),
    "PEOPLE-27": Wording(
        _(
            "確かめていただいたあとに、職員か部署が変わりました。何も変えていません。"
            "もう一度、変わるところを確かめてください。"
        ),
        409,
    ),
    "PEOPLE-30": Wording(
        _(
            "{name}({code})は、引き継ぎ先のないまま終わります。"
            "その部署だけで共有していた資料を、だれも読めなくなります。「後継」の列に引き継ぎ先を書けます。"
        )
    ),
    "PEOPLE-31": Wording(
        _(
            "上位部署「{code}」の名前が分からないので、いまはコードで表します。"
            "名前の入った行を加えて取り込むと直ります。"
        )
    ),
    "PEOPLE-32": Wording(
        _(
            "このファイルにない職員が{leaving}人います(全{staff}人)。"
            "異動した人だけのファイルとして扱い、ファイルにない人の所属はそのままにします。"
        )
    ),
    "PEOPLE-33": Wording(_("ファイル「{file}」を開けません。何も変わっていません。場所と名前を確かめてください。")),
}
