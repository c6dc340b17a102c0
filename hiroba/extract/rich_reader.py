"""The walk over an RTF file: groups, control words, bytes in several encodings. One pass, no recursion, no surprise."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from hiroba.extract.equations import equation_text
from hiroba.extract.passages import Kind, Mark, Trouble
from hiroba.extract.rich_blocks import Block, Sink
from hiroba.extract.rich_words import (
    CHARACTERS,
    CODE_PAGES,
    EAST_ASIAN,
    ENTERED,
    FACTS,
    HANGING,
    LOOKED_AT,
    MARGINS,
    SILENT,
    SYMBOL_FONT,
    SYMBOLS,
)
from hiroba.extract.word_styles import heading_level

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.S
)
_REACHES_OUT = re.compile(r"\s*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|MACROBUTTON)\b", re.I)
_DEEPEST = 5_000


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and what ends with it."""

    sink: Sink
    destination: str = ""  # "" is text; else the name of the destination whose content is looked at or skipped
    font: int = -1
    unicode_skip: int = 1
    is_hidden: bool = False
    is_inserted: bool = False
    is_deleted: bool = False
    author: int = 0
    level: int = 0
    in_table: bool = False


class RichReader:
    """Reads one file; afterwards `body`, `margins`, `facts` and `warnings()` hold what was in it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.body = Sink()
        self.margins: list[Block] = []
        self.facts: dict[str, str] = {}
        self._margins_said: set[str] = set()
        self._state = _State(self.body)
        self._groups: list[_State] = []
        self._opens_group = False  # the next control word names a destination
        self._is_optional = False  # \* came before it
        self._bytes = bytearray()
        self._skip = 0  # fallback characters that follow \u
        self._code_page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._symbol_fonts: set[int] = set()
        self._defined = 0  # font or style whose definition is being read
        self._headings: dict[int, int] = {}
        self._authors: list[str] = []
        self._written = ""  # text of the destination that is looked at
        self._annotator = ""
        self._high = 0  # first half of a character beyond U+FFFF
        self._lost = self._reaches_out = self._has_object = False

    def warnings(self) -> Iterator[Trouble]:
        """Give what was not done or not readable."""
        if self._reaches_out:
            yield Trouble("EXTRACT-36")
        if self._has_object:
            yield Trouble("EXTRACT-38")
        if self._lost:
            yield Trouble("TEXT-01", {"encoding": self._code_page})

    def read(self) -> None:
        """Walk over the whole file once."""
        position, size = 0, len(self._data)
        while position < size:
            token = _TOKEN.match(self._data, position)
            if token is None:
                break
            position = token.end()
            word, number = token[1], int(token[2] or 0)
            if word == b"bin":
                position += max(0, number)
            elif word is not None:
                self._control(word.decode("ascii"), number if token[2] else None)
            else:
                self._take(*token.group(3, 4, 5, 6))
        while self._groups:
            self._close_group()
        self._flush()
        self.body.end()

    def _take(self, hexadecimal: bytes | None, symbol: bytes | None, brace: bytes | None, text: bytes | None) -> None:
        """A token that is no control word."""
        if brace is not None:
            self._open_group() if brace == b"{" else self._close_group()
        elif hexadecimal is not None:
            self._add_bytes(bytes([int(hexadecimal, 16)]))
        elif symbol is not None:
            self._symbol(symbol)
        elif text is not None:
            self._add_bytes(text)

    def _open_group(self) -> None:
        self._flush()
        self._skip = 0
        if len(self._groups) < _DEEPEST:
            self._groups.append(self._state)
        self._opens_group, self._is_optional = True, False

    def _close_group(self) -> None:
        self._flush()
        self._skip = 0
        self._opens_group = False
        if not self._groups:
            return
        ended, self._state = self._state, self._groups.pop()
        if ended.destination != self._state.destination:
            self._end_destination(ended.destination)
        if ended.sink is not self._state.sink:
            self._end_sink(ended.sink)

    def _end_sink(self, sink: Sink) -> None:
        sink.end()
        if sink.kind in ("header", "footer"):
            for block in sink.blocks:  # every section repeats them: once is enough
                text = block.line.finish()[0]
                if text not in self._margins_said:
                    self._margins_said.add(text)
                    self.margins.append(block)
        else:
            self._state.sink.hanging += sink.blocks

    def _end_destination(self, name: str) -> None:
        written, self._written = self._written.strip(), ""
        if name == "fldinst":
            self._reaches_out = self._reaches_out or bool(_REACHES_OUT.match(written))
            base, reading = equation_text(written)
            line = self._state.sink.line
            start = line.length
            line.add(base)
            if reading:
                line.mark(start, Mark(0, 0, "ruby", reading))
        elif name == "revtbl":
            self._authors = [author.strip() for author in written.split(";")]
        elif name in FACTS and written:
            self.facts[FACTS[name]] = written
        elif name == "atnauthor" and written:
            self._annotator = written

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._is_optional = self._opens_group
        elif symbol in b"\\{}":
            self._add_bytes(symbol)
        elif symbol in b"\r\n":
            self._end_paragraph()
        else:
            self._add_text(SYMBOLS.get(symbol, ""))

    def _control(self, name: str, number: int | None) -> None:
        self._flush()
        opens, self._opens_group = self._opens_group, False
        if opens and self._begin_destination(name):
            return
        if name in CHARACTERS:
            if self._skip:
                self._skip -= 1
            else:
                self._add_text(CHARACTERS[name])
        elif handler := _HANDLERS.get(name):
            handler(self, _WITHOUT_NUMBER.get(name, 0) if number is None else number)

    def _begin_destination(self, name: str) -> bool:
        """Whether this word, the first of its group, said where the group's content goes."""
        state = self._state
        if state.destination == "skip":
            return False
        if name in HANGING or name in MARGINS:
            self._begin_sink(HANGING.get(name) or MARGINS[name])
        elif name in LOOKED_AT or (state.destination == "info" and name in FACTS):
            self._look_at(name)
        elif name in SILENT or state.destination == "info" or (self._is_optional and name not in ENTERED):
            self._has_object = self._has_object or name == "objdata"
            self._look_at("skip")
        elif name == "ud":  # {\upr in bytes {\*\ud the same in Unicode}}: as if it stood where \upr does
            self._look_at(self._groups[-2].destination if len(self._groups) > 1 else "")
        else:
            return False
        return True

    def _look_at(self, destination: str) -> None:
        self._state = replace(self._state, destination=destination)
        self._written = ""

    def _begin_sink(self, kind: Kind) -> None:
        sink = Sink(kind)
        self._state = replace(self._state, sink=sink, destination="", is_hidden=False, level=0, in_table=False)
        if kind == "comment" and self._annotator:
            sink.line.add(f"{self._annotator}: ")

    def _add_bytes(self, data: bytes) -> None:
        self._opens_group = False
        if self._skip:
            data, self._skip = data[self._skip :], max(0, self._skip - len(data))
        if self._state.destination != "skip":
            self._bytes += data

    def _flush(self) -> None:
        if self._bytes:
            text = self._decode(bytes(self._bytes))
            self._bytes.clear()
            self._add_text(text)

    def _decode(self, data: bytes) -> str:
        if data.isascii():
            return "" if self._state.font in self._symbol_fonts else data.decode("ascii")
        named = self._fonts.get(self._state.font, "")
        if named == "cp1252" and self._code_page in EAST_ASIAN:
            named = ""  # Japanese programs leave fonts at the charset of Western Windows
        for encoding in filter(None, (named, self._code_page)):
            with suppress(UnicodeDecodeError):
                return data.decode(encoding)
        self._lost = True
        return data.decode(named or self._code_page, "replace")

    def _add_text(self, text: str) -> None:
        destination = self._state.destination
        if destination == "":
            self._put(text)
        elif destination == "stylesheet":
            level = heading_level(text.strip(" ;"))
            if level:
                self._headings[self._defined] = level
        elif destination != "skip":
            self._written = (self._written + text)[:10_000]

    def _put(self, text: str) -> None:
        line, state = self._state.sink.line, self._state
        start = line.length
        line.add(text)
        author = self._authors[state.author] if state.author < len(self._authors) else ""
        if state.is_hidden:
            line.mark(start, Mark(0, 0, "hidden"))
        if state.is_deleted:
            line.mark(start, Mark(0, 0, "deleted", author))
        elif state.is_inserted:
            line.mark(start, Mark(0, 0, "inserted", author))

    def _end_paragraph(self) -> None:
        state = self._state
        if state.destination == "":
            kind: Kind = "heading" if state.level else "paragraph"
            state.sink.end_paragraph(kind, state.level, in_table=state.in_table)

    def _unicode(self, number: int) -> None:
        code = number & 0xFFFF
        if 0xD800 <= code < 0xDC00:
            self._high = code
        elif 0xDC00 <= code < 0xE000:
            if self._high:
                self._add_text(chr(0x10000 + ((self._high - 0xD800) << 10) + code - 0xDC00))
            self._high = 0
        elif not 0xF000 <= code <= 0xF0FF or self._state.font not in self._symbol_fonts:
            self._add_text(chr(code))
        self._skip = self._state.unicode_skip

    def _font(self, number: int) -> None:
        self._state = replace(self._state, font=number)
        if self._state.destination == "fonttbl":
            self._defined = number

    def _charset(self, number: int) -> None:
        if number == SYMBOL_FONT:
            self._symbol_fonts.add(self._defined)
        if number in CODE_PAGES:
            self._fonts[self._defined] = CODE_PAGES[number]

    def _set_code_page(self, number: int) -> None:
        try:
            codecs.lookup(f"cp{number}")
        except LookupError:
            return
        self._code_page = f"cp{number}"

    def _style(self, number: int) -> None:
        if self._state.destination == "stylesheet":
            self._defined = number
        else:
            self._set(level=self._headings.get(number, 0))

    def _outline(self, number: int) -> None:
        if self._state.destination != "stylesheet":
            self._set(level=min(number + 1, 6) if 0 <= number < 9 else 0)

    def _set(self, **values: bool | int) -> None:
        self._state = replace(self._state, **values)  # type: ignore[arg-type]  # the names are those of _State

    def _date_part(self, number: int) -> None:
        if self._state.destination in ("creatim", "revtim"):
            self._written += f"-{number:02}" if self._written else str(number)


_HANDLERS: dict[str, Callable[[RichReader, int], None]] = {
    "par": lambda reader, _: reader._end_paragraph(),
    "sect": lambda reader, _: reader._end_paragraph(),
    "cell": lambda reader, _: reader._state.sink.end_cell(),
    "row": lambda reader, _: reader._state.sink.end_row(),
    "nestcell": lambda reader, _: reader._state.sink.end_inner_cell(),
    "nestrow": lambda reader, _: reader._state.sink.end_inner_row(),
    "u": RichReader._unicode,
    "f": RichReader._font,
    "fcharset": RichReader._charset,
    "ansicpg": RichReader._set_code_page,
    "s": RichReader._style,
    "outlinelevel": RichReader._outline,
    "yr": RichReader._date_part,
    "mo": RichReader._date_part,
    "dy": RichReader._date_part,
    "uc": lambda reader, number: reader._set(unicode_skip=max(0, min(number, 100))),
    "pard": lambda reader, _: reader._set(level=0, in_table=False),
    "plain": lambda reader, _: reader._set(is_hidden=False, is_inserted=False, is_deleted=False),
    "intbl": lambda reader, _: reader._set(in_table=True),
    "v": lambda reader, number: reader._set(is_hidden=number != 0),
    "revised": lambda reader, number: reader._set(is_inserted=number != 0),
    "deleted": lambda reader, number: reader._set(is_deleted=number != 0),
    "revauth": lambda reader, number: reader._set(author=number),
    "revauthdel": lambda reader, number: reader._set(author=number),
}
_WITHOUT_NUMBER = {"v": 1, "revised": 1, "deleted": 1, "uc": 1}  # what a word means that has no number
