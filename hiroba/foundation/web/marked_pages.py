"""A page that was written here: where each of its paragraphs, rows and headings stands, and how it looks with that.

The place of a thing is the line of the Markdown text it begins at (`line=7`): it opens the kept original itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from hiroba.foundation.web.marked_text import TooDeepError, parse_marked, plain_of, render_marked, to_html

Cite = Callable[[str], SafeString]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")


@dataclass(frozen=True)
class PlacedText:
    """One thing on a page that can be cited, without its signs. `kind` is heading (with `level`), row, code or
    paragraph."""

    line: int
    kind: str
    text: str
    level: int = 0


@dataclass(frozen=True)
class _Spot:
    line: int
    kind: str
    level: int
    opening: Token  # carries the anchor
    inlines: tuple[Token, ...]


def placed_blocks(text: str) -> list[tuple[int, str]]:
    """Cut a Markdown text into blocks, each with the line it begins at (from 1): at empty lines, before and after
    headings, never inside of fences."""
    blocks: list[tuple[int, list[str]]] = []
    is_open, fence = False, ""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        found = _FENCE.match(line)
        if not fence and not line.strip():
            is_open = False
            continue
        is_heading = not fence and bool(_HEADING.match(line))
        if not is_open or is_heading:
            blocks.append((number, []))
        blocks[-1][1].append(line)
        is_open = not is_heading
        fence = _fence_after(fence, found[1] if found else "")
    return [(number, "\n".join(lines).rstrip()) for number, lines in blocks]


def _fence_after(fence: str, found: str) -> str:
    """Give the fence that is open after a line with `found` of one: three ticks open it, three or more close it."""
    if not fence:
        return found
    return "" if found.startswith(fence) else fence


def placed_texts(text: str) -> Iterator[PlacedText]:
    """Give what can be cited on a page, in its order; what is too much for markup is one paragraph a block."""
    for number, block in placed_blocks(text):
        try:
            tokens = parse_marked(block)
        except TooDeepError:
            yield PlacedText(number, "paragraph", block)
            continue
        for spot in _spots(tokens):
            said = " | ".join(plain_of(inline) for inline in spot.inlines) or spot.opening.content.rstrip("\n")
            if said.strip():
                yield PlacedText(number + spot.line, spot.kind, said, spot.level)


def to_page_html(text: str, here: str, cite: Cite) -> SafeString:
    """Render a page with an anchor on everything that can be cited: "here" where the locator `here` points, l7 for
    line 7 elsewhere; `cite` gives the chip for a locator. Safe for everybody, as `to_html` is."""
    parts = [_placed_html(number, block, here, cite) for number, block in placed_blocks(text)]
    return mark_safe(f'<div class="marked" dir="auto">{"".join(parts)}</div>')  # noqa: S308 - parts are safe


def _placed_html(number: int, block: str, here: str, cite: Cite) -> str:
    try:
        tokens = parse_marked(block)
    except TooDeepError:
        return f'<div id="{_anchor(number, here)}">{to_html(block)}</div>'
    for spot in _spots(tokens):
        locator = f"line={number + spot.line}"
        spot.opening.attrSet("id", _anchor(number + spot.line, here))
        spot.opening.attrJoin("class", "placed cited" if locator == here else "placed")
        if spot.inlines:
            chip = Token("html_inline", "", 0, content=f" {cite(locator)}", meta={"beside": True})
            spot.inlines[-1].children = [*(spot.inlines[-1].children or []), chip]
    return render_marked(tokens)


def _anchor(line: int, here: str) -> str:
    return "here" if here == f"line={line}" else f"l{line}"


def _spots(tokens: list[Token]) -> Iterator[_Spot]:
    """Give the headings, paragraphs, rows and code of a block; a list's item is its paragraph."""
    row: Token | None = None
    cells: list[Token] = []
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            row, cells = token, []
        elif token.type == "tr_close" and row is not None:
            yield _Spot(_line(row), "row", 0, row, tuple(cells))
            row = None
        elif token.type == "inline" and row is not None:
            cells.append(token)
        elif token.type == "inline":
            yield _spot_of(tokens, place)
        elif token.type == "fence":
            yield _Spot(_line(token), "code", 0, token, ())


def _spot_of(tokens: list[Token], place: int) -> _Spot:
    """Give the place of a heading or paragraph; in a tight list paragraphs are not shown, and the item carries it."""
    inline, opening = tokens[place], tokens[place - 1]
    is_first_of_item = opening.hidden and tokens[place - 2].type == "list_item_open"
    if opening.type == "heading_open":
        return _Spot(_line(inline), "heading", int(opening.tag[1]), opening, (inline,))
    return _Spot(_line(inline), "paragraph", 0, tokens[place - 2] if is_first_of_item else opening, (inline,))


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0
