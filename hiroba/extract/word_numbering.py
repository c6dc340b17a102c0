"""The numbers Word puts before paragraphs: counted here as Word counts them, for they are nowhere in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hiroba.extract.numerals import numeral
from hiroba.extract.strange_xml import Element, attribute, elements, find_element
from hiroba.extract.word_styles import Style

_PLACE = re.compile(r"%([1-9])")
_SUFFIX = {"space": " ", "nothing": ""}
_DEPTHS = 9


@dataclass(slots=True)
class _Level:
    style: str = "decimal"
    text: str = ""
    start: int = 1
    suffix: str = " "
    restarts_after: int | None = None  # w:lvlRestart; None: after any level above
    is_legal: bool = False


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: list[int | None] = field(default_factory=lambda: [None] * _DEPTHS)


class Numbering:
    """The lists of one document with their counters; ask once for each paragraph, in document order."""

    def __init__(self, root: Element | None) -> None:
        self._abstract: dict[str, Element] = {}
        self._lists: dict[str, _List] = {}  # those in use: documents carry dozens that are not
        self._numbers: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._begun: set[tuple[str, int]] = set()
        self._starts: dict[tuple[str, int], int] = {}
        if root is None:
            return
        self._abstract = {attribute(each, "abstractNumId"): each for each in elements(root, "abstractNum")}
        for number in elements(root, "num"):
            self._read_number(number)

    def _read_number(self, number: Element) -> None:
        identifier = attribute(number, "numId")
        changed: dict[int, _Level] = {}
        for override in elements(number, "lvlOverride"):
            level = find_element(override, "lvl")
            if level is not None:
                changed[_depth(override)] = _level(level)
            start = attribute(find_element(override, "startOverride"), "val")
            if start.isdecimal():
                self._starts[identifier, _depth(override)] = int(start)
        self._numbers[identifier] = attribute(find_element(number, "abstractNumId"), "val"), changed

    def label(self, properties: Element | None, style: Style) -> str:
        """Give what stands before the paragraph, separator included ("第1条 ", "(2) ", "・ "); empty when nothing."""
        direct = find_element(properties, "numPr")
        identifier = attribute(find_element(direct, "numId"), "val") or style.number
        depth = attribute(find_element(direct, "ilvl"), "val")
        at = int(depth) if depth.isdecimal() else style.depth or 0
        abstract, changed = self._numbers.get(identifier, ("", {}))
        found = self._find_list(abstract)
        if found is None or identifier == "0" or at >= _DEPTHS:
            return ""
        levels = {**found.levels, **changed}
        self._count(found, levels, identifier, at)
        return _shown(levels, found.counts, at)

    def _find_list(self, abstract: str) -> _List | None:
        if abstract not in self._lists:
            element = self._levels_of(abstract)
            if element is None:
                return None
            self._lists[abstract] = _List({_depth(level): _level(level) for level in elements(element, "lvl")})
        return self._lists[abstract]

    def _levels_of(self, abstract: str) -> Element | None:
        """The element that holds a list's levels: itself, or the one whose list style it borrows."""
        element = self._abstract.get(abstract)
        borrowed = attribute(find_element(element, "numStyleLink"), "val")
        if not borrowed:
            return element
        owners = (e for e in self._abstract.values() if attribute(find_element(e, "styleLink"), "val") == borrowed)
        return next(owners, element)

    def _count(self, found: _List, levels: dict[int, _Level], identifier: str, at: int) -> None:
        start = levels.get(at, _Level()).start
        if (identifier, at) in self._starts and (identifier, at) not in self._begun:
            found.counts[at] = self._starts[identifier, at]
        else:
            count = found.counts[at]
            found.counts[at] = start if count is None else count + 1
        self._begun.add((identifier, at))
        for above in range(at):
            if found.counts[above] is None:
                found.counts[above] = levels.get(above, _Level()).start
        for below in range(at + 1, _DEPTHS):
            restart = levels.get(below, _Level()).restarts_after
            if restart is None or (restart and at < restart):
                found.counts[below] = None


def _depth(element: Element) -> int:
    value = attribute(element, "ilvl")
    return int(value) if value.isdecimal() else 0


def _level(element: Element) -> _Level:
    def value(name: str) -> str:
        return attribute(find_element(element, name), "val")

    start, restart = value("start"), value("lvlRestart")
    return _Level(
        style=value("numFmt") or "decimal",
        text=value("lvlText"),
        start=int(start) if start.isdecimal() else 1,
        suffix=_SUFFIX.get(value("suff"), " "),
        restarts_after=int(restart) if restart.isdecimal() else None,
        is_legal=find_element(element, "isLgl") is not None,
    )


def _shown(levels: dict[int, _Level], counts: list[int | None], at: int) -> str:
    level = levels.get(at, _Level())
    if level.style == "bullet":
        return _bullet(level.text) + level.suffix if level.text.strip() else ""

    def place(found: re.Match[str]) -> str:
        depth = int(found[1]) - 1
        style = "decimal" if level.is_legal else levels.get(depth, _Level()).style
        return numeral(counts[depth] or 0, style)

    text = _PLACE.sub(place, level.text)
    return text + level.suffix if text.strip() else ""


def _bullet(text: str) -> str:
    """Symbol fonts draw bullets with private characters that mean nothing elsewhere."""
    return "".join("•" if "\ue000" <= character <= "\uf8ff" else character for character in text)
