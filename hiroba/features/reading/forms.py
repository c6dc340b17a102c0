"""What is typed on a record's page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

CHOICES = [
    ("everyone", _("全庁で共有")),
    ("section", _("わたしの課で共有")),
    ("unit", _("ほかの部署で共有")),
    ("person", _("わたしだけ")),
]


class SharingForm(forms.Form):
    """Whom to share with, and why where it is narrower."""

    audience = forms.ChoiceField(label=_("だれと共有しますか"), choices=CHOICES, widget=forms.RadioSelect)
    unit = forms.CharField(label=_("部署コード"), required=False, max_length=32)
    reason = forms.CharField(label=_("理由"), required=False, max_length=500)

    def audience_text(self, login: str) -> str:
        """Give the choice in the words of `parse_audience`."""
        chosen = str(self.cleaned_data["audience"])
        if chosen == "unit":
            return f"unit:{self.cleaned_data['unit'].strip()}"
        return f"person:{login}" if chosen == "person" else chosen


class WhyForm(forms.Form):
    """Whose view of the record to explain."""

    login = forms.CharField(label=_("職員のログイン"), max_length=64, required=False)
