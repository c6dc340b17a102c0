"""HTML pages: title, headings, paragraphs, lists, table rows, what stands for images; scripts are neither run nor read.

Places are `par=N`: the N-th block of text of the page."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from lxml import etree, html

from hiroba.extract.markup import is_xml, xml_passages
from hiroba.extract.passages import Extraction, Kind, Mark, Passage, Trouble
from hiroba.extract.plain import MAX_PASSAGES, read_text
from hiroba.extract.unshown import in_markup

JOIN = " | "
MAX_DEPTH = 200
_SKIPPED = {"script", "style", "template", "head", "svg", "object", "iframe", "rp", "select", "datalist", "noembed"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_KINDS: dict[str, Kind] = {"caption": "caption", "figcaption": "caption", "pre": "code", "footer": "footer"}
_DECLARED = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
LONGEST_BLOCK = 10_000  # characters; a page that never ends a block is cut into passages of this size
_SPACE = re.compile(r"[ \t\r\n\f]+")


def extract(path: Path) -> Extraction:
    """Read the visible text of a page block by block; `hidden` marks what the page holds but does not show."""
    with path.open("rb") as file:
        declared = declared_encoding(file.read(4096))
    decoded, warnings, error = read_text(path, declared)
    if decoded is None:
        return Extraction(error=error, extractor="page/1")
    if is_xml(decoded.text) and "<html" not in decoded.text[:2000].lower():
        found, title = list(islice(xml_passages(decoded.text), MAX_PASSAGES)), ""
    else:
        found, title = html_passages(decoded.text)
    if len(found) >= MAX_PASSAGES:
        warnings.append(Trouble("EXTRACT-37", {"limit": MAX_PASSAGES}))
    facts = {"encoding": decoded.encoding}
    unshown = in_markup(decoded.text)
    return Extraction(tuple(found), tuple(warnings), None, title, (), facts, "page/1", unshown=unshown)


def declared_encoding(head: bytes) -> str:
    """Give the encoding that a meta tag or an XML declaration names, or ""."""
    found = _DECLARED.search(head)
    return (found[1] or found[2]).decode("ascii") if found else ""


def html_passages(text: str) -> tuple[list[Passage], str]:
    """Give the blocks of a page and its title."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    source = text.replace("\0", "").encode("utf-8", "replace")
    if not source.strip():
        return [], ""
    try:
        root = html.document_fromstring(source, parser=parser)
    except etree.ParserError:  # nothing but comments
        return [], ""
    walk = _Walk()
    walk.element(root, 0)
    walk.end_block()
    title = root.findtext(".//title") or ""
    return walk.found, _SPACE.sub(" ", title).strip()


class _Walk:
    """One pass over the tree; text gathers until a block ends."""

    def __init__(self) -> None:
        self.found: list[Passage] = []
        self.text = ""
        self.marks: list[Mark] = []
        self.kind: Kind = "paragraph"
        self.level = 0
        self.is_preformatted = False

    def element(self, element: html.HtmlElement, depth: int) -> None:
        """Read an element, whatever it is."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or depth > MAX_DEPTH or len(self.found) >= MAX_PASSAGES:
            return
        if tag in _BLOCKS:
            self._block(element, tag, depth)
        else:
            self._inline(element, tag, depth)

    def _block(self, element: html.HtmlElement, tag: str, depth: int) -> None:
        self.end_block()
        if tag == "tr" and self._row(element, depth):
            return
        before = (self.kind, self.level, self.is_preformatted)
        if re.fullmatch("h[1-6]", tag):
            self.kind, self.level = "heading", int(tag[1])
        self.kind = _KINDS.get(tag, self.kind)
        self.is_preformatted |= tag == "pre"
        self._marked(element, depth, "hidden" if _is_hidden(element) else None)
        self.end_block()
        self.kind, self.level, self.is_preformatted = before

    def _inline(self, element: html.HtmlElement, tag: str, depth: int) -> None:
        if tag == "br":
            self.text = self.text.rstrip(" ") + "\n"
        elif tag == "img":
            self.add(element.get("alt") or "")
        elif tag == "rt":
            reading = "".join(element.itertext()).strip()
            start = max((mark.end for mark in self.marks if mark.kind == "ruby"), default=0)
            self.marks.append(Mark(max(start, self._ruby_start), len(self.text), "ruby", reading))
        elif tag == "input":
            shown = element.get("type", "text").lower() in {"text", "submit", "button", "search", "email", "tel", "url"}
            self.add(element.get("value") or "" if shown else "")
        else:
            if tag == "ruby":
                self._ruby_start = len(self.text)
            marked = {"ins": "inserted", "del": "deleted"}.get(tag, "hidden" if _is_hidden(element) else None)
            self._marked(element, depth, marked)

    _ruby_start = 0

    def _marked(self, element: html.HtmlElement, depth: int, kind: str | None) -> None:
        """Read what is inside; where it stays within one block, mark it."""
        start, blocks = len(self.text), len(self.found)
        self._children(element, depth)
        if kind and blocks == len(self.found):
            if len(self.text) > start:
                self.marks.append(Mark(start, len(self.text), kind))  # type: ignore[arg-type]  # one of Mark's kinds
        elif kind == "hidden":
            self.end_block()
            self.found[blocks:] = [_all_hidden(passage) for passage in self.found[blocks:]]

    def _children(self, element: html.HtmlElement, depth: int) -> None:
        self.add(element.text or "")
        for child in element:
            self.element(child, depth + 1)
            self.add(child.tail or (" " if child.tag == "a" and _is_link(child.getnext()) else ""))

    def _row(self, row: html.HtmlElement, depth: int) -> bool:
        """Read a table row as one passage; False when it is no row of data but holds the page's layout."""
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if len(cells) < 2 or row.find(".//table") is not None or depth > MAX_DEPTH - 10:
            return False
        texts, marks = [], []
        position = 0
        for cell in cells:
            inner = _Walk()
            inner._children(cell, depth + 1)
            inner.end_block()
            for passage in inner.found:
                marks += [Mark(position + m.start, position + m.end, m.kind, m.value) for m in passage.marks]
                texts.append(passage.text)
                position += len(passage.text) + len(JOIN)
        if texts:
            self._keep(JOIN.join(texts), "row", 0, marks)
        return True

    def add(self, raw: str) -> None:
        """Append text as a browser shows it: white space as one space, none for a line end between Japanese letters."""
        if len(self.text) > LONGEST_BLOCK:
            self.end_block()
        if self.is_preformatted:
            self.text += raw
            return
        for index, piece in enumerate(_pieces(raw)):
            if not index % 2 or (self.text and not self.text[-1].isspace()):
                self.text += piece

    def end_block(self) -> None:
        """What has gathered is a passage."""
        text = self.text.rstrip().replace(" \n", "\n")
        lead = len(text) - len(text.lstrip())
        if text.strip():
            is_moved = " \n" in self.text
            marks = [] if is_moved else [m for m in self.marks if lead <= m.start < m.end <= len(text)]
            shifted = [Mark(m.start - lead, m.end - lead, m.kind, m.value) for m in marks]
            self._keep(text.strip() if not self.is_preformatted else text.strip("\n"), self.kind, self.level, shifted)
        self.text, self.marks = "", []

    def _keep(self, text: str, kind: Kind, level: int, marks: list[Mark]) -> None:
        self.found.append(Passage(f"par={len(self.found) + 1}", text, kind, level, (), tuple(marks)))


def _pieces(raw: str) -> list[str]:
    """Words and what to put between them, by turns."""
    pieces: list[str] = []
    position = 0
    for space in _SPACE.finditer(raw):
        pieces.append(raw[position : space.start()])
        following = raw[space.end() : space.end() + 1]
        is_japanese = pieces[-1][-1:] >= "\u2e80" and following >= "\u2e80"
        pieces.append("" if "\n" in space[0] and is_japanese else " ")
        position = space.end()
    return [*pieces, raw[position:]]


def _is_link(element: html.HtmlElement | None) -> bool:
    return element is not None and element.tag == "a"


def _is_hidden(element: html.HtmlElement) -> bool:
    return element.get("hidden") is not None or bool(_INVISIBLE.search(element.get("style") or ""))


def _all_hidden(passage: Passage) -> Passage:
    marks = (*passage.marks, Mark(0, len(passage.text), "hidden"))
    return Passage(passage.locator, passage.text, passage.kind, passage.level, passage.spans, marks)
