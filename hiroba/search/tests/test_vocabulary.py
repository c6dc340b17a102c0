"""Words for kinds mean the same to everybody, whatever language their screen has."""

from __future__ import annotations

import pytest
from django.utils import translation

from hiroba.foundation.people.queries import get_tree
from hiroba.search.vocabulary import OfficeVocabulary


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("word", "kind"), [("表", "sheet"), ("スライド", "slides"), ("sheet", "sheet"), (".xlsx", "sheet")]
)
def test_a_kind_is_known_by_its_japanese_name_on_every_screen(word: str, kind: str, language: str) -> None:
    with translation.override(language):
        assert OfficeVocabulary(get_tree()).find_kinds(word) == {kind}
