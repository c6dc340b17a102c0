"""The numbers OpenDocument files show before list items and headings (ODF 1.3 part 3, 5.3 and 16.30)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hiroba.extract.numerals import numeral
from hiroba.extract.strange_xml import Element, attribute, elements, local_name

_DEPTHS = 10
_FORMATS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "１, ２, ３, ...": "decimalFullWidth",
    "①, ②, ③, ...": "decimalEnclosedCircle",
    "一, 二, 三, ...": "japaneseCounting",
    "壱, 弐, 参, ...": "japaneseLegal",
    "ア, イ, ウ, ...": "aiueoFullWidth",
    "ｱ, ｲ, ｳ, ...": "aiueo",
    "イ, ロ, ハ, ...": "irohaFullWidth",
    "ｲ, ﾛ, ﾊ, ...": "iroha",
    "甲, 乙, 丙, ...": "ideographTraditional",
    "子, 丑, 寅, ...": "ideographZodiac",
}


@dataclass(frozen=True, slots=True)
class _Level:
    style: str
    prefix: str = ""
    suffix: str = ""
    shown: int = 1  # how many levels the number shows
    start: int = 1
    bullet: str = ""


@dataclass(slots=True)
class _Open:
    name: str  # of the list style
    counts: list[int]


@dataclass(slots=True)
class Lists:
    """The list styles of one document and the lists that are open at this place."""

    _styles: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _outline: dict[int, _Level] = field(default_factory=dict)
    _outline_counts: list[int] = field(default_factory=lambda: [0] * _DEPTHS)
    _open: list[_Open] = field(default_factory=list)
    _ended: dict[str, int] = field(default_factory=dict)  # list style → last number, for lists that continue

    def learn(self, root: Element | None) -> None:
        """Take the list styles of content.xml or styles.xml."""
        if root is None:
            return
        for style in root.iter("{*}list-style"):
            self._styles[attribute(style, "name")] = _levels(style)
        for style in root.iter("{*}outline-style"):
            self._outline = _levels(style)

    @contextmanager
    def open(self, element: Element) -> Iterator[None]:
        """Be inside a list while its items are read."""
        outer = self._open[-1] if self._open else None
        name = attribute(element, "style-name") or (outer.name if outer else "")
        depth = len(outer.counts) if outer else 0
        start = self._level(name, depth).start - 1
        if not outer and (attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")):
            start = self._ended.get(name, start)
        self._open.append(_Open(name, [*(outer.counts if outer else []), start]))
        try:
            yield
        finally:
            ended = self._open.pop()
            if not outer:
                self._ended[name] = ended.counts[0]

    def next_label(self, item: Element) -> str:
        """Give what stands before the next item of the innermost list; ends with a space unless empty."""
        innermost = self._open[-1]
        start = attribute(item, "start-value")
        innermost.counts[-1] = int(start) if start.isdecimal() else innermost.counts[-1] + 1
        depth = len(innermost.counts) - 1
        level = self._level(innermost.name, depth)
        if level.bullet:
            return level.bullet + " "
        return _number(self._styles.get(innermost.name, {}), innermost.counts, depth)

    def heading_label(self, level: int) -> str:
        """Give the chapter number of the next heading of this level; empty where headings are not numbered."""
        at = min(max(level, 1), _DEPTHS) - 1
        self._outline_counts[at] += 1
        for below in range(at + 1, _DEPTHS):
            self._outline_counts[below] = 0
        return _number(self._outline, self._outline_counts, at)

    def _level(self, name: str, depth: int) -> _Level:
        return self._styles.get(name, {}).get(depth, _Level(""))


def _levels(style: Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for element in elements(style, "list-level-style-number", "list-level-style-bullet", "outline-level-style"):
        depth = attribute(element, "level", "1")
        if depth.isdecimal():
            found[int(depth) - 1] = _read_level(element)
    return found


def _read_level(element: Element) -> _Level:
    if local_name(element) == "list-level-style-bullet":
        bullet = attribute(element, "bullet-char", "•")
        return _Level("", bullet="•" if "\ue000" <= bullet[:1] <= "\uf8ff" else bullet)
    shown, start = attribute(element, "display-levels", "1"), attribute(element, "start-value", "1")
    return _Level(
        style=_FORMATS.get(attribute(element, "num-format"), ""),
        prefix=attribute(element, "num-prefix"),
        suffix=attribute(element, "num-suffix"),
        shown=int(shown) if shown.isdecimal() else 1,
        start=int(start) if start.isdecimal() else 1,
    )


def _number(levels: dict[int, _Level], counts: list[int], depth: int) -> str:
    level = levels.get(depth)
    if level is None or not level.style:
        return ""
    first = max(0, depth - level.shown + 1)
    shown = [
        numeral(counts[at], levels[at].style) for at in range(first, depth + 1) if at in levels and levels[at].style
    ]
    return f"{level.prefix}{'.'.join(shown)}{level.suffix} "
