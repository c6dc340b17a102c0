"""One writing for what is written in many ways: width, case, old and variant characters. For the index only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

# Characters that belong to the one before them: combining marks, half-width sound marks, variation selectors (IVS).
_SELECTORS = "\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CLUSTER = re.compile(
    rf"[\r\n]|[\u1100-\u11ff]+|.[\u0300-\u036f\u20d0-\u20ff\u3099\u309a\uff9e\uff9f{_SELECTORS}]*", re.DOTALL
)
# Invisible and without meaning for search: selectors, soft hyphen, zero-width and direction marks.
_INVISIBLE = re.compile(rf"[{_SELECTORS}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# One quick look for whatever the slower steps are for: most texts have none of it.
_UNUSUAL = re.compile(
    "[\u00ad\u0300-\u036f\u1100-\u11ff\u180b-\u180d\u200b-\u200f\u202a-\u202e\u2060-\u20ff\u3099\u309a"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uff9e\uff9f\U000e0100-\U000e01ef]"
)


@cache
def variants() -> dict[int, str]:
    """Give the table of variant characters (異体字) to the one they are indexed as; see data/variants.txt."""
    table: dict[int, str] = {}
    text = resources.files("hiroba.language").joinpath("data/variants.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kept, *others = line.split()
            table.update({ord(other): kept for other in others})
    return table


def fold(text: str) -> str:
    """Fold `text` for the index: NFKC, case, variant characters; lone surrogates become spaces. Never raises."""
    if text.isascii():
        return text.lower()
    safe = _INVISIBLE.sub("", _SURROGATE.sub(" ", text)) if _UNUSUAL.search(text) else text
    normal = safe if unicodedata.is_normalized("NFKC", safe) else unicodedata.normalize("NFKC", safe)
    return normal.casefold().translate(variants())


_fold_cluster = lru_cache(maxsize=8192)(fold)


def fold_with_origins(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Fold `text` and say, for each character of the result, where it starts and ends in the original."""
    folded = fold(text)
    if len(folded) == len(text) and not _UNUSUAL.search(text):
        # Nothing joins its neighbour or vanishes, so no character became two: places are the same.
        return folded, range(len(text)), range(1, len(text) + 1)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        folded = _fold_cluster(match.group())
        pieces.append(folded)
        starts.extend([match.start()] * len(folded))
        ends.extend([match.end()] * len(folded))
    return "".join(pieces), starts, ends
