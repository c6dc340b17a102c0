"""What is typed when a form is described: a line a field, boxes in millimetres or cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from hiroba.extract.form_places import Choice, Field, box_of
from hiroba.features.forms.models import Form, Medium

KIND_WORDS = (
    ("text", _("文字")),
    ("number", _("数")),
    ("date", _("日付")),
    ("choice", _("えらぶ")),
    ("check", _("印(レ点)")),
)
EMPTY_LINES = 3
MOST_LINES = 300
_POINTS = 72 / 25.4
_MILLIMETRES = re.compile(r"\s*([\d.]+)\s*[,、 ]\s*([\d.]+)\s*[,、 ]\s*([\d.]+)\s*[,、 ]\s*([\d.]+)\s*")


class NewForm(forms.Form):
    """The name of a form, and the empty sheet it is described on."""

    name = forms.CharField(label=_("様式の名前"), max_length=100)
    record = forms.ChoiceField(
        label=_("何も書いていない様式"), help_text=_("取り込んだ PDF・画像・Excel からえらびます。")
    )
    page = forms.IntegerField(label=_("何ページ目か"), min_value=1, max_value=5000, initial=1)

    def __init__(self, choices: Iterable[tuple[int, str]], data: object = None, chosen: str = "") -> None:
        super().__init__(data, initial={"record": chosen})  # type: ignore[arg-type]  # a request's POST, or nothing
        field = self.fields["record"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


@dataclass(frozen=True)
class Line:
    """A field as it is typed."""

    number: int
    name: str = ""
    kind: str = "text"
    place: str = ""
    choices: str = ""


def lines_of(form: Form, fields: Iterable[Field]) -> list[Line]:
    """Give a form's fields as lines to type in, and some empty ones after them."""
    lines = [
        Line(number, field.name, field.kind, said_place(field.place), _said_choices(field.choices))
        for number, field in enumerate(fields)
    ]
    return lines + [Line(number) for number in range(len(lines), len(lines) + EMPTY_LINES)]


def lines_in(sent: Mapping[str, str]) -> list[Line]:
    """Give the lines that were sent; those without a name and a place are left out."""
    found = []
    for number in range(MOST_LINES):
        name = sent.get(f"name-{number}", "").strip()[:100]
        place = sent.get(f"place-{number}", "").strip()[:200]
        if name or place:
            kind, choices = sent.get(f"kind-{number}", "text"), sent.get(f"choices-{number}", "")
            found.append(Line(number, name, kind, place, choices[:2000]))
    return found


def fields_from(form: Form, lines: Iterable[Line]) -> list[Field]:
    """Give lines as fields; a place that is none is kept as it stands, for the action to refuse."""
    return [Field(line.name, line.kind, _place(form, line.place), _choices(form, line.choices)) for line in lines]


def said_place(place: str) -> str:
    """Give a box as `left,top,width,height` in millimetres, cells as they are."""
    box = box_of(place)
    if box is None:
        return place
    return ",".join(f"{side / _POINTS:.1f}" for side in (box.x, box.y, box.wide, box.high))


def _place(form: Form, said: str) -> str:
    found = _MILLIMETRES.fullmatch(said)
    if form.medium == Medium.PAPER and found:
        try:
            sides = [float(found[index]) * _POINTS for index in range(1, 5)]
        except ValueError:
            return said
        return f"page={form.page};box=" + ",".join(f"{side:.2f}" for side in sides)
    return said


def _said_choices(choices: Iterable[Choice]) -> str:
    lines = (f"{choice.value} = {said_place(choice.place)}" if choice.place else choice.value for choice in choices)
    return "\n".join(lines)


def _choices(form: Form, said: str) -> tuple[Choice, ...]:
    """A choice a line, `word` or `word = place`; several on one line parted by ・ or /."""
    found = []
    for line in said.splitlines():
        value, _equals, place = (part.strip() for part in line.partition("="))
        values = [value] if place else [each.strip() for each in re.split(r"[・/|]", value)]
        found += [Choice(each[:100], _place(form, place)) for each in values if each]
    return tuple(found)
