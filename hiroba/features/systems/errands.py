"""What waits for a person in this room, as きょう shows it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from hiroba.foundation.people.models import Person
from hiroba.foundation.web.errands import Errand
from hiroba.ingest.report_queries import report_sources_visible_to
from hiroba.ingest.tables.queries import tables_visible_to


def ask(person: Person) -> Iterator[Errand]:
    """Give the tables and folders of reports that ask whoever stands for them something, or could not be fetched."""
    why = _("あなたが受け持つ表です。列の意味や、消えた行について、決めることがあります。")
    for row in tables_visible_to(person):
        if row.source.person_id == person.pk and row.trouble:
            yield Errand(row.source.name, reverse("system", args=[row.source.pk]), 1, why)
    why = _("あなたが受け持つ帳票です。続けて取り込めていません。")
    for folder in report_sources_visible_to(person):
        if folder.source.person_id == person.pk and folder.trouble:
            yield Errand(folder.source.name, reverse("system", args=[folder.source.pk]), 1, why)
