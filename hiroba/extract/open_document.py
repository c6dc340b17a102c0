"""OpenDocument files: text (.odt, `par=N` as in word), sheets (.ods, `Sheet!A3:D3`), slides (.odp, `slide=N`).

What hangs on a block (text boxes, notes, comments) follows it; headers and footers come last. Deleted text is put back
under a "deleted" mark, inserted text stands under "inserted". Cells read as displayed. Macros are never run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from hiroba.extract.line import Line
from hiroba.extract.open_lists import Lists
from hiroba.extract.open_sheet import SheetReader
from hiroba.extract.open_text import SHAPES, Block, TextReader
from hiroba.extract.package import Package
from hiroba.extract.passages import Extraction, Mark, Passage
from hiroba.extract.strange_xml import DamagedError, Element, attribute, elements, find_element, local_name

EXTRACTOR = "odf/1"
MAX_PASSAGES = 200_000
_FACTS = {
    "initial-creator": "author",
    "creator": "modified_by",
    "creation-date": "created_at",
    "date": "modified_at",
}


def extract(path: Path) -> Extraction:
    """Read an OpenDocument text, spreadsheet or presentation; see the module for locators.

    Warnings: EXTRACT-34 a part could not be read, EXTRACT-35 macros, EXTRACT-37 cut at MAX_PASSAGES, SHEET-01 and
    SLIDES-01 hidden sheets and slides. Raises DamagedError without content."""
    with Package(path) as package:
        content = package.find_xml("content.xml")
        body = find_element(content, "body")
        if content is None or body is None or not len(body):
            raise DamagedError("no body")
        document = _Document(package, content)
        passages: list[Passage] = []
        for passage in document.passages(body[0]):
            if len(passages) == MAX_PASSAGES:
                package.warn("EXTRACT-37", limit=MAX_PASSAGES)
                break
            passages.append(passage)
        title, facts = _properties(package)
        if any(name.startswith("basic/") and not name.endswith(("-lc.xml", "-lb.xml")) for name in package.names()):
            package.warn("EXTRACT-35")
        title = title or _first_heading(passages)
        pictures = package.picture_parts({}, passages[0].locator if passages else "par=1")
        warnings, unshown = tuple(package.warnings), package.unshown()
        return Extraction(tuple(passages), warnings, None, title, (), facts, EXTRACTOR, pictures, unshown)


def _first_heading(passages: list[Passage]) -> str:
    for kind in ("title", "heading"):
        for passage in passages:
            if passage.kind == kind:
                return passage.text.replace("\n", " ")
    return ""


def _properties(package: Package) -> tuple[str, dict[str, str]]:
    meta = find_element(package.find_xml("meta.xml"), "meta")
    if meta is None:
        return "", {}
    values = {local_name(child): (child.text or "").strip() for child in meta}
    return values.get("title", ""), {ours: values[theirs] for theirs, ours in _FACTS.items() if values.get(theirs)}


class _Document:
    """One document being read: its styles and its one reader of text."""

    def __init__(self, package: Package, content: Element) -> None:
        self._package = package
        self._content = content
        self._styles = package.find_xml("styles.xml")
        lists = Lists()
        lists.learn(self._styles)
        lists.learn(content)
        self._text = TextReader(lists, self._title_styles(), self._object_text)

    def _title_styles(self) -> frozenset[str]:
        """The paragraph styles named Title, and the automatic ones made from them."""
        names = {"Title"}
        for style in self._content.iter("{*}style"):
            if attribute(style, "parent-style-name") == "Title":
                names.add(attribute(style, "name"))
        return frozenset(names)

    def _object_text(self, address: str) -> str:
        """What an embedded chart or drawing says: titles and the table behind it."""
        root = self._package.find_xml(posixpath.join(posixpath.normpath(address), "content.xml"))
        if root is None:
            return ""
        reader = TextReader(Lists())
        titles = [_joined(reader.blocks(title)) for title in root.iter("{*}title", "{*}subtitle")]
        tables = [_joined(reader.table_rows(table)) for table in root.iter("{*}table")]
        return "\n".join(text for text in titles + tables if text)

    def passages(self, office: Element) -> Iterator[Passage]:
        """Give all passages of office:text, office:spreadsheet, office:presentation (or drawing)."""
        self._text.read_changes(office)
        kind = local_name(office)
        if kind == "spreadsheet":
            yield from self._sheets(office)
        elif kind in ("presentation", "drawing"):
            yield from self._slides(office)
        else:
            yield from self._writing(office)

    def _writing(self, office: Element) -> Iterator[Passage]:
        number = 0
        for block in [*self._text.blocks(office), *self._margins()]:
            for passage in _passage(f"par={number + 1}", block):
                number += 1
                yield passage

    def _margins(self) -> Iterator[Block]:
        """Headers and footers of all page styles, each once."""
        seen: set[str] = set()
        masters = find_element(self._styles, "master-styles")
        for kind in ("header", "footer"):
            names = [f"{{*}}{kind}{form}" for form in ("", "-left", "-first")]
            for margin in () if masters is None else masters.iter(*names):
                for block in self._text.blocks(margin, "header" if kind == "header" else "footer"):
                    said = block.line.finish()[0]
                    if said not in seen:
                        seen.add(said)
                        yield block

    def _sheets(self, office: Element) -> Iterator[Passage]:
        hidden_styles = self._styles_with("table-properties", "display", "false")
        hidden: list[str] = []
        for table in elements(office, "table"):
            name = attribute(table, "name")
            is_hidden = attribute(table, "style-name") in hidden_styles
            if is_hidden:
                hidden.append(name)
            yield from SheetReader(name, self._text, is_hidden).passages(table)
        if hidden:
            self._package.warn("SHEET-01", sheets=", ".join(hidden[:50]))

    def _slides(self, office: Element) -> Iterator[Passage]:
        hidden_styles = self._styles_with("drawing-page-properties", "visibility", "hidden")
        hidden: list[str] = []
        for number, page in enumerate(elements(office, "page"), 1):
            is_hidden = attribute(page, "style-name") in hidden_styles
            if is_hidden:
                hidden.append(str(number))
            for block in self._page(page):
                yield from _passage(f"slide={number}", block, is_hidden=is_hidden)
        if hidden:
            self._package.warn("SLIDES-01", slides=", ".join(hidden[:50]))

    def _page(self, page: Element) -> Iterator[Block]:
        """The title, the other shapes from top to bottom, comments, then the speaker's notes."""
        shapes = sorted(elements(page, *SHAPES), key=_reading_order)
        for shape in shapes:
            is_title = attribute(shape, "class") == "title"
            for block in self._text.shape_blocks(shape):
                yield Block(block.line, "heading", 1) if is_title else block
        for comment in elements(page, "annotation"):
            yield self._text.comment(comment)
        for notes in elements(page, "notes"):
            yield from (Block(block.line, "note") for block in self._text.blocks(notes, "note"))

    def _styles_with(self, properties: str, name: str, value: str) -> set[str]:
        return {
            attribute(style, "name")
            for style in self._content.iter("{*}style")
            if attribute(find_element(style, properties), name) == value
        }


def _reading_order(shape: Element) -> tuple[bool, float, float]:
    return (
        attribute(shape, "class") != "title",
        _centimetres(attribute(shape, "y")),
        _centimetres(attribute(shape, "x")),
    )


def _centimetres(length: str) -> float:
    units = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72}
    try:
        return round(float(length[:-2]) * units.get(length[-2:], 1.0), 1)
    except ValueError:
        return 0.0


def _passage(locator: str, block: Block, *, is_hidden: bool = False) -> Iterator[Passage]:
    text, marks, spans = block.line.finish()
    if text:
        hidden = (Mark(0, len(text), "hidden"),) if is_hidden else ()
        yield Passage(locator, text, block.kind, block.level, spans, marks + hidden)


def _joined(blocks: Iterator[Block]) -> str:
    whole = Line()
    for block in blocks:
        whole.append(block.line, "\n")
    return whole.finish()[0]
