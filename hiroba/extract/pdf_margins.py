"""What a PDF repeats on its pages: running heads and page numbers, told apart from the text by their place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from hiroba.extract.passages import Kind, Passage

FEWEST = 3  # pages that must repeat a line before it is called a running one
PART = 0.5  # of all pages that have text
_LONGEST = 120  # characters of a running line
_PLACE = re.compile(r"page=(\d+);box=[\d.-]+,([\d.-]+),[\d.-]+,([\d.-]+)")
_NUMBER = re.compile(r"\d+")
_NEAR = 4.0  # points: as far apart as two pages' running lines may stand

Key = tuple[str, int]


def told_apart(passages: Sequence[Passage]) -> list[Passage]:
    """Give the passages with running lines called header or footer: the same words, numbers aside, at the same height
    of at least half of the pages. Page numbers that stand alone are such lines too."""
    seen: dict[Key, set[str]] = defaultdict(set)
    tops: dict[str, list[float]] = defaultdict(list)
    places = [_place(passage) for passage in passages]
    for passage, place in zip(passages, places, strict=True):
        if place is not None:
            page, middle = place
            tops[page].append(middle)
            seen[_key(passage, middle)].add(page)
    least = max(FEWEST, PART * len(tops))
    running = {key for key, pages in seen.items() if len(pages) >= least}
    return [
        replace(passage, kind=_side(place[1], tops[place[0]]), level=0)
        if place is not None and _key(passage, place[1]) in running
        else passage
        for passage, place in zip(passages, places, strict=True)
    ]


def _side(middle: float, among: list[float]) -> Kind:
    return "header" if middle - min(among) <= max(among) - middle else "footer"


def _place(passage: Passage) -> tuple[str, float] | None:
    """Page and middle of what may be a running line: short, and no row (tables repeat their heads for a reason)."""
    if len(passage.text) > _LONGEST or passage.kind not in ("paragraph", "heading"):
        return None
    found = _PLACE.match(passage.locator)
    return (found[1], float(found[2]) + float(found[3]) / 2) if found else None


def _key(passage: Passage, middle: float) -> Key:
    return _NUMBER.sub("0", passage.text), round(middle / _NEAR)
