"""JSON of any size, one entry at a time; a broken entry costs itself alone, and what it is worth is said."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from hiroba.connectors.chats.exports import BROKEN, LARGEST_SMALL, Files
from hiroba.connectors.chats.telling import NotTaken

PIECE = 1024 * 1024
LARGEST_ENTRY = 32 * 1024 * 1024  # characters of one message with everything in it
_GAP = re.compile(r"[\s,\ufeff]*")
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_TAIL = 200  # characters at the end of a piece that may be the beginning of something
_LIST = re.compile(r"[\s\ufeff]*(?:\{[^\[\]{}]{0,2000}?\"([^\"]+)\"\s*:\s*)?\[")
Entry = dict[str, Any]
Hook = Callable[[Entry], Any]


@dataclass
class _Window:
    """The part of a text at hand."""

    file: IO[bytes]
    text: str = ""
    at: int = 0
    is_over: bool = False

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")

    def more(self) -> bool:
        """Take in the next piece; False when there is none."""
        if self.is_over:
            return False
        piece = self.file.read(PIECE)
        self.is_over = not piece
        self.text = self.text[self.at :] + self._decoder.decode(piece, final=self.is_over)
        self.at = 0
        return True


def entries(
    files: Files, name: str, looks_right: Callable[[Entry], bool], hook: Hook | None = None
) -> Iterator[Entry | NotTaken]:
    """Give the objects of a JSON list (the file's own, or the one in `value` or any single other field), as `hook`
    turns each object into its like.

    CHATS-01 the file is not there, CHATS-02 an entry is broken: reading goes on at the next that `looks_right`,
    CHATS-03 one is too large, CHATS-13 the file cannot be read."""
    try:
        with files.open(name) as file:
            yield from _entries(_Window(file), name, looks_right, json.JSONDecoder(object_hook=hook))
    except KeyError:
        yield NotTaken(name, "CHATS-01")
    except BROKEN:
        yield NotTaken(name, "CHATS-13")


def _entries(
    window: _Window, name: str, looks_right: Callable[[Entry], bool], decoder: json.JSONDecoder
) -> Iterator[Entry | NotTaken]:
    window.more()
    start = _LIST.match(window.text)
    if start is None:
        yield from _lone_entry(window, name, looks_right, decoder)
        return
    window.at = start.end()
    number, found = 0, _next_entry(window, decoder)
    while found is not None:
        number += 1
        if isinstance(found, dict):
            yield found
        elif found is _BROKEN:
            code = "CHATS-03" if len(window.text) - window.at > LARGEST_ENTRY else "CHATS-02"
            yield NotTaken(f"{name}#{number}", code)
            found = _entry_after(window, looks_right, decoder)
            continue
        found = _next_entry(window, decoder)


_NOTHING = object()
_BROKEN = "broken"


def _next_entry(window: _Window, decoder: json.JSONDecoder) -> Any:
    """Give the next entry: None at the list's end, _BROKEN where none can be read."""
    while True:
        gap = _GAP.match(window.text, window.at)
        window.at = gap.end() if gap else window.at
        if window.at >= len(window.text):
            if not window.more():
                return _BROKEN if window.text else None
            if window.is_over and not window.text:
                return _BROKEN
            continue
        if window.text[window.at] == "]":
            return None
        try:
            found, window.at = decoder.raw_decode(window.text, window.at)
        except (json.JSONDecodeError, RecursionError) as error:
            if not _may_go_on(window, error) or not window.more():
                return _BROKEN
            continue
        return found if isinstance(found, dict) else _NOTHING


def _may_go_on(window: _Window, error: Exception) -> bool:
    """Tell whether an entry is only not there to its end yet."""
    if not isinstance(error, json.JSONDecodeError) or len(window.text) - window.at > LARGEST_ENTRY:
        return False
    return error.msg.startswith("Unterminated") or error.pos > len(window.text) - _TAIL


def _entry_after(window: _Window, looks_right: Callable[[Entry], bool], decoder: json.JSONDecoder) -> Entry | None:
    """Give the next entry behind a broken one that can be read and is of the kind; None when none comes."""
    while True:
        found = _NEXT.search(window.text, window.at)
        if found is None:
            window.at = max(window.at, len(window.text) - _TAIL)
            if not window.more():
                return None
            continue
        window.at = found.end()
        entry = _next_entry(window, decoder)
        if isinstance(entry, dict) and looks_right(entry):
            return entry


def _lone_entry(
    window: _Window, name: str, looks_right: Callable[[Entry], bool], decoder: json.JSONDecoder
) -> Iterator[Entry | NotTaken]:
    while not window.is_over and len(window.text) <= LARGEST_ENTRY:
        window.more()
    if not window.text.strip():
        yield NotTaken(name, "CHATS-02")
        return
    try:
        found = decoder.decode(window.text.lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError):
        yield NotTaken(name, "CHATS-02")
        return
    if isinstance(found, dict) and looks_right(found):
        yield found


def lines(files: Files, name: str) -> Iterator[tuple[int, Entry] | NotTaken]:
    """Give the objects of a file of lines, each with its number; a broken or overlong line costs itself alone
    (CHATS-02, CHATS-03)."""
    try:
        with files.open(name) as file:
            yield from _lines(file, name)
    except KeyError:
        yield NotTaken(name, "CHATS-01")
    except BROKEN:
        yield NotTaken(name, "CHATS-13")


def _lines(file: IO[bytes], name: str) -> Iterator[tuple[int, Entry] | NotTaken]:
    number = 0
    while line := file.readline(LARGEST_ENTRY):
        number += 1
        where = f"{name}#{number}"
        if len(line) >= LARGEST_ENTRY and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(LARGEST_ENTRY)
            yield NotTaken(where, "CHATS-03")
            continue
        if not line.strip():
            continue
        try:
            found = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8", "replace"))
        except (ValueError, RecursionError):
            found = None
        yield (number, found) if isinstance(found, dict) else NotTaken(where, "CHATS-02")


def whole(files: Files, name: str, hook: Hook | None = None) -> Any | NotTaken:
    """Give a small file's JSON. CHATS-01, CHATS-02, CHATS-03, CHATS-13 as above."""
    try:
        if files.size(name) > LARGEST_SMALL:
            return NotTaken(name, "CHATS-03")
        with files.open(name) as file:
            text = file.read(LARGEST_SMALL).decode("utf-8-sig", "replace")
        return json.loads(text, object_hook=hook)
    except KeyError:
        return NotTaken(name, "CHATS-01")
    except (json.JSONDecodeError, RecursionError):
        return NotTaken(name, "CHATS-02")
    except BROKEN:
        return NotTaken(name, "CHATS-13")
