"""The text of an XML file that no better reader knows: one passage per element with words of its own (`line=N`).

Entities are never expanded and nothing outside the file is read."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from hiroba.extract.passages import Mark, Passage

_READINGS = {"rt", "rp"}  # of ruby, in HTML and in the law XML of e-Gov


def is_xml(text: str) -> bool:
    """Tell whether a text declares itself XML."""
    return text[:200].lstrip("\ufeff \t\r\n").startswith("<?xml")


def xml_passages(text: str) -> Iterator[Passage]:
    """Give the text of each innermost element that has some, in order; damaged XML as far as it can be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, encoding="utf-8")
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        return
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        if _has_words(element):
            if (passage := _passage(element)) is not None:
                yield passage
        else:
            waiting.extend(reversed(element))


def _has_words(element: etree._Element) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _passage(element: etree._Element) -> Passage | None:
    parts: list[str] = []
    marks: list[Mark] = []
    _gather(element, parts, marks)
    text = "".join(parts).strip()
    is_shifted = parts and parts[0] != parts[0].lstrip()
    return Passage(f"line={element.sourceline or 1}", text, marks=() if is_shifted else tuple(marks)) if text else None


def _gather(element: etree._Element, parts: list[str], marks: list[Mark]) -> None:
    """Text of an element and all in it; a reading becomes a mark on what it is the reading of."""
    start = sum(map(len, parts))
    parts.append(element.text or "")
    for child in element:
        name = etree.QName(child).localname.lower() if isinstance(child.tag, str) else "rp"
        if name == "rt":
            marks.append(Mark(start, sum(map(len, parts)), "ruby", "".join(map(str, child.itertext()))))
        elif name not in _READINGS:
            _gather(child, parts, marks)
        parts.append(child.tail or "")
