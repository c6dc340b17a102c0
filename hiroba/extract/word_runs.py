"""The runs of a Word paragraph as the text one sees, changes marked; what hangs on it is put aside for later."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from hiroba.extract.equations import equation_text
from hiroba.extract.line import Line
from hiroba.extract.passages import Mark
from hiroba.extract.strange_xml import Element, attribute, elements, find_element, local_name
from hiroba.extract.word_styles import Styles, is_hidden_run, is_on

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLAIN = {
    "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-",
}  # fmt: skip
# Wingdings and Symbol by their code: only what Japanese forms use; the rest would be noise (lists: Unicode L2/11-052).
_SYMBOLS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0xA1: "○", 0xA7: "▪", 0xA8: "◻",
    0xD8: "➢", 0xE0: "→", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0xB7: "•", 0x4A: "☺",
}  # fmt: skip
_RUNS_SOMETHING = re.compile(r"\s*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|MACROBUTTON)\b", re.I)

_LONGEST_INSTRUCTION = 2_000

Hanging = Literal["shape", "footnote", "endnote", "comment", "chart", "diagram", "chunk"]


@dataclass(slots=True)
class Found:
    """What hangs on the text being read: an element that holds blocks, or the id of something in another part."""

    kind: Hanging
    element: Element | None = None
    identifier: str = ""


@dataclass(slots=True)
class RunReader:
    """Reads inline content. `found` fills with what must follow the block; fields may span several paragraphs."""

    styles: Styles
    found: list[Found] = field(default_factory=list)
    reaches_out: bool = False  # a field would start a program or load a file
    _fields: list[bool] = field(default_factory=list)  # for each open field: still in its instruction
    _instruction: str = ""

    def read(self, parent: Element, line: Line) -> None:
        """Put everything visible below an element into the line."""
        for child in parent:
            handler = _HANDLERS.get(child.tag)
            if handler:
                handler(self, child, line)
            elif len(child):
                self.read(child, line)

    def text(self, element: Element, line: Line) -> None:
        """Text, unless it stands in a field's instruction."""
        if element.text and not (self._fields and any(self._fields)):
            line.add(element.text)

    def run(self, element: Element, line: Line) -> None:
        """One run; hidden text is kept and marked."""
        start = line.length
        self.read(element, line)
        if line.length > start and is_hidden_run(find_element(element, "rPr"), self.styles):
            line.mark(start, Mark(0, 0, "hidden"))

    def change(self, element: Element, line: Line) -> None:
        """A tracked change around runs: a deleted or moved-away text stays, distinguishable by its mark."""
        start = line.length
        self.read(element, line)
        kind: Literal["inserted", "deleted"] = "inserted" if local_name(element) in ("ins", "moveTo") else "deleted"
        line.mark(start, Mark(0, 0, kind, attribute(element, "author")))

    def ruby(self, element: Element, line: Line) -> None:
        """The base text with its reading as a mark."""
        reading = Line()
        for part in elements(element, "rt"):
            self.read(part, reading)
        start = line.length
        for part in elements(element, "rubyBase"):
            self.read(part, line)
        line.mark(start, Mark(0, 0, "ruby", reading.finish()[0]))

    def symbol(self, element: Element, line: Line) -> None:
        """A character of a symbol font by what it looks like; unknown ones are left out."""
        code = attribute(element, "char")
        number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code) else 0
        if 0xF000 <= number <= 0xF0FF:
            line.add(_SYMBOLS.get(number - 0xF000, ""))
        elif number >= 0x20:
            line.add(chr(number))

    def plain(self, element: Element, line: Line) -> None:
        """Tabs, breaks and hyphens."""
        line.add(_PLAIN[local_name(element)])

    def field_character(self, element: Element, line: Line) -> None:
        """Where a field begins, turns from instruction to result, ends. Old form fields show their value here."""
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append(True)
            self._instruction = ""
            self._form_field(find_element(element, "ffData"), line)
        elif self._fields and kind == "separate":
            self._fields[-1] = False
        elif self._fields and kind == "end":
            self._fields.pop()
            self._show_equation(line)

    def _show_equation(self, line: Line) -> None:
        base, reading = equation_text(self._instruction)
        start = line.length
        line.add(base)
        if reading:
            line.mark(start, Mark(0, 0, "ruby", reading))
        self._instruction = ""

    def _form_field(self, data: Element | None, line: Line) -> None:
        box = find_element(data, "checkBox")
        if box is not None:
            checked = find_element(box, "checked")
            line.add("☑" if is_on(checked if checked is not None else find_element(box, "default")) else "☐")
        choices = find_element(data, "ddList")
        if choices is not None:
            entries = [attribute(entry, "val") for entry in elements(choices, "listEntry")]
            chosen = attribute(find_element(choices, "result"), "val", "0")
            if chosen.isdecimal() and int(chosen) < len(entries):
                line.add(entries[int(chosen)])

    def instruction(self, element: Element, line: Line) -> None:
        """A field's instruction is not shown, only looked at: nothing in it is ever done."""
        self._instruction = (self._instruction + (element.text or ""))[:_LONGEST_INSTRUCTION]
        self._look_at(self._instruction)

    def simple_field(self, element: Element, line: Line) -> None:
        """A field whose instruction is an attribute."""
        self._look_at(attribute(element, "instr"))
        self.read(element, line)

    def _look_at(self, instruction: str) -> None:
        self.reaches_out = self.reaches_out or bool(_RUNS_SOMETHING.match(instruction))

    def alternatives(self, element: Element, line: Line) -> None:
        """The same thing in several forms: the first one counts."""
        chosen = next(elements(element, "Choice"), None)
        if chosen is None:
            chosen = find_element(element, "Fallback")
        if chosen is not None:
            self.read(chosen, line)

    def text_box(self, element: Element, line: Line) -> None:
        """A text box follows the block it is anchored in."""
        self.found.append(Found("shape", element))

    def reference(self, element: Element, line: Line) -> None:
        """A footnote, endnote or comment follows the block it is anchored in."""
        kind = _REFERENCES[local_name(element)]
        self.found.append(Found(kind, identifier=attribute(element, "id")))

    def graphic(self, element: Element, line: Line) -> None:
        """A chart or SmartArt: its text lies in another part."""
        is_chart = local_name(element) == "chart"
        self.found.append(
            Found("chart" if is_chart else "diagram", identifier=attribute(element, "id" if is_chart else "dm"))
        )

    def word_art(self, element: Element, line: Line) -> None:
        """Old WordArt keeps its text in an attribute."""
        line.add(attribute(element, "string"))

    def nothing(self, element: Element, line: Line) -> None:
        """What is not shown: properties, earlier properties, positions."""


_REFERENCES: dict[str, Hanging] = {
    "footnoteReference": "footnote",
    "endnoteReference": "endnote",
    "commentReference": "comment",
}
_Handler = Callable[[RunReader, Element, Line], None]
_OTHERS: dict[str, _Handler] = {
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}t": RunReader.text,
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent": RunReader.alternatives,
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart": RunReader.graphic,
    "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart": RunReader.graphic,
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds": RunReader.graphic,
    "{urn:schemas-microsoft-com:vml}textpath": RunReader.word_art,
}
_HANDLERS: dict[str, _Handler] = _OTHERS | {
    _W + name: handler
    for names, handler in (
        (("t", "delText"), RunReader.text),
        (("r",), RunReader.run),
        (("ins", "del", "moveFrom", "moveTo"), RunReader.change),
        (("ruby",), RunReader.ruby),
        (("sym",), RunReader.symbol),
        (tuple(_PLAIN), RunReader.plain),
        (("fldChar",), RunReader.field_character),
        (("fldSimple",), RunReader.simple_field),
        (("instrText", "delInstrText"), RunReader.instruction),
        (("txbxContent",), RunReader.text_box),
        (tuple(_REFERENCES), RunReader.reference),
        (("pPr", "rPr", "sdtPr", "sdtEndPr", "rubyPr", "tblPr", "trPr", "tcPr", "sectPr"), RunReader.nothing),
    )
    for name in names
}
