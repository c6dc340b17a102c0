"""The form of a source: what every source has, and what its kind asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hiroba.features.administration.actions_sources import LEAST_SECONDS, MOST_SECONDS, Wish
from hiroba.features.administration.sources import audience_choices, audience_text
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.words import say
from hiroba.ingest.models import Source
from hiroba.ingest.sources import Field, SourceKind


class SourceForm(forms.Form):
    """A source of one kind; `source` when it is there already: then an empty secret stays as it was."""

    name = forms.CharField(label=_("名前"), max_length=100, help_text=_("一覧に出る名前です。例: 公園課のメール"))
    login = forms.CharField(
        label=_("責任者のログイン名"),
        max_length=64,
        help_text=_("届いたものは、この人が取り込んだことになります。続けて取れないときは、この人に知らせます。"),
    )
    audience = forms.ChoiceField(
        label=_("だれと共有しますか"),
        help_text=_("責任者の部署の中だけを選べます。全庁へは、届いたものを確かめてから広げてください。"),
    )
    minutes = forms.FloatField(
        label=_("何分おきに取りに行きますか"),
        min_value=LEAST_SECONDS / 60,
        max_value=MOST_SECONDS / 60,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
    )

    def __init__(self, kind: SourceKind, source: Source | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.source = kind, source
        chosen = audience_text(source) if source else "section"
        first = [("section", gettext("責任者の課")), *audience_choices()]
        if chosen not in dict(first):
            first.append((chosen, gettext("いまのまま")))
        audience = self.fields["audience"]
        audience.choices, audience.initial = first, chosen  # type: ignore[attr-defined]  # a ChoiceField
        seconds = source.every_seconds if source else kind.every_seconds
        self.fields["minutes"].initial = f"{seconds / 60:g}"
        if kind.visit is None:
            del self.fields["minutes"]
        if source is not None:
            self.fields["name"].initial, self.fields["login"].initial = source.name, source.person.login
        for asked in kind.fields:
            self.fields[f"set_{asked.name}"] = _field(asked, source)

    def clean_login(self) -> str:
        """Give the login of somebody who is here."""
        login = str(self.cleaned_data["login"]).strip()
        try:
            found: Person = get_person(login)
        except Refusal as refusal:
            raise forms.ValidationError(say(refusal.code, refusal.params)) from None
        return found.login

    def asked(self) -> list[Any]:
        """List the bound fields of the kind's own, in its order."""
        return [self[f"set_{each.name}"] for each in self.kind.fields]

    def wish(self) -> Wish:
        """Give what was typed."""
        given = {each.name: str(self.cleaned_data.get(f"set_{each.name}") or "") for each in self.kind.fields}
        secret = {each.name for each in self.kind.fields if each.is_secret}
        return Wish(
            name=self.cleaned_data["name"],
            login=self.cleaned_data["login"],
            audience=self.cleaned_data["audience"],
            every_seconds=int(float(self.cleaned_data.get("minutes") or 0) * 60),
            settings={name: value for name, value in given.items() if name not in secret},
            secrets={name: value for name, value in given.items() if name in secret},
        )


def _field(asked: Field, source: Source | None) -> forms.Field:
    """Make a form field of what a kind asks for."""
    known = str(source.settings.get(asked.name, asked.default)) if source else asked.default
    common: dict[str, Any] = {"label": asked.label, "help_text": asked.help, "required": asked.is_required}
    if asked.is_secret:
        if source is not None:
            common |= {"required": False, "help_text": _("変えないときは、空のままにしてください。")}
        return forms.CharField(**common, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    if asked.choices:
        return forms.ChoiceField(**common, choices=asked.choices, initial=known)
    if asked.is_number:
        return forms.RegexField(
            r"^[0-9]{1,9}$",
            **common,
            initial=known,
            error_messages={"invalid": _("半角の数字で書いてください。")},
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
        )
    return forms.CharField(**common, initial=known, max_length=500)
