"""The guide's pages: Markdown files in docs/guide, one folder a language, read as they are in the checkout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# The order in which a newcomer needs them; each is docs/guide/<language>/<name>.md.
NAMES = ("begin", "search", "take-in", "paper", "recordings", "talk", "write", "sharing", "read", "administrator")
SOURCE_LANGUAGE = "ja"

_SIBLING = re.compile(r"^([a-z-]+)\.md(#.*)?$")


@dataclass(frozen=True)
class GuidePage:
    """One page of the guide. `sections` are the (id, heading) of its second-level headings."""

    name: str
    title: str
    lead: str
    body: SafeString
    sections: tuple[tuple[str, str], ...]


def find_page(name: str, language: str) -> GuidePage | None:
    """Give a page in `language`, else in Japanese; None for a name that is not in the guide."""
    if name not in NAMES:
        return None
    for spoken in (language, SOURCE_LANGUAGE):
        path = guide_dir() / spoken / f"{name}.md"
        if path.is_file():
            return render_page(name, path.read_text(encoding="utf-8"))
    return None


def list_pages(language: str) -> list[GuidePage]:
    """List the guide's pages in the order in which a newcomer needs them."""
    return [page for name in NAMES if (page := find_page(name, language)) is not None]


def guide_dir() -> Path:
    """Give the folder of the guide's languages."""
    return Path(settings.ROOT) / "docs" / "guide"


def render_page(name: str, text: str) -> GuidePage:
    """Render one Markdown file: HTML in it is shown as text, links between pages lead inside the product."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    title, lead = "", ""
    sections: list[tuple[str, str]] = []
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        inside = tokens[index + 1].content if index + 1 < len(tokens) else ""
        if token.type == "heading_open" and token.tag == "h2":
            sections.append((f"s{len(sections) + 1}", inside))
            token.attrSet("id", sections[-1][0])
        if token.type == "heading_open" and token.tag == "h1":
            title = inside
        if not lead and token.type == "paragraph_open":
            lead = _plain(tokens[index + 1])
        _turn_links(token)
        kept.append(token)
    rendered = str(reader.renderer.render(kept, reader.options, {}))
    # markdown-it escapes all text, and raw HTML is off.
    return GuidePage(name, title or escape(name), lead, mark_safe(rendered), tuple(sections))  # noqa: S308


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _turn_links(token: Token) -> None:
    for child in token.children or []:
        match = _SIBLING.match(str(child.attrGet("href") or "")) if child.type == "link_open" else None
        if match:
            child.attrSet("href", f"/help/{match[1]}/{match[2] or ''}")
