"""Two people changed the same text: what both wrote is in the result, and nobody reads what nobody wrote.

The unit is a sentence or a line, never a character: 「三百件」 put right by one into 「四百件」 and by another into
「三百五件」 must not become 「四百五件」. Where both changed the same sentence, both stay, one under the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_UNIT = re.compile(r"\n|[^\n。！？]+[。！？]*[」』）)]*|[。！？]+[」』）)]*")
MOST_UNITS = 600  # between what is the same at both ends; a longer stretch counts as changed in one piece


@dataclass(frozen=True)
class Merged:
    """The text with both changes. `is_split`: both changed the same words, and both versions stand there."""

    text: str
    is_split: bool = False


@dataclass(frozen=True)
class _Hunk:
    start: int
    end: int
    new: tuple[str, ...]


def merge(base: str, theirs: str, mine: str) -> Merged:
    """Give what becomes of `base` when one person made `theirs` of it and another `mine`."""
    if mine in (theirs, base):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    units, their_units, my_units = _units(base), _units(theirs), _units(mine)
    regions = _regions(_hunks(units, their_units), _hunks(units, my_units))
    out: list[str] = []
    at, is_split = 0, False
    for start, end, left, right in regions:
        out += units[at:start]
        at = end
        their_text, my_text = _applied(units, start, end, left), _applied(units, start, end, right)
        if not right or (left and their_text == my_text):
            out.append(their_text)
        elif not left:
            out.append(my_text)
        else:
            out.append(_one_under_the_other(their_text, my_text))
            is_split = is_split or start < end
    return Merged("".join([*out, *units[at:]]), is_split)


def _units(text: str) -> list[str]:
    return _UNIT.findall(text)


def _hunks(base: list[str], changed: list[str]) -> list[_Hunk]:
    """Give where `changed` differs, compared between what is the same at both ends; as one piece where that is long."""
    same = next(
        (at for at, (a, b) in enumerate(zip(base, changed, strict=False)) if a != b), min(len(base), len(changed))
    )
    left, right = base[same:], changed[same:]
    tail = 0
    while tail < min(len(left), len(right)) and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    left, right = left[: len(left) - tail], right[: len(right) - tail]
    if max(len(left), len(right)) > MOST_UNITS:
        return [_Hunk(same, same + len(left), tuple(right))]
    found = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return [_Hunk(same + i, same + k, tuple(right[j:m])) for kind, i, k, j, m in found if kind != "equal"]


def _regions(left: list[_Hunk], right: list[_Hunk]) -> Iterator[tuple[int, int, list[_Hunk], list[_Hunk]]]:
    """Give the stretches of the base that were changed, each with the hunks of either side that meet in it."""
    waiting = sorted([(hunk.start, hunk.end, 0, hunk) for hunk in left] + [(h.start, h.end, 1, h) for h in right],
                     key=lambda each: each[:3])  # fmt: skip
    while waiting:
        start, end, side, hunk = waiting.pop(0)
        sides: tuple[list[_Hunk], list[_Hunk]] = ([], [])
        sides[side].append(hunk)
        while waiting and (waiting[0][0] < end or waiting[0][0] == start):
            _, until, side, hunk = waiting.pop(0)
            end = max(end, until)
            sides[side].append(hunk)
        yield start, end, *sides


def _applied(units: list[str], start: int, end: int, hunks: list[_Hunk]) -> str:
    out: list[str] = []
    for hunk in hunks:
        out += [*units[start : hunk.start], *hunk.new]
        start = hunk.end
    return "".join([*out, *units[start:end]])


def _one_under_the_other(theirs: str, mine: str) -> str:
    if not theirs.strip() or not mine.strip():  # one took away what the other changed: what was written stays
        return theirs if theirs.strip() else mine
    is_parted = theirs.endswith("\n") or mine.startswith("\n")
    return f"{theirs}{'' if is_parted else chr(10)}{mine}"
