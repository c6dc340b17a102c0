"""Presentations (.pptx, .ppsx, .pptm): what each slide shows, its notes and comments, `slide=N` in the order shown.

On a slide the title comes first, then shapes from top to bottom and left to right; a group is read as one shape, in its
own order; a table gives one passage a row, a merged cell once; a chart its cached numbers. Speaker notes follow with
kind "note", comments with kind "comment" and their author. Text of hidden slides is marked "hidden"."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hiroba.extract.drawing import chart_text, drawing_text, drawing_texts
from hiroba.extract.package import Package
from hiroba.extract.passages import Extraction, Kind, Mark, Passage, Trouble
from hiroba.extract.strange_xml import Element, attribute, elements, find_element, local_name

EXTRACTOR = "pptx/1"
JOIN = " | "
MAX_SLIDES = 5_000
_SAME_LINE = 200_000  # English Metric Units, 5.5 mm: shapes whose tops differ less stand side by side
_SHAPES = ("sp", "grpSp", "graphicFrame", "cxnSp", "pic")
_MARGINS = {"ftr", "dt", "sldNum"}
_TITLES = {"title", "ctrTitle"}
_NOT_OF_NOTES = {"sldImg", "sldNum", "dt", "hdr", "ftr"}


def extract(path: Path) -> Extraction:
    """Read a presentation; see the module for order and locators.

    Warnings: EXTRACT-34 a part could not be read, EXTRACT-35 macros, EXTRACT-36 links to outside, EXTRACT-37 cut at
    MAX_SLIDES, SLIDES-01 hidden slides. Raises DamagedError without a main part."""
    with Package(path) as package:
        parts = _slide_parts(package)
        slides = [_Slide(package, part, number) for number, part in enumerate(parts[:MAX_SLIDES], 1)]
        passages = tuple(passage for slide in slides for passage in slide.passages())
        hidden = [str(slide.number) for slide in slides if slide.is_hidden]
        if hidden:
            package.warn("SLIDES-01", slides=", ".join(hidden[:50]))
        if len(parts) > MAX_SLIDES:
            package.warn("EXTRACT-37", limit=MAX_SLIDES)
        title, facts = package.title_and_facts()
        attachments = package.embedded_files()
        shown = {name.lower(): f"slide={each.number}" for each in reversed(slides) for name in each.pictures()}
        pictures = package.picture_parts(shown, "slide=1")
        is_broken = any(trouble.code == "EXTRACT-34" for trouble in package.warnings)
        return Extraction(
            passages,
            tuple(package.warnings),
            Trouble("EXTRACT-03") if is_broken and not passages else None,
            _best_title(title, passages),
            attachments,
            facts,
            EXTRACTOR,
            pictures,
            package.unshown(),
        )


def _best_title(property_title: str, passages: tuple[Passage, ...]) -> str:
    """PowerPoint writes its own words into the property until somebody sets it."""
    if property_title and property_title not in ("PowerPoint プレゼンテーション", "PowerPoint Presentation"):
        return property_title
    return next((passage.text.replace("\n", " ") for passage in passages if passage.kind in ("title", "heading")), "")


def _slide_parts(package: Package) -> list[str]:
    """The slides' parts in the order they are shown; in the order of their numbers where the list is damaged."""
    main = package.main_part()
    root = package.find_xml(main)
    relationships = package.relationships(main)
    listed = [] if root is None else [attribute_of_relationship(slide) for slide in root.iter("{*}sldId")]
    parts = [relationships[identifier].target for identifier in listed if identifier in relationships]
    return parts or sorted(package.related(main, "slide"), key=lambda name: (len(name), name))


def attribute_of_relationship(element: Element) -> str:
    """Give r:id of an element that also has an id of its own."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("relationships}id")), "")


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    kind: Kind = "paragraph"
    level: int = 0


class _Slide:
    """One slide being read."""

    def __init__(self, package: Package, part: str, number: int) -> None:
        self._package = package
        self._part = part
        self._root = package.find_xml(part)
        self.number = number
        self.is_hidden = attribute(self._root, "show", "1") in ("0", "false")

    def passages(self) -> Iterator[Passage]:
        """Give what the slide shows, then its notes, then its comments."""
        for block in [*self._shown(), *self._notes(), *self._comments()]:
            marks = (Mark(0, len(block.text), "hidden"),) if self.is_hidden else ()
            yield Passage(f"slide={self.number}", block.text, block.kind, block.level, (), marks)

    def pictures(self) -> list[str]:
        """Give the names of the pictures it shows."""
        return self._package.related(self._part, "image")

    def _shown(self) -> Iterator[_Block]:
        tree = find_element(find_element(self._root, "cSld"), "spTree")
        if tree is not None:
            for shape in _in_reading_order(tree):
                yield from self._shape(shape)

    def _shape(self, shape: Element) -> Iterator[_Block]:
        name = local_name(shape)
        if name == "grpSp":
            for inner in _in_reading_order(shape):
                yield from self._shape(inner)
        elif name in ("graphicFrame", "contentPart", "pic"):
            yield from self._graphic(shape)
        else:
            yield from _text_blocks(shape)

    def _graphic(self, frame: Element) -> Iterator[_Block]:
        for element in frame.iter("{*}tbl", "{*}chart", "{*}relIds", "{*}txBody"):
            name = local_name(element)
            if name == "tbl":
                yield from _table_rows(element)
            elif name == "chart":
                yield from self._linked(attribute_of_relationship(element), is_chart=True)
            elif name == "relIds":
                yield from self._linked(attribute(element, "dm"), is_chart=False)

    def _linked(self, identifier: str, *, is_chart: bool) -> Iterator[_Block]:
        relationship = self._package.relationships(self._part).get(identifier)
        root = self._package.find_xml(relationship.target) if relationship and not relationship.is_external else None
        if root is not None:
            text = chart_text(root) if is_chart else "\n".join(drawing_texts(root))
            if text:
                yield _Block(text, "shape")

    def _notes(self) -> Iterator[_Block]:
        for part in self._package.related(self._part, "notesSlide"):
            root = self._package.find_xml(part)
            for shape in () if root is None else root.iter("{*}sp"):
                if _placeholder(shape) not in _NOT_OF_NOTES:
                    text = "\n".join(drawing_texts(shape))
                    if text:
                        yield _Block(text, "note")

    def _comments(self) -> Iterator[_Block]:
        """Old comments (p:cm with p:text) and the threads of newer versions (p188:cm with replies)."""
        authors = self._authors()
        for part in self._package.related(self._part, "comments"):
            root = self._package.find_xml(part)
            for comment in () if root is None else root.iter("{*}cm", "{*}reply"):
                body = find_element(comment, "txBody")
                text = "\n".join(drawing_texts(body)) if body is not None else _text_of(find_element(comment, "text"))
                author = authors.get(attribute(comment, "authorId"), "")
                if text:
                    yield _Block(f"{author}: {text}" if author else text, "comment")

    def _authors(self) -> dict[str, str]:
        main = self._package.main_part()
        found: dict[str, str] = {}
        for part in self._package.related(main, "commentAuthors") + self._package.related(main, "authors"):
            root = self._package.find_xml(part)
            for author in () if root is None else root:
                found[attribute(author, "id")] = attribute(author, "name").strip()
        return found


def _text_of(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _in_reading_order(tree: Element) -> list[Element]:
    """The title, then the others line by line: tops that differ little count as one line."""
    shapes = [_chosen(shape) for shape in elements(tree, *_SHAPES, "AlternateContent")]
    placed = sorted((_place(shape), order, shape) for order, shape in enumerate(shapes) if shape is not None)
    line_top = None
    keyed: list[tuple[bool, int, int, int, Element]] = []
    for (top, left), order, shape in placed:
        if line_top is None or top - line_top > _SAME_LINE:
            line_top = top
        keyed.append((_placeholder(shape) not in _TITLES, line_top, left, order, shape))
    return [shape for *_, shape in sorted(keyed, key=lambda key: key[:4])]


def _chosen(shape: Element) -> Element | None:
    """The first form of an alternative that can be read."""
    if local_name(shape) != "AlternateContent":
        return shape
    branch = next(elements(shape, "Choice", "Fallback"), None)
    return None if branch is None else next(elements(branch, *_SHAPES), None)


def _place(shape: Element) -> tuple[int, int]:
    """(top, left) in EMU; a placeholder without a place stands where layouts put it: above, margins below."""
    offset = next(shape.iter("{*}off"), None)
    if offset is None and _placeholder(shape) in _MARGINS:
        return sys.maxsize, 0
    try:
        return int(attribute(offset, "y", "0")), int(attribute(offset, "x", "0"))
    except ValueError:
        return 0, 0


def _placeholder(shape: Element) -> str:
    found = next(shape.iter("{*}ph"), None) if local_name(shape) == "sp" else None
    return "" if found is None else attribute(found, "type", "body")


def _text_blocks(shape: Element) -> Iterator[_Block]:
    """A title as one heading; other text paragraph by paragraph."""
    placeholder = _placeholder(shape)
    body = find_element(shape, "txBody")
    texts = [] if body is None else list(drawing_texts(body))
    if placeholder in _TITLES and texts:
        yield _Block("\n".join(texts), "heading", 1)
        return
    kind: Kind = "footer" if placeholder in _MARGINS else "paragraph" if placeholder else "shape"
    for text in texts:
        yield _Block(text, kind)


def _table_rows(table: Element) -> Iterator[_Block]:
    for row in elements(table, "tr"):
        cells = [
            "\n".join(filter(None, (drawing_text(paragraph).strip() for paragraph in cell.iter("{*}p"))))
            for cell in elements(row, "tc")
            if attribute(cell, "hMerge") not in ("1", "true") and attribute(cell, "vMerge") not in ("1", "true")
        ]
        if text := JOIN.join(cell for cell in cells if cell):
            yield _Block(text, "row")
