"""A first, fast reading and what slow readers made of its parts, as one extraction in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hiroba.extract.passages import Extraction, Part, Passage, Trouble
from hiroba.extract.pdf import page_ranges

MOST_WARNINGS = 50
LONGEST_EXTRACTOR = 48
_PAGE = re.compile(r"page=(\d+)")
_TOLD_PAGES = frozenset({"EXTRACT-11", "EXTRACT-12"})  # "this page has no text of its own": true until it was read
_FAILED = {"recognise": "PART-01", "transcribe": "PART-03"}
_UNREAD = {"recognise": "PART-02", "transcribe": "PART-04"}


def join(first: Extraction, readings: Mapping[Part, Extraction]) -> Extraction:
    """Put what was read of each part where it belongs; `parts` are those that nobody has read.

    A page that was recognised has its recognised text instead of its own, which was missing or garbled; notes on it
    stay. Pages that failed are named (PART-01, PART-03), and so are those that were not read (PART-02, PART-04)."""
    read = {part: readings[part] for part in first.parts if part in readings}
    unread = tuple(part for part in first.parts if part not in readings)
    failed = [part for part, reading in read.items() if reading.error is not None]
    passages = tuple(_in_order(first, read))
    titles = [first.title, *(reading.title for reading in read.values())]
    return replace(
        first,
        passages=passages,
        warnings=tuple(_warnings(first, read, failed, unread)),
        error=first.error or _common_error(read, failed, passages),
        title=next(filter(None, titles), ""),
        facts=_facts(first, read.values()),
        extractor="+".join(dict.fromkeys(_extractors(first, read.values())))[:LONGEST_EXTRACTOR],
        parts=unread,
    )


def _in_order(first: Extraction, read: Mapping[Part, Extraction]) -> Iterator[Passage]:
    """Give what stands on no page, then page by page what its own text and its recognition give, then the chunks."""
    own: dict[int, list[Passage]] = {}
    for passage in first.passages:
        own.setdefault(_page_of(passage), []).append(passage)
    recognised = {part.number: reading for part, reading in read.items() if part.tool == "recognise"}
    for page in sorted(own.keys() | recognised.keys()):
        found = recognised[page].passages if page in recognised else ()
        yield from (each for each in own.get(page, []) if not found or each.kind == "comment")
        yield from found
    for part in sorted((part for part in read if part.tool != "recognise"), key=lambda part: part.number):
        yield from read[part].passages


def _page_of(passage: Passage) -> int:
    found = _PAGE.match(passage.locator)
    return int(found[1]) if found else 0


def _warnings(
    first: Extraction, read: Mapping[Part, Extraction], failed: Sequence[Part], unread: Sequence[Part]
) -> Iterator[Trouble]:
    for trouble in first.warnings:
        if not (first.parts and trouble.code in _TOLD_PAGES):
            yield trouble
    said: dict[str, Trouble] = {}
    for reading in read.values():
        for trouble in reading.warnings:
            said.setdefault(repr(trouble), trouble)
    yield from list(said.values())[:MOST_WARNINGS]
    for codes, parts in ((_FAILED, failed), (_UNREAD, unread)):
        for tool, code in codes.items():
            numbers = sorted(part.number for part in parts if part.tool == tool)
            if numbers:
                places = "pages" if tool == "recognise" else "chunks"
                yield Trouble(code, {places: page_ranges(numbers), "count": len(numbers)})


def _common_error(
    read: Mapping[Part, Extraction], failed: Sequence[Part], passages: Sequence[Passage]
) -> Trouble | None:
    """Say why nothing could be read where every part failed; one page that did not fail is not an error."""
    if passages or not failed or len(failed) < len(read):
        return None
    return read[failed[0]].error


def _facts(first: Extraction, readings: Iterable[Extraction]) -> dict[str, str]:
    facts = dict(first.facts)
    for reading in readings:
        for name, value in reading.facts.items():
            facts.setdefault(name, value)
    return facts


def _extractors(first: Extraction, readings: Iterable[Extraction]) -> Iterator[str]:
    yield from filter(None, (first.extractor, *(reading.extractor for reading in readings)))
