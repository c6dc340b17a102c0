"""Words for whoever runs an office: the home, backups, the look of the doctor, the index."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.foundation.web.wordings.wording import Wording

WORDINGS = {
    "OFFICE-01": Wording(
        _(
            "{home} に、まだひろばがありません。何も変わっていません。"
            "hiroba init で作るか、環境変数 HIROBA_HOME を確かめてください。"
        )
    ),
    "OFFICE-02": Wording(
        _("{home} には、もうひろばがあります。何も変わっていません。別の場所を HIROBA_HOME に指定してください。")
    ),
    "OFFICE-03": Wording(
        _(
            "職場の名前、管理者のログイン名、最初のパスワード(HIROBA_ADMIN_PASSWORD)が要ります。何も作っていません。"
            "そろえてから、もう一度実行してください。"
        )
    ),
    "SEARCH-01": Wording(
        _(
            "さがすための索引を作り直しています。資料は無事です。結果が少ないかもしれません。"
            "少し待って、もう一度さがしてください。"
        ),
        503,
    ),
    "SEARCH-02": Wording(
        _(
            "さがすための索引がまだありません。資料は無事です。"
            "管理者に、hiroba work が動いているかを確かめてもらってください。"
        ),
        503,
    ),
    "SEARCH-03": Wording(
        _("さがすための索引を、別の処理が使っています。資料は無事です。少し待って、もう一度試してください。"), 503
    ),
    "SEARCH-05": Wording(
        _(
            "さがすための索引を書けません。資料は無事です。新しいものが、まださがせないことがあります。"
            "ディスクの空きを確かめてください。空けば、自動で続きます。"
        ),
        507,
    ),
    "BACKUP-01": Wording(_("{file} は、もうあります。何も書いていません。別の名前を指定してください。")),
    "BACKUP-02": Wording(
        _(
            "{home} が空ではないので、戻していません。いまあるものはそのままです。"
            "空の場所を HIROBA_HOME に指定してください。"
        )
    ),
    "BACKUP-03": Wording(
        _(
            "{file} は、ひろばの控えとして読めません。何も戻していません。"
            "ファイルを確かめるか、別の控えを使ってください。"
        )
    ),
    "BACKUP-04": Wording(
        _(
            "{program} が入っていないので、PostgreSQL の控えを扱えません。いまあるものはそのままです。"
            "postgresql-client を入れてから、もう一度実行してください。"
        )
    ),
    "BACKUP-05": Wording(
        _(
            "{program} が途中で終わりました。いまあるものはそのままです。"
            "画面に出た理由を確かめてください({program} の版は、サーバーの版と同じか新しいものが必要です)。"
        )
    ),
    "BACKUP-06": Wording(
        _(
            "データベース {database} が空ではないので、戻していません。いまあるものはそのままです。"
            "空のデータベースを HIROBA_DATABASE に指定してください。"
        )
    ),
    "BACKUP-07": Wording(
        _(
            "{file} は、ほかの種類のデータベースの控えです。何も戻していません。"
            "控えをとったときと同じ種類(SQLite か PostgreSQL)になるよう、HIROBA_DATABASE を直してください。"
        )
    ),
    "DEMO-01": Wording(
        _(
            "{home} には、もうひろばがあります。何も変わっていません。"
            "お試しは、空の場所を HIROBA_HOME に指定して始めてください。"
        )
    ),
    "DEMO-02": Wording(
        _(
            "お試しの資料を作る部品が入っていません。何も変わっていません。"
            'pip install "hiroba[demo]" のあとで、もう一度実行してください。'
        )
    ),
    "DOCTOR-01": Wording(
        _(
            "調べたところ、直すところがあります: {looks}。調べただけで、何も変えていません。"
            "控えを確かめ、それぞれの記号の説明にそって直してください。"
        ),
        500,
    ),
    "DOCTOR-02": Wording(
        _(
            "記録のつながりが合いません。もとのファイルとは別の話で、資料は読めます。"
            "書き足したり消したりせずに控えを取り、いつから違うかを前の控えとくらべてください。"
        ),
        500,
    ),
    "EXPORT-01": Wording(
        _("{folder} が空ではないので、書き出していません。いまあるものはそのままです。空のフォルダを指定してください。")
    ),
}
