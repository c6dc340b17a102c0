"""What administrators type."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hiroba.foundation.changes.acts import ACTS
from hiroba.foundation.people.rows import parse_day

FILE_LIMIT = 5 * 1024 * 1024


class DayField(forms.CharField):
    """A day in any way of writing: 2026-04-01, 令和8年4月1日, R8.4.1."""

    def clean(self, value: object) -> dt.date | None:
        """Give the day, None for nothing typed."""
        try:
            return parse_day(super().clean(value))
        except ValueError:
            raise ValidationError(
                gettext("日付が読めません。2026-04-01、令和8年4月1日、R8.4.1 の形で書いてください。")
            ) from None


class ImportForm(forms.Form):
    """The personnel system's file and the day it speaks of."""

    file = forms.FileField(
        label=_("職員のファイル(CSV)"),
        help_text=_(
            "UTF-8 か Shift_JIS。列: 職員番号、ログイン、氏名、部署コード、部署名、上位部署コード、"
            "職、区分、開始日、終了日"
        ),
    )
    on = DayField(label=_("いつから"), required=False, help_text=_("書かないときは、きょうから。例: 令和9年4月1日"))
    extent = forms.ChoiceField(
        label=_("ファイルにない人"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", _("おまかせ(ほとんどの職員が入っていれば全職員のファイルとみなす)")),
            ("all", _("全職員のファイル: ない人の所属は、前の日で終わる")),
            ("part", _("異動した人だけのファイル: ない人はそのまま")),
        ],
    )

    def clean_file(self) -> bytes:
        """Give the bytes of the file, of a size that a list of people can have."""
        file = self.cleaned_data["file"]
        if file.size > FILE_LIMIT:
            raise ValidationError(gettext("ファイルが大きすぎます(5 MB まで)。"))
        content: bytes = file.read()
        return content


class JournalForm(forms.Form):
    """Which lines of the access journal to show."""

    login = forms.CharField(label=_("ログイン名"), required=False, max_length=64)
    act = forms.ChoiceField(label=_("したこと"), required=False)
    day = DayField(label=_("日"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed on
        self.fields["act"].choices = [("", gettext("すべて")), *ACTS.items()]  # type: ignore[attr-defined]  # a ChoiceField
