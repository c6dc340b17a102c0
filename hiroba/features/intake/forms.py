"""What is typed when something is taken in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

AUDIENCES = [
    ("everyone", _("全庁で共有")),
    ("section", _("わたしの課で共有")),
    ("person", _("わたしだけ")),
]


class UploadForm(forms.Form):
    """For whom, why, and what to do with equal names."""

    audience = forms.ChoiceField(
        label=_("だれと共有しますか"),
        choices=AUDIENCES,
        initial="everyone",
        widget=forms.RadioSelect,
        help_text=_("一つずつ入れるものは、全庁での共有をおすすめします。フォルダや6件以上は、まず課の中に入ります。"),
    )
    reason = forms.CharField(
        label=_("狭くする理由"),
        required=False,
        max_length=500,
        help_text=_("「わたしだけ」のときに、一言書いてください。"),
    )
    as_new = forms.ChoiceField(
        label=_("同じ名前の資料があるとき"),
        required=False,
        initial="",
        widget=forms.RadioSelect,
        choices=[("", _("新しい版にする")), ("1", _("別の資料にする"))],
    )

    def audience_text(self, login: str) -> str:
        """Give the choice in the words of `parse_audience`."""
        chosen = str(self.cleaned_data["audience"])
        return f"person:{login}" if chosen == "person" else chosen


class ReleaseForm(forms.Form):
    """Why what the gate stopped may come in after all."""

    reason = forms.CharField(label=_("理由"), max_length=500, min_length=4)


class UnlockForm(forms.Form):
    """The password of a locked file; the browser is asked not to remember it either."""

    password = forms.CharField(
        label=_("ファイルのパスワード"),
        max_length=255,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("読み取りに一度だけ使います。保存も記録もしません。"),
    )
