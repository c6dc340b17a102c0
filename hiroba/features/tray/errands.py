"""What waits for a person in this room, as きょう shows it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from hiroba.features.tray.queries import count_waiting
from hiroba.foundation.people.models import Person
from hiroba.foundation.web.errands import Errand


def ask(person: Person) -> Iterator[Errand]:
    """Give the papers in the person's trays that nobody has confirmed."""
    why = _("あなたの課に届いた紙です。何の紙かを確かめると、あとで見つけやすくなります。")
    yield Errand(_("課の受け箱"), reverse("tray"), count_waiting(person), why)
