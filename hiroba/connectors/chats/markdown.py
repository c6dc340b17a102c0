"""Plain text put into Markdown so that it stays what it was: nothing in it becomes markup, no link that could run."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
LONGEST_LINK = 2_000
_ALWAYS = re.compile(r"[\\`*\[\]<]|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|&(?=#|\w{1,31};)")
_AT_START = re.compile(r"^(\s{0,3})([#>+-]|=(?==)|\|)", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s{0,3}\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NEEDS_CODE = re.compile('[\x00-\x20<>\\\\^`{|}"\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


def cleaned(text: str) -> str:
    """Give a text without what no database and no page can hold: control characters, halves of surrogate pairs."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escaped(text: str, is_line_start: bool = True) -> str:
    """Escape what Markdown would take for markup, and no more: words stay searchable as they are."""
    shown = _ALWAYS.sub(r"\\\g<0>", cleaned(text))
    if is_line_start or "\n" in shown:
        head, tail = ("", shown) if is_line_start else _cut_after_line(shown)
        shown = head + _NUMBERED.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", tail))
    return shown


def _cut_after_line(text: str) -> tuple[str, str]:
    at = text.index("\n") + 1
    return text[:at], text[at:]


def safe_link(url: str) -> str:
    """Give an address that may be followed by a click, in a form that Markdown takes whole; "" for any other."""
    plain = "".join(url.split())[:LONGEST_LINK] if len(url) <= LONGEST_LINK else ""
    try:
        parts = urlsplit(plain)
    except ValueError:
        return ""
    if parts.scheme.lower() not in SCHEMES or (parts.scheme.lower() in ("http", "https") and not parts.netloc):
        return ""
    return _NEEDS_CODE.sub(lambda found: quote(found[0], safe=""), plain)


def link(text: str, url: str) -> str:
    """Give a link whose text is Markdown already; the text alone where the address may not be followed."""
    address = safe_link(url)
    return f"[{text or escaped(address)}](<{address}>)" if address else text


def fenced(text: str, language: str = "") -> str:
    """Give a block of code as it is, whatever backticks are in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    name = language if re.fullmatch(r"[\w+#.-]{1,30}", language) else ""
    return f"{fence}{name}\n{cleaned(text).rstrip()}\n{fence}"


def inline_code(text: str) -> str:
    """Give a few words of code."""
    plain = cleaned(text).replace("\n", " ")
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}" if plain.strip() else plain


def quoted(text: str) -> str:
    """Give lines of Markdown as a quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))
