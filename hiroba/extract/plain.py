"""Plain text and Markdown: paragraphs and headings with the line they start at (`line=7`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from hiroba.extract.encoding import Decoded, UndecodableError, decode
from hiroba.extract.markup import is_xml, xml_passages
from hiroba.extract.passages import Extraction, Kind, Passage, Span, Trouble

MAX_BYTES = 64 * 2**20
MAX_PASSAGES = 200_000
LONGEST = 2_000  # characters of a passage; longer paragraphs are cut at a line or sentence end
_LINE_END = re.compile(r"\r\n|\r|\n|\x0b|\x0c|\x85|\u2028|\u2029")
_SENTENCE_END = re.compile(r"(?<=[。．！？!?])(?![」』）)])|(?<=\. )")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t　]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")

Line = tuple[int, str]  # its number from 1, its text


def extract(path: Path) -> Extraction:
    """Read a text or Markdown file as paragraphs, each with the line it starts at.

    A long file is cut at MAX_BYTES (TEXT-03) or MAX_PASSAGES (EXTRACT-37)."""
    decoded, warnings, error = read_text(path)
    if decoded is None:
        return Extraction(error=error, extractor="plain/1")
    is_markdown = path.suffix.lower() in {".md", ".markdown"}
    read = xml_passages if is_xml(decoded.text) else markdown_passages if is_markdown else text_passages
    passages = list(islice(read(decoded.text), MAX_PASSAGES + 1))
    if len(passages) > MAX_PASSAGES:
        warnings.append(Trouble("EXTRACT-37", {"limit": MAX_PASSAGES}))
    title = next((passage.text for passage in passages if passage.kind == "heading"), "") if is_markdown else ""
    return Extraction(
        passages=tuple(passages[:MAX_PASSAGES]),
        warnings=tuple(warnings),
        title=title,
        facts={"encoding": decoded.encoding},
        extractor="plain/1",
    )


def read_text(path: Path, declared: str = "") -> tuple[Decoded | None, list[Trouble], Trouble | None]:
    """Give a file's text, what was doubtful about it, or why there is none; shared by every format made of text."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    warnings: list[Trouble] = []
    if len(data) > MAX_BYTES:
        warnings.append(Trouble("TEXT-03", {"megabytes": MAX_BYTES // 2**20}))
        data = data[: data.rfind(b"\n", 0, MAX_BYTES) + 1 or MAX_BYTES]
    try:
        decoded = decode(data, declared)
    except UndecodableError:
        return None, warnings, Trouble("TEXT-02")
    if not decoded.sure:
        warnings.append(Trouble("TEXT-01", {"encoding": decoded.encoding}))
    return decoded, warnings, None


def numbered_lines(text: str) -> Iterator[Line]:
    """Give each line with its number as editors count them, without its end."""
    position = 0
    number = 0
    for number, end in enumerate(_LINE_END.finditer(text), 1):
        yield number, text[position : end.start()]
        position = end.end()
    if position < len(text):
        yield number + 1, text[position:]


def text_passages(text: str) -> Iterator[Passage]:
    """Give the blocks between blank lines as passages, lines kept, each line's own place as a span."""
    block: list[Line] = []
    for number, line in numbered_lines(text):
        if line.strip():
            block.append((number, line.rstrip()))
        elif block:
            yield from _block_passages(block)
            block = []
    yield from _block_passages(block)


def _block_passages(block: list[Line], kind: Kind = "paragraph", level: int = 0) -> Iterator[Passage]:
    """One passage, or several of at most LONGEST characters."""
    part: list[Line] = []
    size = 0
    for number, line in block:
        for piece in _pieces(line):
            if part and size + len(piece) > LONGEST:
                yield _passage(part, kind, level)
                part, size = [], 0
            part.append((number, piece))
            size += len(piece)
    if part:
        yield _passage(part, kind, level)


def _pieces(line: str) -> list[str]:
    """A line as it is, or cut after sentences where it is longer than a passage may be."""
    if len(line) <= LONGEST:
        return [line]
    pieces: list[str] = [""]
    for sentence in _SENTENCE_END.split(line):
        for start in range(0, len(sentence), LONGEST):
            bit = sentence[start : start + LONGEST]
            if len(pieces[-1]) + len(bit) > LONGEST:
                pieces.append("")
            pieces[-1] += bit
    return [piece for piece in pieces if piece]


def _passage(part: list[Line], kind: Kind, level: int) -> Passage:
    spans: list[Span] = []
    position = 0
    for number, line in part:
        spans.append(Span(position, position + len(line), f"line={number}"))
        position += len(line) + 1
    text = "\n".join(line for _, line in part)
    return Passage(spans[0].locator, text, kind, level, tuple(spans) if len(spans) > 1 else ())


def markdown_passages(text: str) -> Iterator[Passage]:
    """Give headings with their level, table rows, code blocks and paragraphs; inline marks stay as typed."""
    block: list[Line] = []
    fence = ""
    for number, line in numbered_lines(text):
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                yield from _block_passages(block, "code")
                block, fence = [], ""
            else:
                block.append((number, line.rstrip()))
        elif opening := _FENCE.match(line):
            yield from _prose(block)
            block, fence = [], opening[1]
        elif line.strip() and not _ends_block(block, line):
            block.append((number, line.rstrip()))
        else:
            yield from _prose(block)
            block = [(number, line.rstrip())] if line.strip() else []
    yield from _block_passages(block, "code") if fence else _prose(block)


def _ends_block(block: list[Line], line: str) -> bool:
    """Headings stand alone: one ends what came before and itself."""
    return bool(block) and bool(_ATX.match(line) or _ATX.match(block[-1][1]) or _is_setext(block))


def _is_setext(block: list[Line]) -> bool:
    return len(block) > 1 and bool(_SETEXT.match(block[-1][1])) and not block[-2][1].lstrip().startswith("|")


def _prose(block: list[Line]) -> Iterator[Passage]:
    if not block:
        return
    number, first = block[0]
    if heading := _ATX.match(first):
        if heading[2]:
            yield Passage(f"line={number}", heading[2].strip(), "heading", len(heading[1]))
    elif _is_setext(block):
        level = 1 if "=" in block[-1][1] else 2
        yield Passage(f"line={number}", "\n".join(line.strip() for _, line in block[:-1]), "heading", level)
    elif len(block) > 1 and "|" in first and _TABLE_RULE.match(block[1][1]):
        yield from (_table_row(number, line) for number, line in block if not _TABLE_RULE.match(line))
    else:
        yield from _block_passages(block)


def _table_row(number: int, line: str) -> Passage:
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return Passage(f"line={number}", " | ".join(cell.strip() for cell in cells if cell.strip()), "row")
