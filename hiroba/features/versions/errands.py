"""What waits for a person in this room, as きょう shows it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from hiroba.foundation.people.models import Person
from hiroba.foundation.web.errands import Errand
from hiroba.ingest.versions.queries import offers_waiting_for


def ask(person: Person) -> Iterator[Errand]:
    """Give the papers the person brought in that look like versions of each other."""
    why = _("あなたが取り込んだ資料です。どれが新しいかを決めると、古いほうに「最新版はこちら」と出ます。")
    yield Errand(_("版かもしれないもの"), reverse("versions"), len(offers_waiting_for(person)), why)
