"""Other words for the same thing: a question is widened with them, what is stored never is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from hiroba.language.folding import fold

MOST = 8  # expansions of one word


class Synonyms:
    """Groups of words that mean the same. A word may stand in several groups; one inside another stands
    for nothing: 学校 finds 小学校 anyway, and 消防団 does not mean 消防."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._groups: dict[str, list[str]] = {}
        for line in lines:
            group = [word.strip() for word in line.split(",") if word.strip()]
            if line.startswith("#") or len(group) < 2:
                continue
            for word in group:
                known = self._groups.setdefault(fold(word), [])
                known.extend(other for other in group if not _holds_the_other(word, other) and other not in known)

    def of(self, word: str) -> tuple[str, ...]:
        """Give other words for `word`, nearest group first, at most MOST; none when it is unknown."""
        return tuple(self._groups.get(fold(word), ())[:MOST])

    def __len__(self) -> int:
        return len(self._groups)


def _holds_the_other(first: str, second: str) -> bool:
    return fold(first) in fold(second) or fold(second) in fold(first)


@cache
def load_synonyms(extension: Path | None = None) -> Synonyms:
    """Load the dictionary that comes with Hiroba, and an office's own file in the same form where it has one.

    A missing or unreadable office file raises OSError or UnicodeDecodeError: a setting that names it is wrong."""
    own = resources.files("hiroba.language").joinpath("data/synonyms.txt").read_text(encoding="utf-8").splitlines()
    added = extension.read_text(encoding="utf-8-sig").splitlines() if extension else []
    return Synonyms([*added, *own])
