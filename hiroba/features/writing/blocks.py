"""A page as blocks, and blocks as one Markdown text: the same one way and back."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from hiroba.foundation.web.marked_pages import placed_blocks

TITLE = "title"
"""The key of the block that is a draft's title; it stands before all others."""


def split_blocks(text: str) -> list[str]:
    """Cut a Markdown text into blocks: at empty lines, before and after headings, never inside of fences."""
    return [block for _, block in placed_blocks(text)]


def join_blocks(texts: Iterable[str]) -> str:
    """Put blocks together as one Markdown text; empty ones leave nothing."""
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def as_page(title: str, texts: Iterable[str]) -> str:
    """Give the page as it is kept: its title as the first heading, then its blocks."""
    return f"# {' '.join(title.split())}\n\n{join_blocks(texts)}\n"


def without_title(text: str) -> str:
    """Give a kept page without the heading that is its title."""
    first, _end, rest = text.partition("\n")
    return rest if first.startswith("# ") else text


def align(before: list[tuple[str, str]], after: list[str]) -> list[tuple[str | None, str]]:
    """Tell which of the blocks (key, text) each text of `after` is now; None for a new one. Those whose key is not
    given back are gone."""
    found: list[tuple[str | None, str]] = []
    matcher = SequenceMatcher(None, [text for _, text in before], after, autojunk=False)
    for _kind, i, k, j, m in matcher.get_opcodes():
        for place, text in enumerate(after[j:m]):
            found.append((before[i + place][0] if i + place < k else None, text))
    return found
