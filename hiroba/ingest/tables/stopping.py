"""The gate over rows, before any of them is written: a row that holds a マイナンバー waits outside, its column named.

A whole record would be stopped for one such row; and a column of bare numbers shows only when looked at together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from hiroba.archive.columns import numbers_over_fields
from hiroba.language.private import find_my_numbers

# Twelve figures of any width in one run, however parted: what has none need not be looked at more closely here.
_FIGURES = re.compile(r"(?:[\d\u2460-\u2473〇一二三四五六七八九][\s|\-\u2010-\u2015\u2212ー─━]{0,3}){12}")


def find_stopped(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """Give for each row (by its index) that must not be taken in the name of the column where it stands.

    `rows` should be some hundreds at once: each column is read downwards under its name, then each row across."""
    stopped: dict[int, str] = {}
    for position, name in enumerate(names):
        for index in _in_column(name, [row[position] for row in rows]):
            stopped.setdefault(index, name)
    head = "\t".join(names)
    for index, row in enumerate(rows):
        if index not in stopped and (place := _in_row(names, head, row)) is not None:
            stopped[index] = names[place]
    return stopped


def _in_column(name: str, cells: Sequence[str]) -> set[int]:
    starts, text = _joined(cells, "\n")
    if not _FIGURES.search(text):
        return set()
    return {bisect_right(starts, found.start) - 1 for found in find_my_numbers(text, context=name)}


def _in_row(names: Sequence[str], head: str, cells: Sequence[str]) -> int | None:
    starts, text = _joined([cell.replace("\n", " ").replace("\t", " ") for cell in cells], "\t")
    if not _FIGURES.search(text):
        return None
    found = find_my_numbers(text, context=head)
    if found:
        return bisect_right(starts, found[0].start) - 1
    return min(numbers_over_fields(list(zip(names, cells, strict=False))), default=None)


def _joined(cells: Sequence[str], mark: str) -> tuple[list[int], str]:
    starts, at = [], 0
    for cell in cells:
        starts.append(at)
        at += len(cell) + len(mark)
    return starts, mark.join(cells)
