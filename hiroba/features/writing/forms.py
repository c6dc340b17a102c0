"""What is typed about a page: how it begins, who writes in it, for whom it is posted, where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from hiroba.features.writing.outlines import OUTLINES


class NewPageForm(forms.Form):
    """How a page begins."""

    title = forms.CharField(label=_("題名"), max_length=200, help_text=_("あとで変えられます。"))
    outline = forms.ChoiceField(
        label=_("ひな形"),
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a request's POST, or nothing
        field = self.fields["outline"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.key, f"{each.name} — {each.when}") for each in OUTLINES]


def audience_choices(login: str, teams: Iterable[str]) -> list[tuple[str, StrPromise | str]]:
    """Give whom a person may choose, narrowest first: (what `parse_audience` reads, what it is called)."""
    return [
        (f"person:{login}", _("自分だけ")),
        ("section", _("わたしの課")),
        *((f"team:{name}", name) for name in teams),
        ("everyone", _("全庁")),
    ]


class AudienceForm(forms.Form):
    """Who may read and type; the choices are those of `parse_audience`, with the person's own teams."""

    audience = forms.ChoiceField(label=_("だれと書きますか"), widget=forms.RadioSelect)

    def __init__(self, login: str, teams: Iterable[str], data: object = None, chosen: str = "") -> None:
        super().__init__(data, initial={"audience": chosen})  # type: ignore[arg-type]  # a request's POST, or nothing
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = audience_choices(login, teams)


class PostingForm(AudienceForm):
    """For whom a page is posted, and why where that is narrower than the office."""

    reason = forms.CharField(
        label=_("狭くする理由"),
        required=False,
        max_length=500,
        help_text=_("チームだけ、自分だけにするときに、一言書いてください。"),
    )

    def __init__(self, login: str, teams: Iterable[str], data: object = None) -> None:
        super().__init__(login, teams, data, "everyone")
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.label = _("だれが読めるようにしますか")
        field.choices = audience_choices(login, teams)[::-1]


class PlaceForm(forms.Form):
    """A posted page's title, and the page it stands under."""

    title = forms.CharField(label=_("題名"), max_length=200)
    parent = forms.ChoiceField(label=_("上に置くページ"), required=False)

    def __init__(self, parents: Iterable[tuple[int, str]], data: object = None, **initial: object) -> None:
        super().__init__(data, initial=initial)  # type: ignore[arg-type]  # a request's POST, or nothing
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("なし(いちばん上)")), *((str(key), title) for key, title in parents)]
