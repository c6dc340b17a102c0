"""Words of what happens when recordings are heard and transcripts read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiroba.foundation.web.wordings.wording import Wording

WORDINGS = {
    "SPEECH-01": Wording(
        _(
            "録音を文字にする部品(音声モデル)が、このサーバーでは使えません({reason})。録音はそのまま保管しました。聞くことはできます。"
            "管理者が部品を入れると、文字になります。"
        )
    ),
    "SPEECH-02": Wording(
        _("この動画には、音が入っていません。動画はそのまま保管しました。見ることはできます。することはありません。")
    ),
    "SPEECH-03": Wording(
        _(
            "録音の長さが0秒です。ファイルはそのまま保管しました。"
            "録音できたはずのときは、録音機に残っているもとのファイルを確かめてください。"
        )
    ),
    "SPEECH-04": Wording(
        _(
            "{hours}時間をこえる録音のため、はじめの{hours}時間だけを文字にします。録音は全部保管しました。"
            "続きも文字にしたいときは、分けて取り込んでください。"
        )
    ),
    "TRANSCRIPT-01": Wording(
        _(
            "字幕・文字起こしのファイルですが、時刻を読み取れませんでした。ファイルはそのまま保管しました。"
            "書き出した会議のソフトで、もう一度書き出してください。"
        )
    ),
    "SPEECH-05": Wording(
        _(
            "録音が {at} のあたりで壊れていて、その先を聞き取れませんでした。"
            "録音はそのまま保管し、そこまでは文字にしました。"
            "もとの録音が残っていれば、もう一度取り込んでください。"
        )
    ),
}
