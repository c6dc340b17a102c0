"""Text in DrawingML: paragraphs of shapes, SmartArt, and what charts show; the same in Word, Excel and PowerPoint."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from hiroba.extract.strange_xml import Element, elements, local_name

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def drawing_texts(root: Element) -> Iterator[str]:
    """Give the DrawingML paragraphs (a:p) below an element, in document order, empty ones left out."""
    for paragraph in root.iter(f"{_A}p"):
        if text := drawing_text(paragraph).strip():
            yield text


def drawing_text(paragraph: Element) -> str:
    """Give the text of one DrawingML paragraph: runs, fields as shown, line breaks, formulas."""
    pieces: list[str] = []
    replaced: set[Element] = set()  # the second form of what has already been read in its first
    for element in paragraph.iter(etree.Element):
        name = local_name(element)
        if name == "Fallback":
            replaced.update(element.iter(etree.Element))
        elif element in replaced:
            continue
        elif name == "t" and element.text:
            pieces.append(element.text)
        elif name == "br":
            pieces.append("\n")
    return "".join(pieces).replace("\v", "\n")


def chart_text(root: Element) -> str:
    """Give what a chart shows from its caches: titles, then one line of categories and one a series (name | values)."""
    titles = [text for title in root.iter("{*}title") for text in drawing_texts(title)]
    lines: list[str] = []
    for series in root.iter("{*}ser"):
        categories = " | ".join(_cached(series, "cat", "xVal"))
        if categories and categories not in lines:
            lines.append(categories)
        if values := _cached(series, "tx") + _cached(series, "val", "yVal", "bubbleSize"):
            lines.append(" | ".join(values))
    return "\n".join(titles + lines)


def _cached(series: Element, *names: str) -> list[str]:
    found = (value.text for child in elements(series, *names) for value in child.iter("{*}v"))
    return [text.strip() for text in found if text and text.strip()]
