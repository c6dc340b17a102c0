"""What is drawn over a sheet: text in shapes, groups and SmartArt, titles and figures of charts, what pictures show.

Places are the cells a drawing lies over: `Sheet!B3:H9`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from hiroba.extract.cell_rows import address
from hiroba.extract.drawing import chart_text, drawing_texts
from hiroba.extract.passages import Passage
from hiroba.extract.workbook_package import DamagedPartError, Package, Relation, local

MAX_DRAWINGS = 5_000
CIRCLE = "○"
_ANCHORS = {"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"


def drawing_passages(package: Package, part: str, sheet: str) -> Iterator[Passage]:
    """Give a passage for each shape, chart, diagram and described picture of a drawing part.

    Raises DamagedPartError where the part cannot be read."""
    relations = package.relations(part)
    anchors = (anchor for anchor in package.tree(part).iter("{*}*") if local(anchor) in _ANCHORS)
    for _, anchor in zip(range(MAX_DRAWINGS), anchors, strict=False):
        place = f"{sheet}!{_anchor_address(anchor)}"
        for text in _texts(package, anchor, relations, posixpath.dirname(part)):
            yield Passage(place, text, "shape")


def picture_places(package: Package, part: str, sheet: str) -> Iterator[tuple[str, str]]:
    """Give the name of each picture of a drawing part with the cells it lies over. Raises DamagedPartError."""
    relations = package.relations(part)
    for anchor in package.tree(part).iter("{*}*"):
        if local(anchor) in _ANCHORS:
            for shown in anchor.iter("{*}blip"):
                names = (relations.get(str(value)) for value in shown.attrib.values())
                yield from ((each.target, f"{sheet}!{_anchor_address(anchor)}") for each in names if each is not None)


def _anchor_address(anchor: Any) -> str:
    corners = {local(child): _corner(child) for child in anchor if local(child) in ("from", "to")}
    row, column = corners.get("from", (0, 0))
    last_row, last_column = corners.get("to", (row, column))
    return address(row, column, last_row, last_column)


def _corner(element: Any) -> tuple[int, int]:
    numbers = {local(child): int(child.text or 0) for child in element if (child.text or "").strip().isdigit()}
    return numbers.get("row", 0), numbers.get("col", 0)


def _texts(package: Package, element: Any, relations: dict[str, Relation], folder: str) -> Iterator[str]:
    """Text of a drawing and all in it, in order; of alternatives for older programs only the first."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        name = local(current)
        if name in ("sp", "cxnSp"):
            yield from filter(None, [shape_text(current) or _description(current) or _circle(current)])
        elif name == "pic":
            yield from filter(None, [_description(current)])
        elif name == "chart" or name == "relIds":
            yield from filter(None, [_referred_text(package, current, relations)])
        elif name == "AlternateContent":
            waiting += [child for child in current if local(child) == "Choice"][:1] or list(current)[:1]
        else:
            waiting.extend(reversed(current))


def shape_text(shape: Any) -> str:
    """Give the paragraphs of a shape, a line each."""
    return "\n".join(text for child in shape if local(child) == "txBody" for text in drawing_texts(child))


def _circle(shape: Any) -> str:
    """○ for an empty ellipse: on forms it circles what is chosen."""
    geometry = next(shape.iter("{*}prstGeom"), None)
    return CIRCLE if geometry is not None and geometry.get("prst") in ("ellipse", "flowChartConnector") else ""


def _description(shape: Any) -> str:
    """What the author wrote a picture shows (alternative text)."""
    return next((entry.get("descr") or "" for entry in shape.iter("{*}cNvPr")), "").strip()


def _referred_text(package: Package, element: Any, relations: dict[str, Relation]) -> str:
    """Text of the chart or diagram that a frame points at."""
    for key in (f"{_RELATION}id", f"{_STRICT_RELATION}id", f"{_RELATION}dm", f"{_STRICT_RELATION}dm"):
        relation = relations.get(element.get(key) or "")
        if relation and not relation.is_external:
            try:
                root = package.tree(relation.target)
            except DamagedPartError:
                return ""
            return "\n".join(drawing_texts(root)) if key.endswith("dm") else chart_text(root)
    return ""
