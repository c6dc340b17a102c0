"""What waits for a person in this room, as きょう shows it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from hiroba.features.forms.queries import can_describe, forms_visible_to, questions_visible_to
from hiroba.foundation.people.models import Person
from hiroba.foundation.web.errands import Errand


def ask(person: Person) -> Iterator[Errand]:
    """Give the boxes that could not be read for sure, of the forms of the person's own section."""
    for form in forms_visible_to(person):
        if can_describe(person, form):
            count = len(questions_visible_to(person, form))
            why = _("機械がはっきり読めなかった欄です。紙を見て、正しい値を入れてください。")
            yield Errand(form.name, reverse("form-questions", args=[form.pk]), count, why)
