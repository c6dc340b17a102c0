"""What styles say about a paragraph of a Word document: heading or not, numbered or not, hidden or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hiroba.extract.strange_xml import Element, attribute, elements, find_element, local_name

_HEADING = re.compile(r"(?:heading|見出し|見出)\s*([1-9１-９])", re.I)
_TITLE = re.compile(r"(?:title|表題|標題|タイトル)", re.I)
_CAPTION = re.compile(r"(?:caption|図表番号)", re.I)
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Style:
    """The facts of one paragraph or character style, its ancestors' included."""

    level: int = 0  # heading depth, 0 for none
    is_title: bool = False
    is_caption: bool = False
    is_hidden: bool = False
    number: str = ""  # w:numId
    depth: int | None = None  # w:ilvl


class Styles:
    """The styles of one document, resolved along basedOn."""

    def __init__(self, root: Element | None) -> None:
        self._elements = (
            {} if root is None else {attribute(style, "styleId"): style for style in elements(root, "style")}
        )
        self._resolved: dict[str, Style] = {}
        defaults = (s for s in self._elements.values() if attribute(s, "default") in ("1", "true"))
        self._default = next((attribute(s, "styleId") for s in defaults if attribute(s, "type") == "paragraph"), "")

    def of_paragraph(self, properties: Element | None) -> Style:
        """Give the style of a paragraph with these w:pPr."""
        named = attribute(find_element(properties, "pStyle"), "val") or self._default
        return self.get(named)

    def get(self, identifier: str) -> Style:
        """Give a style by its identifier; a plain one when there is none."""
        if identifier not in self._resolved:
            self._resolved[identifier] = Style()  # ends a circle of basedOn
            self._resolved[identifier] = self._resolve(identifier)
        return self._resolved[identifier]

    def _resolve(self, identifier: str) -> Style:
        element = self._elements.get(identifier)
        if element is None:
            return Style()
        based_on = attribute(find_element(element, "basedOn"), "val")
        parent = self.get(based_on) if based_on else Style()
        name = attribute(find_element(element, "name"), "val")
        properties = find_element(element, "pPr")
        number = find_element(properties, "numPr")
        depth = attribute(find_element(number, "ilvl"), "val")
        vanish = find_element(find_element(element, "rPr"), "vanish")
        return Style(
            level=_level(name, properties, parent.level),
            is_title=bool(_TITLE.fullmatch(name)) or parent.is_title,
            is_caption=bool(_CAPTION.fullmatch(name)) or parent.is_caption,
            is_hidden=parent.is_hidden if vanish is None else is_on(vanish),
            number=attribute(find_element(number, "numId"), "val") or parent.number,
            depth=int(depth) if depth.isdecimal() else parent.depth,
        )


def heading_level(name: str) -> int:
    """Give the heading depth a style's name says ("heading 2", 見出し 2), 0 for none."""
    named = _HEADING.fullmatch(name)
    return min(int(named[1]), _DEEPEST) if named else 0


def _level(name: str, properties: Element | None, inherited: int) -> int:
    outline = outline_level(properties)
    return outline if outline is not None else heading_level(name) or inherited


def outline_level(properties: Element | None) -> int | None:
    """Give the heading depth that w:outlineLvl says: 1–6, 0 for body text, None where it is silent."""
    value = attribute(find_element(properties, "outlineLvl"), "val")
    if not value.isdecimal():
        return None
    return min(int(value) + 1, _DEEPEST) if int(value) < 9 else 0


def is_on(switch: Element | None) -> bool:
    """Tell whether an on/off property is there and on."""
    return switch is not None and attribute(switch, "val", "1") not in ("0", "false", "off", "none")


def is_hidden_run(properties: Element | None, styles: Styles) -> bool | None:
    """Tell whether w:rPr hides its run; None when it does not say."""
    if properties is None:
        return None
    for child in properties:
        name = local_name(child)
        if name == "vanish":
            return is_on(child)
        if name == "rStyle" and styles.get(attribute(child, "val")).is_hidden:
            return True
    return None
