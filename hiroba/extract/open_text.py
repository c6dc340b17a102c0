"""Text of OpenDocument files (ODF 1.3 part 3, chapters 5–7): paragraphs, marks, lists, tables, what hangs on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hiroba.extract.line import Line
from hiroba.extract.open_lists import Lists
from hiroba.extract.passages import Kind, Mark
from hiroba.extract.strange_xml import Element, attribute, elements, find_element, local_name, number_in

JOIN = " | "
_WHITE = re.compile(r"[ \t\r\n]+")
_CELL_TEXT = {"paragraph", "heading", "title"}
_ROW_GROUPS = ("table-header-rows", "table-rows", "table-row-group")
_DRAWN = ("custom-shape", "rect", "ellipse", "circle", "polygon", "polyline", "path", "line", "connector", "caption")
SHAPES = ("frame", "g", *_DRAWN)
_HANGING = {"note", "annotation", *SHAPES}
_SOURCES = ("table-of-content", "alphabetical-index", "illustration-index", "object-index", "user-index", "table-index")
_SKIPPED = {
    *("tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "forms", "bibliography-source"),
    *("note-citation", "ruby-text", "title", "desc", "event-listeners", "change-info", "creator", "date"),
    *(f"{index}-source" for index in _SOURCES),
}


@dataclass(frozen=True, slots=True)
class Block:
    """One passage to be, without its place."""

    line: Line
    kind: Kind
    level: int = 0


@dataclass(slots=True)
class _Change:
    kind: str
    author: str
    element: Element


@dataclass(slots=True)
class TextReader:
    """Reads any element that holds blocks. `styles` says which paragraph styles are titles; `lists` counts items.
    `find_object` gives the text of an embedded chart or drawing by its address."""

    lists: Lists
    titles: frozenset[str] = frozenset()
    find_object: Callable[[str], str] = lambda address: ""
    _changes: dict[str, _Change] = field(default_factory=dict)
    _inserting: list[tuple[str, str]] = field(default_factory=list)  # (id, author) of insertions that are open
    _hanging: list[tuple[Kind, Element]] = field(default_factory=list)

    def read_changes(self, body: Element) -> None:
        """Learn the tracked changes, which stand before the text they belong to."""
        for region in body.iter("{*}changed-region"):
            for change in region:
                author = next((each.text or "" for each in change.iter("{*}creator")), "")
                self._changes[attribute(region, "id")] = _Change(local_name(change), author.strip(), change)

    def blocks(self, parent: Element, kind: Kind = "paragraph") -> Iterator[Block]:
        """Give the blocks below an element in reading order, each followed by what hangs on it."""
        for child in parent:
            yield from self._block(child, kind)

    def _block(self, element: Element, kind: Kind, label: str = "") -> Iterator[Block]:
        name = local_name(element)
        if name in ("p", "h"):
            yield self._paragraph(element, kind, label)
            yield from self._hung(kind)
        elif name == "list":
            yield from self._list(element, kind)
        elif name == "table":
            yield from self.table_rows(element, kind)
        elif name in _HANGING:
            self._hang(element)
            yield from self._hung(kind)
        elif name == "change":
            line = Line()
            self._deleted(element, line)
            yield Block(line, kind)
        elif name and name not in _SKIPPED:
            self._note_change(element)
            yield from self.blocks(element, kind)

    def _paragraph(self, element: Element, kind: Kind, label: str = "") -> Block:
        line = Line()
        is_heading = local_name(element) == "h"
        level = number_in(element, "outline-level", 1, 10) if is_heading else 0
        line.add(self.lists.heading_label(level) if is_heading else label)
        before = line.length
        self.inline(element, line)
        if line.length == before:
            line = Line()
        if kind == "paragraph" and is_heading:
            return Block(line, "heading", min(level, 6))
        is_title = kind == "paragraph" and attribute(element, "style-name") in self.titles
        return Block(line, "title" if is_title else kind)

    def inline(self, parent: Element, line: Line) -> None:
        """Put the text of a paragraph or span into the line."""
        self._add(parent.text, line)
        for child in parent:
            self._inline_child(child, line)
            self._add(child.tail, line)

    def _add(self, text: str | None, line: Line) -> None:
        """White space counts once (ODF 1.3 part 3, 6.1.2); open insertions lie over what is added."""
        if not text:
            return
        start = line.length
        line.add(_WHITE.sub(" ", text))
        for _, author in self._inserting[-1:]:
            line.mark(start, Mark(0, 0, "inserted", author))

    def _inline_child(self, child: Element, line: Line) -> None:
        name = local_name(child)
        if name == "s":
            line.add(" " * number_in(child, "c", 1, 100))
        elif name in ("tab", "line-break"):
            line.add("\t" if name == "tab" else "\n")
        elif name == "ruby":
            self._ruby(child, line)
        elif name in _HANGING:
            self._hang(child)
        elif name == "change":
            self._deleted(child, line)
        elif name in ("change-start", "change-end"):
            self._note_change(child)
        elif name and name not in _SKIPPED:
            self._hidden_or_plain(child, name, line)

    def _hidden_or_plain(self, child: Element, name: str, line: Line) -> None:
        start = line.length
        if name == "hidden-text":
            line.add(attribute(child, "string-value"))
            line.mark(start, Mark(0, 0, "hidden"))
        else:
            self.inline(child, line)

    def _ruby(self, ruby: Element, line: Line) -> None:
        start = line.length
        base = find_element(ruby, "ruby-base")
        if base is not None:
            self.inline(base, line)
        reading = find_element(ruby, "ruby-text")
        line.mark(
            start, Mark(0, 0, "ruby", "" if reading is None else "".join(str(text) for text in reading.itertext()))
        )

    def _note_change(self, element: Element) -> None:
        identifier = attribute(element, "change-id")
        if local_name(element) == "change-start":
            change = self._changes.get(identifier)
            if change and change.kind == "insertion":
                self._inserting.append((identifier, change.author))
        elif local_name(element) == "change-end":
            self._inserting = [each for each in self._inserting if each[0] != identifier]

    def _deleted(self, point: Element, line: Line) -> None:
        """What was deleted here, put back and marked."""
        change = self._changes.get(attribute(point, "change-id"))
        if change and change.kind == "deletion":
            start = line.length
            for block in self.blocks(change.element):
                line.append(block.line, "\n" if line.length > start else "")
            line.mark(start, Mark(0, 0, "deleted", change.author))

    def shape_blocks(self, shape: Element) -> Iterator[Block]:
        """Give what a shape on a slide says."""
        self._hang(shape)
        yield from self._hung("paragraph")

    def _hang(self, element: Element) -> None:
        kinds: dict[str, Kind] = {"note": "footnote", "annotation": "comment"}
        self._hanging.append((kinds.get(local_name(element), "shape"), element))

    def _hung(self, around: Kind) -> Iterator[Block]:
        hanging, self._hanging = self._hanging, []
        for kind, element in hanging:
            if kind == "comment":
                yield self.comment(element)
            else:
                yield from self._shape(element, kind if around == "paragraph" else around)

    def _shape(self, element: Element, kind: Kind) -> Iterator[Block]:
        """A frame may show a text box, a table, or an object of its own; the first form counts."""
        if local_name(element) == "frame":
            yield from self._frame(element, kind)
            return
        body = find_element(element, "note-body") if local_name(element) == "note" else element
        if body is not None:
            yield from self.blocks(body, kind)

    def _frame(self, frame: Element, kind: Kind) -> Iterator[Block]:
        form = next(elements(frame, "text-box", "table", "object"), None)
        if form is None:
            return
        if local_name(form) == "object":
            line = Line()
            line.add(self.find_object(attribute(form, "href")))
            yield Block(line, kind)
        elif local_name(form) == "table":
            yield from self.table_rows(form, kind)
        else:
            yield from self.blocks(form, kind)

    def comment(self, element: Element) -> Block:
        """Give a comment as "author: text"."""
        author = next((each.text or "" for each in elements(element, "creator")), "").strip()
        line = Line()
        for block in list(self.blocks(element, "comment")):
            line.append(block.line, "\n")
        whole = Line()
        whole.add(f"{author}: " if author and line.length else "")
        whole.append(line, "")
        return Block(whole, "comment")

    def _list(self, element: Element, kind: Kind) -> Iterator[Block]:
        with self.lists.open(element):
            for item in elements(element, "list-item", "list-header"):
                label = self.lists.next_label(item) if local_name(item) == "list-item" else ""
                for child in item:
                    yield from self._block(child, kind, label)
                    label = ""

    def table_rows(self, table: Element, kind: Kind = "paragraph") -> Iterator[Block]:
        """Give a table row by row, cells side by side; whatever in them is more than text follows the row."""
        for row in rows_of(table):
            line = Line()
            after: list[Block] = []
            for cell in elements(row, "table-cell"):
                content = Line()
                for block in self.blocks(cell):
                    if block.kind in _CELL_TEXT:
                        content.append(block.line, "\n")
                    else:
                        after.append(block)
                line.append(content, JOIN)
            yield Block(line, "row" if kind == "paragraph" else kind)
            yield from after


def rows_of(table: Element) -> Iterator[Element]:
    """Give a table's rows, through header and group elements."""
    for child in table:
        name = local_name(child)
        if name == "table-row":
            yield child
        elif name in _ROW_GROUPS:
            yield from rows_of(child)
