"""Word documents (.docx, .docm): everything the page shows, with changes shown, in the order one reads it.

`par=N` counts the blocks that have text, paragraphs and table rows alike, from 1. What hangs on a block (text boxes,
nested tables, footnotes, endnotes, comments, charts, SmartArt) follows it and goes on with the same count; comments
without an anchor, then headers and footers, come last. Deleted and moved-away text stays in its passage under a
"deleted" mark, inserted text under "inserted" (value: who), hidden text under "hidden", a reading under "ruby". List
numbers are part of the text, as displayed. A comment reads "author: text". Macros are never run."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from pathlib import Path

from hiroba.extract.drawing import chart_text, drawing_texts
from hiroba.extract.line import Line
from hiroba.extract.package import Package
from hiroba.extract.passages import Attachment, Extraction, Kind, Mark, Passage, Trouble
from hiroba.extract.strange_xml import Element, attribute, elements, find_element, local_name
from hiroba.extract.word_numbering import Numbering
from hiroba.extract.word_runs import Found, RunReader
from hiroba.extract.word_styles import Style, Styles, outline_level

EXTRACTOR = "docx/1"
JOIN = " | "
MAX_PASSAGES = 200_000
_NOTES = {"footnote": "footnotes", "endnote": "endnotes", "comment": "comments"}


def extract(path: Path) -> Extraction:
    """Read a Word document; see the module for locators and marks.

    Warnings: EXTRACT-34 a part could not be read, EXTRACT-35 macros, EXTRACT-36 links to outside not followed,
    EXTRACT-37 cut at MAX_PASSAGES. Raises DamagedError without a main part."""
    with Package(path) as package:
        document = _Document(package)
        document.read()
        title, facts = package.title_and_facts()
        attachments = package.embedded_files() + document.chunks()
        parts = package.picture_parts(document.pictures, "par=1")
        passages = tuple(document.passages[:MAX_PASSAGES])
        if len(document.passages) > MAX_PASSAGES:
            package.warn("EXTRACT-37", limit=MAX_PASSAGES)
        return Extraction(
            passages,
            tuple(package.warnings),
            _error(passages, package),
            title or _first_title(passages),
            attachments,
            facts,
            EXTRACTOR,
            parts,
            package.unshown(),
        )


def _error(passages: tuple[Passage, ...], package: Package) -> Trouble | None:
    """Nothing read and something broken: that is a damaged file, not an empty one."""
    is_broken = any(trouble.code == "EXTRACT-34" for trouble in package.warnings)
    return Trouble("EXTRACT-03") if is_broken and not passages else None


def _first_title(passages: tuple[Passage, ...]) -> str:
    for kind in ("title", "heading"):
        for passage in passages:
            if passage.kind == kind:
                return passage.text.replace("\n", " ")
    return ""


class _Document:
    """One document being read: its parts, its styles, its passages so far."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.passages: list[Passage] = []
        self.pictures: dict[str, str] = {}  # names of pictures → the block in or after which they stand
        self._has_pictures = package.has_pictures()
        self.main = package.main_part()
        self.styles = Styles(self._first("styles"))
        self.numbering = Numbering(self._first("numbering"))
        self._notes: dict[str, tuple[str, dict[str, Element]]] = {kind: self._read_notes(kind) for kind in _NOTES}

    def _first(self, relation: str) -> Element | None:
        names = self.package.related(self.main, relation)
        return self.package.find_xml(names[0]) if names else None

    def _read_notes(self, kind: str) -> tuple[str, dict[str, Element]]:
        names = self.package.related(self.main, _NOTES[kind])
        root = self.package.find_xml(names[0]) if names else None
        if root is None:
            return "", {}
        # Those with a type are the separators Word draws above the notes.
        found = {attribute(note, "id"): note for note in root if attribute(note, "type", "normal") == "normal"}
        return names[0], found

    def read(self) -> None:
        """Read all stories: body, comments left over, headers, footers."""
        root = self.package.find_xml(self.main)
        body = find_element(root, "body")
        if body is not None:
            _Story(self, self.main).read_blocks(body)
        for identifier in list(self._notes["comment"][1]):
            self.read_note(Found("comment", identifier=identifier))
        for relation, kind in (("header", "header"), ("footer", "footer")):
            self._read_margins(relation, "header" if kind == "header" else "footer")

    def _read_margins(self, relation: str, kind: Kind) -> None:
        """First, even and default pages often say the same: once is enough."""
        seen: set[str] = set()
        for name in self.package.related(self.main, relation):
            root = self.package.find_xml(name)
            before = len(self.passages)
            if root is not None:
                _Story(self, name, kind).read_blocks(root)
            said = "\n".join(passage.text for passage in self.passages[before:])
            if said in seen:
                del self.passages[before:]
            seen.add(said)

    def read_note(self, found: Found) -> None:
        """Read a footnote, endnote or comment, once."""
        part, notes = self._notes[found.kind]
        note = notes.pop(found.identifier, None)
        if note is None:
            return
        if found.kind == "comment":
            self._read_comment(part, note)
        else:
            _Story(self, part, "footnote").read_blocks(note)

    def _read_comment(self, part: str, comment: Element) -> None:
        before = len(self.passages)
        _Story(self, part, "comment").read_blocks(comment)
        if len(self.passages) > before:
            first = self.passages[before]
            text = "\n".join(passage.text for passage in self.passages[before:])
            author = attribute(comment, "author").strip()
            self.passages[before:] = [
                replace(first, text=f"{author}: {text}" if author else text, kind="comment", marks=(), level=0)
            ]

    def add(self, line: Line, kind: Kind, level: int = 0) -> None:
        """Keep a line as the next passage, unless it is empty."""
        text, marks, spans = line.finish()
        if text and len(self.passages) <= MAX_PASSAGES:
            self.passages.append(Passage(f"par={len(self.passages) + 1}", text, kind, level, spans, marks))

    def note_pictures(self, part: str, block: Element) -> None:
        """Note where the pictures of a block that was just read stand."""
        if not self._has_pictures:
            return
        relationships = self.package.relationships(part)
        for shown in block.iter("{*}blip", "{*}imagedata"):
            for value in shown.attrib.values():
                if (found := relationships.get(str(value))) is not None and not found.is_external:
                    self.pictures.setdefault(found.target.lower(), f"par={max(1, len(self.passages))}")

    def chunks(self) -> tuple[Attachment, ...]:
        """Give the whole files that Word would splice in when it opens the document (w:altChunk)."""
        names = self.package.related(self.main, "aFChunk")
        found = [(posixpath.basename(name), self.package.find_bytes(name)) for name in names[:100]]
        return tuple(Attachment(name, content) for name, content in found if content)


class _Story:
    """One run of blocks: the body, a text box, a note, a header. `kind` is what its paragraphs are."""

    def __init__(self, document: _Document, part: str, kind: Kind = "paragraph") -> None:
        self._document = document
        self._part = part
        self._kind: Kind = kind
        self._runs = RunReader(document.styles)

    def read_blocks(self, parent: Element) -> None:
        """Read paragraphs and tables, through content controls and whatever else wraps them."""
        for child in parent:
            name = local_name(child)
            if name == "p":
                self._read_paragraph(child)
            elif name == "tbl":
                self._read_table(child)
            elif name == "AlternateContent":
                chosen = next(elements(child, "Choice", "Fallback"), None)
                if chosen is not None:
                    self.read_blocks(chosen)
            elif name not in ("sectPr", "sdtPr", "sdtEndPr", "tblPr"):
                self.read_blocks(child)

    def _read_paragraph(self, paragraph: Element) -> None:
        line, style = self._line_of(paragraph)
        kind, level = self._kind_of(paragraph, style)
        self._document.add(line, kind, level)
        self._document.note_pictures(self._part, paragraph)
        self._read_found()

    def _line_of(self, paragraph: Element) -> tuple[Line, Style]:
        properties = find_element(paragraph, "pPr")
        style = self._document.styles.of_paragraph(properties)
        label = self._document.numbering.label(properties, style)
        line = Line()
        line.add(label)
        self._runs.read(paragraph, line)
        is_bare = line.length == len(label)  # the number of an empty paragraph: nobody looks for it
        return Line() if is_bare else line, style

    def _kind_of(self, paragraph: Element, style: Style) -> tuple[Kind, int]:
        if self._kind != "paragraph":
            return self._kind, 0
        direct = outline_level(find_element(paragraph, "pPr"))
        level = style.level if direct is None else direct
        if style.is_title:
            return "title", 0
        if level:
            return "heading", level
        return ("caption" if style.is_caption else "paragraph"), 0

    def _read_table(self, table: Element) -> None:
        for row in _below(table, "tr"):
            line = Line()
            nested: list[Element] = []
            for cell in _below(row, "tc"):
                self._read_cell(cell, line, nested)
            _mark_row(row, line)
            self._document.add(line, "row" if self._kind == "paragraph" else self._kind)
            self._document.note_pictures(self._part, row)
            self._read_found()
            for inner in nested:
                self._read_table(inner)

    def _read_cell(self, cell: Element, row: Line, nested: list[Element]) -> None:
        """A cell's paragraphs become lines of one cell; the tables in it follow the row."""
        content = Line()
        for block in _below(cell, "p", "tbl"):
            if local_name(block) == "tbl":
                nested.append(block)
            else:
                content.append(self._line_of(block)[0], "\n")
        row.append(content, JOIN)

    def _read_found(self) -> None:
        """Read what hangs on the block just kept."""
        found, self._runs.found = self._runs.found, []
        for thing in found:
            if thing.kind == "shape" and thing.element is not None:
                kind: Kind = "shape" if self._kind == "paragraph" else self._kind
                _Story(self._document, self._part, kind).read_blocks(thing.element)
            elif thing.kind in _NOTES:
                self._document.read_note(thing)
            else:
                self._read_graphic(thing)
        if self._runs.reaches_out:
            self._document.package.warn("EXTRACT-36")

    def _read_graphic(self, thing: Found) -> None:
        package = self._document.package
        relationship = package.relationships(self._part).get(thing.identifier)
        root = package.find_xml(relationship.target) if relationship and not relationship.is_external else None
        if root is not None:
            line = Line()
            line.add(chart_text(root) if thing.kind == "chart" else "\n".join(drawing_texts(root)))
            self._document.add(line, "shape")


def _below(parent: Element, *names: str) -> list[Element]:
    """The nearest descendants so named, through content controls and change marks but not through each other."""
    found: list[Element] = []
    for child in parent:
        name = local_name(child)
        if name in names:
            found.append(child)
        elif name in ("sdt", "sdtContent", "customXml", "ins", "del", "smartTag", "AlternateContent", "Choice"):
            found += _below(child, *names)
    return found


def _mark_row(row: Element, line: Line) -> None:
    """A whole row inserted or deleted with changes tracked."""
    properties = find_element(row, "trPr")
    for name in ("ins", "del"):
        change = find_element(properties, name)
        if change is not None:
            line.mark(0, Mark(0, 0, "inserted" if name == "ins" else "deleted", attribute(change, "author")))
