"""Where a scan falls into papers: at separator sheets, blank pages left out. Pure: pages in, papers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """What is on a page of a scan. `separator` is a sheet of ours (its id), 0 on every other page; a code that looks
    like ours but was not signed by us makes a page `is_forged`: it is paper like any other."""

    is_blank: bool = False
    separator: int = 0
    is_forged: bool = False


@dataclass(frozen=True)
class Part:
    """Pages (from 1) that belong together, the blank ones among them left out, and the sheet before them (0: none)."""

    pages: tuple[int, ...]
    left_out: tuple[int, ...]
    separator: int


def parts_of(pages: Sequence[Page]) -> list[Part]:
    """Give the papers of a scan in order. A separator's empty back counts to nothing; a scan of blank pages only, or
    of separators only, has no paper."""
    found: list[Part] = []
    inside: list[int] = []
    blank: list[int] = []
    separator = 0
    for number, page in enumerate(pages, start=1):
        if page.separator:
            found += _part(inside, blank, separator)
            inside, blank, separator = [], [], page.separator
        else:
            (blank if page.is_blank else inside).append(number)
    return found + _part(inside, blank, separator)


def _part(inside: list[int], blank: list[int], separator: int) -> list[Part]:
    return [Part(tuple(inside), tuple(blank), separator)] if inside else []
