"""What people's words for kinds and units mean in this office today."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import translation

from hiroba.archive.kinds import KIND_BY_SUFFIX, LABELS
from hiroba.foundation.people.queries import Tree
from hiroba.language.folding import fold

_OTHER_NAMES = {
    "sheet": ("excel", "エクセル", "表計算", "csv"),
    "word": ("word", "ワード", "文書", "資料"),
    "slides": ("powerpoint", "パワーポイント", "パワポ"),
    "mail": ("mail", "email", "メール"),
    "web": ("html",),
}


class OfficeVocabulary:
    """Kinds by their labels, other names and suffixes; units by code, name or the beginning of a name."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def find_kinds(self, text: str) -> Collection[str]:
        """Give the kinds that `text` names."""
        asked = fold(text).strip()
        if (by_suffix := KIND_BY_SUFFIX.get(f".{asked.lstrip('.')}")) is not None:
            return {by_suffix}
        names = {kind: {kind, *map(fold, (*_labels(kind), *_OTHER_NAMES.get(kind, ())))} for kind in LABELS}
        return {kind for kind, known in names.items() if asked in known}

    def find_units(self, text: str) -> Collection[str]:
        """Give the codes of the units called so, exactly or by part of the name when none is exact."""
        asked = fold(text).strip()
        if text.strip() in self._tree.names:
            return {text.strip()}
        exact = {code for code, name in self._tree.names.items() if fold(name) == asked}
        return exact or {code for code, name in self._tree.names.items() if asked and asked in fold(name)}


def _labels(kind: str) -> tuple[str, str]:
    """Give a kind's label in Japanese and in the reader's language: a query means the same in both."""
    with translation.override("ja"):
        japanese = str(LABELS[kind])
    return japanese, str(LABELS[kind])
