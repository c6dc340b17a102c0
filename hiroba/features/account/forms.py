"""What is typed into the pages of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hiroba.foundation.people.models import Person


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200)


class SignInForm(forms.Form):
    """Login and password."""

    login = forms.CharField(
        label=_("ログイン名"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = _password(_("パスワード"), "current-password")


class PasswordForm(forms.Form):
    """The present password (not asked of somebody who came with a slip) and the new one, twice."""

    old = _password(_("いまのパスワード"), "current-password")
    new = _password(_("新しいパスワード"), "new-password")
    again = _password(_("新しいパスワードをもう一度"), "new-password")

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["new"].help_text = gettext("10文字以上。よくある言葉や、数字だけのものは使えません。")
        if person.must_change_password:
            del self.fields["old"]

    def clean_old(self) -> str:
        """Check that it is really the person who sits there."""
        old: str = self.cleaned_data["old"]
        if not self.person.check_password(old):
            raise ValidationError(gettext("いまのパスワードが違います。"))
        return old

    def clean_new(self) -> str:
        """Check the new password against the office's rules and the present one."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.person)
        if self.person.has_usable_password() and self.person.check_password(new):
            raise ValidationError(gettext("いまと違うパスワードにしてください。"))
        return new

    def clean(self) -> dict[str, Any]:
        """Check that the new password was typed the same twice."""
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", gettext("2つの新しいパスワードが違います。"))
        return cleaned


class TokenForm(forms.Form):
    """What a token is for and how long it lives."""

    name = forms.CharField(label=_("何に使いますか"), max_length=100, help_text=_("例: 毎朝の集計"))
    days = forms.TypedChoiceField(
        label=_("いつまで"), coerce=int, initial=90, choices=[(30, _("30日")), (90, _("90日")), (365, _("1年"))]
    )
