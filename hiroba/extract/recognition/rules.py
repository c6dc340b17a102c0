"""Ruled lines of a page and the tables they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiroba.extract.recognition.preparation import Bits

_SHORTEST = 60  # pixels: longer than any stroke of ordinary writing at 200 dots an inch
_UNBROKEN = 0.9  # of the dots of a rule are black
_THICKEST = 14  # pixels; what is thicker is a bar or a picture
_NEAR = 8  # pixels: rules that meet end this near to each other, or overshoot so much


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: at `at` across its direction, from `start` to `end` along it."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Table:
    """Rules that touch one another, at least two each way."""

    level: tuple[Rule, ...]
    upright: tuple[Rule, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Edges: left, top, right, bottom."""
        rules = [(r.start, r.at, r.end, r.at) for r in self.level] + [
            (r.at, r.start, r.at, r.end) for r in self.upright
        ]
        return min(r[0] for r in rules), min(r[1] for r in rules), max(r[2] for r in rules), max(r[3] for r in rules)

    def cell_of(self, x: float, y: float) -> tuple[float, float, float, float]:
        """Give the cell around a point: the nearest rules above, left, below and right (top, left, bottom, right)."""
        across = [rule.at for rule in self.level if rule.start - _NEAR <= x <= rule.end + _NEAR]
        along = [rule.at for rule in self.upright if rule.start - _NEAR <= y <= rule.end + _NEAR]
        return (
            max((at for at in across if at <= y), default=0.0),
            max((at for at in along if at <= x), default=0.0),
            min((at for at in across if at > y), default=float("inf")),
            min((at for at in along if at > x), default=float("inf")),
        )


def find_tables(ink: Bits) -> list[Table]:
    """Give the tables and forms that rules make; single underlines and frames around a heading are none."""
    level = _rules(ink)
    upright = _rules(ink.T)
    groups: list[tuple[list[Rule], list[Rule]]] = []
    for rule in level:
        touching = [each for each in upright if _meet(rule, each)]
        joined = [group for group in groups if any(each in group[1] for each in touching)]
        groups = [group for group in groups if group not in joined]
        ups = list(dict.fromkeys([*(each for group in joined for each in group[1]), *touching]))
        groups.append(([*(each for group in joined for each in group[0]), rule], ups))
    return [Table(tuple(across), tuple(up)) for across, up in groups if len(across) >= 2 and len(up) >= 2]


def _meet(level: Rule, upright: Rule) -> bool:
    return (
        level.start - _NEAR <= upright.at <= level.end + _NEAR
        and upright.start - _NEAR <= level.at <= upright.end + _NEAR
    )


def _rules(ink: Bits) -> list[Rule]:
    """Rules along the rows of `ink`."""
    sums = np.cumsum(np.pad(ink, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    full = sums[:, _SHORTEST:] - sums[:, :-_SHORTEST] >= _UNBROKEN * _SHORTEST
    found: list[tuple[int, int, int]] = []
    for y in np.nonzero(full.any(axis=1))[0]:
        edges = np.flatnonzero(np.diff(np.pad(full[y], 1).astype(np.int8)))
        found += [(int(y), int(start), int(end) + _SHORTEST - 1) for start, end in edges.reshape(-1, 2)]
    return _joined(found)


def _joined(runs: list[tuple[int, int, int]]) -> list[Rule]:
    """Runs in neighbouring rows that overlap are one rule; what grows too thick is none."""
    open_rules: list[list[float]] = []  # top, bottom, start, end
    done: list[list[float]] = []
    for y, start, end in runs:
        done += [rule for rule in open_rules if rule[1] < y - 3]
        open_rules = [rule for rule in open_rules if rule[1] >= y - 3]
        same = [rule for rule in open_rules if rule[2] <= end + _NEAR and rule[3] >= start - _NEAR]
        if not same:
            open_rules.append([y, y, start, end])
            continue
        first = same[0]
        for other in same[1:]:
            first[0], first[2], first[3] = min(first[0], other[0]), min(first[2], other[2]), max(first[3], other[3])
            open_rules.remove(other)
        first[1], first[2], first[3] = y, min(first[2], start), max(first[3], end)
    return [Rule((r[0] + r[1]) / 2, r[2], r[3]) for r in done + open_rules if r[1] - r[0] <= _THICKEST]
