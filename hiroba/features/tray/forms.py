"""What is typed at a paper in the tray, and at a separator sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hiroba.foundation.people.queries import today
from hiroba.language.form_values import read_date


class JapaneseDayField(forms.CharField):
    """A day as people write it: 令和8年11月23日, R8.11.23, 2026/11/23."""

    def clean(self, value: object) -> dt.date | None:
        """Give the day, None when empty."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        read = read_date(text, today())
        if read is None:
            raise ValidationError(_("令和8年11月23日、R8.11.23、2026/11/23 のように書いてください。"))
        return dt.date.fromisoformat(read)


class PaperForm(forms.Form):
    """What a paper is."""

    title = forms.CharField(label=_("題名"), max_length=300)
    dated_on = JapaneseDayField(label=_("日付"), required=False, help_text=_("紙に書いてある日付。和暦でも書けます。"))
    sender = forms.CharField(label=_("差出人"), required=False, max_length=200)


class SeparatorForm(forms.Form):
    """For whom the papers after a sheet are, and what they are."""

    audience = forms.ChoiceField(label=_("だれと共有しますか"), widget=forms.RadioSelect)
    kind = forms.CharField(
        label=_("種類"),
        required=False,
        max_length=60,
        help_text=_("例: 一時保育 利用申込書。受け箱と紙の上に表示します。"),
    )

    def __init__(self, choices: Sequence[tuple[str, str]], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a request's POST, or nothing
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
        field.initial = choices[0][0] if choices else ""
