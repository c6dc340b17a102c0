"""What people write, as HTML that is safe to show to everybody: messages, pages, notices, comments.

CommonMark with tables, ~~strikethrough~~ and task lists, and with what Japanese offices ask for: line breaks stay where
they were typed; what is indented, underlined with dashes or written as [name]: is just text, for people write so in
mails; **「大事」**な is strong without spaces around. Nothing that was typed disappears: what is too deep or too long
for markup is shown as typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from unicodedata import east_asian_width
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis, strikethrough
from markdown_it.token import Token

from hiroba.foundation.web.locators import place_in_words

# The name after an "@" → what stands in its place (a link), or None when nobody goes by it.
LinkWord = Callable[[str], SafeString | None]

RICHEST = 200_000  # characters; past this nobody reads for emphasis, and the time stays below a second
LONGEST_RUN = 10_000  # characters of one paragraph or cell: the time for one may grow with the square of its length
DEEPEST = 40  # quotes and lists in one another, as the parser counts
LONGEST_NAME = 40  # characters of a name after "@"

_SCHEMES = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)", re.IGNORECASE)
_OWN = re.compile(r"(?:/(?![/\\])|#)")
_RECORD = re.compile(r"/records/(\d{1,18})/$")
_PICTURE = re.compile(r"/records/\d{1,18}/pages/\d{1,6}\.webp(?:\?revision=\d{1,8})?$")
# A bare address ends where Japanese goes on without a space; an "@" inside a mail address calls nobody.
_BARE = re.compile(r"(?P<url>https?://[!#-;=?-_a-z~]+)|(?<![A-Za-z0-9_.+-])@(?P<word>[\w.\-・]+(?:[ \u3000]\w+)?)")
TASK = re.compile(r"\[([ xX\u3000])\][ \u3000]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEANING = frozenset(
    {"paragraph_open", "heading_open", "list_item_open", "th_open", "td_open", "blockquote_open"}
)  # whose direction of writing is that of their own first letter, so that one that turns it turns nothing else


_LOWER = {"h1": "h2"}  # the page's own title is its h1


class TooDeepError(ValueError):
    """Quotes or lists stand deeper in one another than the parser goes: it would leave out what is below."""


class _Blocks(ParserBlock):
    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - the parser's own names
        if state.level >= DEEPEST:
            raise TooDeepError
        super().tokenize(state, startLine, endLine)


def to_html(text: str, link_word: LinkWord | None = None) -> SafeString:
    """Render what somebody wrote, for everybody: no scripts, no pictures from elsewhere, nothing of what it cites.

    A link to a record alone on its line carries data-card: the page's cards.js asks for the card as each reader.
    `link_word` is asked for the names after "@" (longest first, at most LONGEST_NAME characters, never in links or
    code) and gives what stands for "@name"."""
    try:
        tokens = parse_marked(text)
    except TooDeepError:
        return _as_typed(text)
    return mark_safe(f'<div class="marked" dir="auto">{render_marked(tokens, link_word)}</div>')  # noqa: S308 - see below


def render_marked(tokens: list[Token], link_word: LinkWord | None = None) -> SafeString:
    """Render what `parse_marked` gave, as `to_html` does but without a frame; the tokens are used up by it."""
    for place, token in enumerate(tokens):
        _suit_page(token)
        if token.type == "inline":
            _finish_inline(token, tokens[place - 1], link_word)
    reader = _reader()
    # Every text and attribute passed the parser's escaping, and raw HTML is off; test_marked_text tries to get past.
    return SafeString(reader.renderer.render(tokens, reader.options, {}))


def to_plain(text: str) -> str:
    """Give what somebody wrote as one reads it aloud: for lists, mails and the index. Blocks end with a line break,
    cells are parted by " | ", and characters that turn the direction of writing are left out."""
    try:
        tokens = parse_marked(text)
    except TooDeepError:
        return _TURNING.sub("", _clean(text))
    out: list[str] = []
    before: list[str] = []  # what the next text begins with: a list's sign
    for token in tokens:
        if token.type == "list_item_open":
            before = [f"{token.info}. " if token.info else "・"]
        elif token.type == "inline":
            out += [*before, plain_of(token)]
            before = []
        elif token.type in ("fence", "code_block"):
            out += [*before, token.content]
            before = []
        elif token.type in ("td_close", "th_close"):
            out.append(" | ")
        elif token.nesting == -1 and token.type in ("paragraph_close", "heading_close", "tr_close"):
            out.append("\n")
    lines = (line.removesuffix(" | ").rstrip() for line in "".join(out).split("\n"))
    return _TURNING.sub("", "\n".join(line for line in lines if line))


def parse_marked(text: str) -> list[Token]:
    """Parse what somebody wrote into markdown-it's tokens; TooDeepError when it holds more than can be marked up."""
    text = _clean(text)
    if len(text) > RICHEST:
        raise TooDeepError
    return _reader().parse(text)


def plain_of(inline: Token) -> str:
    """Give an inline token's text without its signs."""
    said = []
    for child in inline.children or []:
        if child.type in ("softbreak", "hardbreak"):
            said.append("\n")
        elif child.type == "image":
            said.append(plain_of(child))
        else:
            said.append(child.content)
    return "".join(said)


def is_safe_link(url: str) -> bool:
    """Tell whether a link may be followed: http, https, mailto, or an address of our own."""
    return bool(_SCHEMES.match(url) or _OWN.match(url)) and not re.search(r"[\x00-\x20\x7f\\]", url)


def _clean(text: str) -> str:
    """Take out what no answer can carry: halves of characters, and the other systems' line ends."""
    return _SURROGATES.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def _as_typed(text: str) -> SafeString:
    shown = escape(_clean(text).replace("\0", "\ufffd"))
    return mark_safe(f'<div class="marked" dir="auto"><p class="as-typed" dir="auto">{shown}</p></div>')  # noqa: S308 - escaped


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST + 1})
    reader.block = _Blocks()
    reader.configure("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST + 1})
    reader.enable(["table", "strikethrough"]).disable(["code", "lheading", "reference", "html_block", "html_inline"])
    reader.inline.ruler.at("emphasis", partial(_mark_wide, emphasis.tokenize))
    reader.inline.ruler.at("strikethrough", partial(_mark_wide, strikethrough.tokenize))
    reader.core.ruler.after("block", "bounded", _refuse_long_runs)
    reader.validateLink = is_safe_link  # type: ignore[method-assign]  # the parser's documented way to decide on links
    reader.add_render_rule("link_open", _open_link)
    reader.add_render_rule("link_close", lambda *_: "</bdi></a>")
    reader.add_render_rule("image", _picture)
    reader.add_render_rule("table_open", lambda *_: '<div class="scroll"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def _suit_page(token: Token) -> None:
    """Fit a block into a page that has a title of its own and takes no styles from its text."""
    if token.tag in _LOWER:
        token.tag = _LOWER[token.tag]
    if token.attrs.pop("style", "") == "text-align:right":
        token.attrSet("class", "r")
    if token.type in _LEANING:
        token.attrSet("dir", "auto")


def _mark_wide(tokenize: Callable[[StateInline, bool], bool], state: StateInline, silent: bool) -> bool:
    """Let **「大事」**な be strong: CommonMark wants a space beside a sign that meets a bracket, Japanese has none."""
    start, known = state.pos, len(state.delimiters)
    if not tokenize(state, silent):
        return False
    before = state.src[start - 1] if start else " "
    after = state.src[state.pos] if state.pos < state.posMax else " "
    if state.src[start] != "_" and not {east_asian_width(before), east_asian_width(after)}.isdisjoint("WF"):
        for sign in state.delimiters[known:]:
            sign.open, sign.close = sign.open or not after.isspace(), sign.close or not before.isspace()
    return True


def _refuse_long_runs(state: StateCore) -> None:
    if any(token.type == "inline" and len(token.content) > LONGEST_RUN for token in state.tokens):
        raise TooDeepError


def _finish_inline(inline: Token, parent: Token, link_word: LinkWord | None) -> None:
    children = list(_linked(inline.children or [], link_word))
    _name_own_links(children)
    if parent.type == "paragraph_open":
        _offer_cards(children)
        _tick(children)
    inline.children = children


def _linked(children: list[Token], link_word: LinkWord | None) -> Iterator[Token]:
    """Turn bare addresses and called names into links, except where there is a link already."""
    inside = 0
    for child in children:
        inside += child.nesting if child.type in ("link_open", "link_close") else 0
        if child.type == "image" and inside:
            yield _text(plain_of(child))
        elif child.type == "text" and not inside:
            yield from _found_in(child.content, link_word)
        else:
            yield child


def _found_in(text: str, link_word: LinkWord | None) -> Iterator[Token]:
    at = 0
    for found in _BARE.finditer(text):
        if found.start() < at:
            continue
        if found["url"]:
            url = _without_tail(found["url"])
            made = _link(url) if is_safe_link(url) else []
            end = found.start() + len(url)
        else:
            word, said = _called(found["word"], link_word)
            made = [_raw(said)] if said is not None else []
            end = found.start() + 1 + len(word)
        if made:
            yield _text(text[at : found.start()])
            yield from made
            at = end
    yield _text(text[at:])


def _without_tail(url: str) -> str:
    """Leave out what ends the sentence rather than the address."""
    kept = url.rstrip(".,:;!?'*_~")
    while kept.endswith((")", "]")) and kept.count(kept[-1]) > kept.count("(" if kept[-1] == ")" else "["):
        kept = kept[:-1].rstrip(".,:;!?'*_~")
    return kept


def _called(word: str, link_word: LinkWord | None) -> tuple[str, SafeString | None]:
    """Find the longest beginning of `word` that somebody goes by: Japanese writes on without a space."""
    for end in range(min(len(word), LONGEST_NAME), 0, -1) if link_word else ():
        is_cut_inside = end < len(word) and (word[end - 1] + word[end]).isascii() and word[end].isalnum()
        if is_cut_inside and word[end - 1].isalnum():
            continue
        said = link_word(word[:end]) if link_word else None
        if said is not None:
            return word[:end], said
    return word, None


def _name_own_links(children: list[Token]) -> None:
    """Give links to our own records their short address, and a bare one a name that says the place, not the content."""
    for place, child in enumerate(children):
        if child.type != "link_open":
            continue
        typed = str(child.attrGet("href"))
        child.attrSet("href", own_address(typed))
        named = _record_place(str(child.attrGet("href")))
        shown = children[place + 1] if place + 1 < len(children) else child
        if named is None or shown.type != "text":
            continue
        child.meta["record"] = named
        if child.info == "auto" or shown.content == typed:
            shown.content = _say_place(*named)


def own_address(url: str) -> str:
    """Give an address on one of this office's own names as it is from here (/records/5/); any other as it is."""
    parts = urlsplit(url) if url.startswith(("http://", "https://")) else None
    named = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    try:
        if parts is None or not parts.hostname or not validate_host(parts.hostname, named):
            return url
    except ValueError:
        return url
    path = "/" + parts.path.lstrip("/")
    return path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def _record_place(href: str) -> tuple[str, str, str] | None:
    """Give the (record, revision, locator) that an address of our own opens; the last two may be ""."""
    parts = urlsplit(href) if href.startswith("/records/") else None
    found = _RECORD.match(parts.path) if parts else None
    if parts is None or found is None:
        return None
    asked = parse_qs(parts.query)
    revision = asked.get("revision", [""])[0]
    return found[1], revision if revision.isascii() and revision.isdigit() else "", asked.get("at", [""])[0][:200]


def _say_place(record: str, _revision: str, here: str) -> str:
    if here:
        return _("資料%(record)s の %(place)s") % {"record": record, "place": place_in_words(here)}
    return _("資料%(record)s") % {"record": record}


def _offer_cards(children: list[Token]) -> None:
    """Mark the links to a record that are alone on their line."""
    line: list[Token] = []
    for child in [*children, Token("softbreak", "br", 0)]:
        if child.type not in ("softbreak", "hardbreak"):
            if (child.type != "text" or child.content.strip()) and "beside" not in child.meta:
                line.append(child)
            continue
        if _is_one_link(line) and "record" in line[0].meta:
            record, revision, here = line[0].meta["record"]
            asked = urlencode({"here": here} | ({"revision": revision} if revision else {}))
            line[0].attrSet("class", "cite")
            line[0].attrSet("data-card", f"/records/{record}/card/?{asked}")
        line = []


def _is_one_link(line: list[Token]) -> bool:
    opened = [each.type for each in line].count("link_open")
    return opened == 1 and line[0].type == "link_open" and line[-1].type == "link_close"


def _tick(children: list[Token]) -> None:
    """Show [ ] and [x] at the beginning of a paragraph as boxes; they say how it stands, and cannot be pressed."""
    first = next((child for child in children if child.type != "text" or child.content), None)
    found = TASK.match(first.content) if first is not None and first.type == "text" else None
    if first is None or found is None:
        return
    is_done = found[1] in "xX"
    word = _("済み") if is_done else _("まだ")
    first.content = first.content[found.end() :]
    box = f'<span class="task" role="img" aria-label="{escape(word)}">{"☑" if is_done else "☐"}</span> '
    children.insert(0, _raw(box))


def _open_link(renderer: object, tokens: list[Token], index: int, *_: object) -> str:
    href = str(tokens[index].attrGet("href") or "")
    attrs = {
        name: str(tokens[index].attrGet(name))
        for name in ("class", "data-card", "title")
        if tokens[index].attrGet(name)
    }
    if not _OWN.match(href):
        attrs["rel"] = "noopener noreferrer nofollow"
    said = "".join(f' {name}="{escape(value)}"' for name, value in attrs.items())
    return f'<a href="{escape(href)}"{said}><bdi>'


def _picture(renderer: object, tokens: list[Token], index: int, *_: object) -> str:
    """Show a picture of our own; one from elsewhere is a link, so that nobody's reading is told to another server."""
    alt, src = escape(plain_of(tokens[index])), own_address(str(tokens[index].attrGet("src") or ""))
    if _RECORD.match(src):
        src += "pages/1.webp"
    if _PICTURE.match(src):
        return f'<img src="{escape(src)}" alt="{alt}" loading="lazy">'
    rel = "" if _OWN.match(src) else ' rel="noopener noreferrer nofollow"'
    return f'<a href="{escape(src)}"{rel}><bdi>{alt or escape(src)}</bdi></a>'


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _raw(html: str) -> Token:
    return Token("html_inline", "", 0, content=html)


def _link(url: str) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": url}, info="auto")
    return [opening, _text(url), Token("link_close", "a", -1)]
