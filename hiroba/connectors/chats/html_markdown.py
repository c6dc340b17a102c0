"""A message's HTML as Markdown. Read by Python's own tolerant parser: nothing is fetched, run or trusted, and what is
no known markup gives its text alone."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from hiroba.connectors.chats.markdown import cleaned, escaped, fenced, inline_code, link, quoted

LONGEST = 1_000_000  # characters of HTML; what comes after is cut
DEEPEST = 40  # nested quotations and lists; deeper ones give their text alone
_MARKUP = re.compile(r"[<&]")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SILENT = {"script", "style", "template", "head", "title", "noscript", "object", "iframe", "svg", "math", "textarea"}
_BLOCKS = {"p", "div", "section", "article", "header", "footer", "figure", "figcaption", "dl", "dt", "dd", "center"}
_AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "strike": "~~", "del": "~~"}
_SIGNS = {"So", "Sk", "Mn", "Cf", "Me"}  # what an emoji is made of
_VOID = {"br", "hr", "img", "attachment", "input", "wbr", "col", "source", "meta", "link"}
_PARTS = {"ul", "ol", "li", "blockquote", "pre", "codeblock", "table", "tr", "td", "th", "a", "at", "code"}


@dataclass
class _Level:
    """An element that is open, and what it has gathered: finished blocks and the line at hand."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    number: int = 0
    is_heading: bool = False

    def end_line(self) -> None:
        """Make the line at hand a block."""
        text = "".join(self.line).strip(" \u00a0")
        text = re.sub(r" *\n *", "\n", text).strip("\n")
        if text:
            self.blocks.append(text)
        self.line = []

    def text(self, between: str = "\n\n") -> str:
        """Give all that was gathered."""
        self.end_line()
        return between.join(self.blocks)


@dataclass(frozen=True)
class Body:
    """What a message's HTML says: Markdown, the images in it (name, address), who is addressed by which words (by the
    number its markup gives), and which attachments stand where."""

    text: str
    images: tuple[tuple[str, str], ...] = ()
    addressed: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()


def markdown_of(source: str) -> Body:
    """Turn HTML into Markdown; never raises."""
    if not _MARKUP.search(source):
        return Body(escaped(source).strip())
    reader = _Reader()
    try:
        reader.feed(cleaned(source[:LONGEST]))
        reader.close()
        return reader.finish()
    except (AssertionError, RecursionError, ValueError):  # what the parser has no name for: the words alone
        words = re.sub(r"<[^<>]{0,1000}>", " ", source[:LONGEST])
        return Body(escaped(_SPACE.sub(" ", html.unescape(words))).strip())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._levels = [_Level("")]
        self._silent: list[str] = []
        self._images: list[tuple[str, str]] = []
        self._addressed: list[tuple[str, str]] = []
        self._attachments: list[str] = []

    def finish(self) -> Body:
        while len(self._levels) > 1:
            self._end(self._levels[-1].tag)
        text = re.sub(r"\n{3,}", "\n\n", self._levels[0].text()).strip()
        return Body(text, tuple(self._images), tuple(self._addressed), tuple(self._attachments))

    @property
    def _top(self) -> _Level:
        return self._levels[-1]

    def _is_in(self, *tags: str) -> bool:
        return any(level.tag in tags for level in self._levels)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        if self._silent:
            return
        attributes = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            self._void(tag, attributes)
        elif tag in _PARTS or tag in _AROUND:
            self._open(tag, attributes)
        elif re.fullmatch("h[1-6]", tag):
            self._top.end_line()
            self._top.is_heading = True
        elif tag in _BLOCKS:
            self._top.end_line()
        elif tag in ("emoji", "customemoji"):
            self._top.line.append(escaped(attributes.get("alt") or attributes.get("title") or "", False))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if self._silent[-1] == tag:
                self._silent.pop()
            return
        if tag in _PARTS or tag in _AROUND:
            if self._is_in(tag):
                while self._top.tag != tag:
                    self._end(self._top.tag)
                self._end(tag)
        elif re.fullmatch("h[1-6]", tag):
            words = "".join(self._top.line).strip()
            self._top.line = [f"**{words}**"] if words and "**" not in words else [words]
            self._top.end_line()
            self._top.is_heading = False
        elif tag in _BLOCKS:
            self._top.end_line()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._is_in("pre", "codeblock", "code"):
            self._top.line.append(data)
            return
        text = _SPACE.sub(" ", data)
        is_start = not self._top.line or self._top.line[-1].endswith("\n")
        if is_start:
            text = text.lstrip(" ")
        if text:
            self._top.line.append(escaped(text, is_start and self._top.tag not in _AROUND))

    def _void(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._top.line.append("\n" if self._is_in("pre", "codeblock", "code") else "  \n")
        elif tag == "hr":
            self._top.end_line()
            self._top.blocks.append("---")
        elif tag == "img" and self._is_emoji(attributes):
            self._top.line.append(escaped(attributes["alt"], False))
        elif tag == "img":
            self._images.append((attributes.get("alt", ""), attributes.get("src", "")))
        elif tag == "attachment":
            self._attachments.append(attributes.get("id", ""))

    @staticmethod
    def _is_emoji(attributes: dict[str, str]) -> bool:
        alt = attributes.get("alt", "")
        is_sign = bool(alt) and len(alt) <= 12 and all(unicodedata.category(char) in _SIGNS for char in alt)
        return is_sign or (bool(alt) and "emoji" in attributes.get("itemtype", "").lower())

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._levels) > DEEPEST:
            return
        if tag not in _AROUND and tag not in ("a", "at", "code"):
            self._top.end_line()
        if tag == "li":  # a list item ends where the next begins, whatever was forgotten
            self._close_open_item()
        self._levels.append(_Level(tag, attributes))

    def _close_open_item(self) -> None:
        for level in reversed(self._levels):
            if level.tag in ("ul", "ol"):
                return
            if level.tag == "li":
                self.handle_endtag("li")
                return

    def _end(self, tag: str) -> None:
        level = self._levels.pop()
        _ENDS.get(tag, _end_plain)(self, level, self._top)

    def addressed(self, key: str, text: str) -> None:
        """Note that somebody is addressed."""
        self._addressed.append((key, text))


_End = Callable[[_Reader, _Level, _Level], None]


def _end_plain(_reader: _Reader, level: _Level, outer: _Level) -> None:
    outer.line.append(level.text("\n"))


def _end_around(_reader: _Reader, level: _Level, outer: _Level) -> None:
    mark = _AROUND[level.tag]
    raw = "".join(level.line)
    text = raw.strip()
    if level.blocks or not text or mark in text or "\n" in text:  # markup across blocks: the words alone
        outer.line.append(" ".join([*level.blocks, raw]))
        return
    before = " " if raw.startswith(" ") else ""
    after = " " if raw.endswith(" ") else ""
    outer.line.append(f"{before}{mark}{text}{mark}{after}")


def _end_link(_reader: _Reader, level: _Level, outer: _Level) -> None:
    text = level.text(" ").replace("\n", " ")
    outer.line.append(link(text, level.attributes.get("href", "")))


def _end_at(reader: _Reader, level: _Level, outer: _Level) -> None:
    name = level.text(" ").replace("\n", " ").removeprefix("@")
    if name:
        reader.addressed(level.attributes.get("id", ""), f"@{name}")
        outer.line.append(f"@{name}")


def _end_code(reader: _Reader, level: _Level, outer: _Level) -> None:
    text = "".join(level.line)
    outer.line.append(text if outer.tag in ("pre", "codeblock") else inline_code(text))


def _end_block_of_code(_reader: _Reader, level: _Level, outer: _Level) -> None:
    text = "\n".join([*level.blocks, "".join(level.line)]).strip("\n")
    if outer.tag in ("pre", "codeblock"):
        outer.line.append(text)
    elif text.strip():
        outer.blocks.append(fenced(text.replace("\u00a0", " "), level.attributes.get("class", "").lower()))


def _end_quote(_reader: _Reader, level: _Level, outer: _Level) -> None:
    if text := level.text():
        outer.blocks.append(quoted(text))


def _end_list(_reader: _Reader, level: _Level, outer: _Level) -> None:
    if text := level.text("\n"):
        outer.blocks.append(text)


def _end_item(_reader: _Reader, level: _Level, outer: _Level) -> None:
    outer.number += 1
    sign = f"{outer.number}. " if outer.tag == "ol" else "- "
    text = level.text("\n").replace("\n", "\n" + " " * len(sign))
    if text.strip():
        outer.blocks.append(sign + text)


def _end_cell(_reader: _Reader, level: _Level, outer: _Level) -> None:
    outer.blocks.append(level.text(" ").replace("\n", " ").replace("|", "\\|"))


def _end_row(_reader: _Reader, level: _Level, outer: _Level) -> None:
    level.end_line()
    outer.blocks.append("| " + " | ".join(level.blocks) + " |")


def _end_table(_reader: _Reader, level: _Level, outer: _Level) -> None:
    level.end_line()
    rows = [row for row in level.blocks if row.strip("| ")]
    if rows:
        columns = rows[0].replace("\\|", "").count("|") - 1
        outer.blocks.append("\n".join([rows[0], "|" + " --- |" * max(columns, 1), *rows[1:]]))


_ENDS: dict[str, _End] = {
    **dict.fromkeys(_AROUND, _end_around),
    "a": _end_link,
    "at": _end_at,
    "code": _end_code,
    "pre": _end_block_of_code,
    "codeblock": _end_block_of_code,
    "blockquote": _end_quote,
    "ul": _end_list,
    "ol": _end_list,
    "li": _end_item,
    "td": _end_cell,
    "th": _end_cell,
    "tr": _end_row,
    "table": _end_table,
}
