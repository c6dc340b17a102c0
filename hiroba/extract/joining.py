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
_FAILED = {"page": "PART-01", "chunk": "PART-03", "picture": "PART-05"}
_UNREAD = {"page": "PART-02", "chunk": "PART-04", "picture": "PART-06"}
_OF_PAGES = ("PAPER-", "EXTRACT-03")  # what is said of a page of paper says nothing of a picture in a text


def join(first: Extraction, readings: Mapping[Part, Extraction]) -> Extraction:
    """Put what was read of each part where it belongs; `parts` are those that nobody has read.

    A page that was recognised has its recognised text instead of its own, which was missing or garbled; notes on it
    stay. What a pasted picture says follows the text it stands in. Pages that failed are named (PART-01, -03, -05), and
    so are those that were not read (PART-02, -04, -06)."""
    read = {part: readings[part] for part in first.parts if part in readings}
    unread = tuple(part for part in first.parts if part not in readings)
    failed = [part for part, reading in read.items() if reading.error is not None]
    pasted = {part.number: _as_pasted(reading, part.place) for part, reading in read.items() if part.place}
    read = {part: pasted[part.number] if part.place else reading for part, reading in read.items()}
    passages = tuple(_beside(first.passages, read) if pasted else _in_order(first, read))
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


def _as_pasted(reading: Extraction, place: str) -> Extraction:
    """Give what a picture says as said at the place where it stands: it is part of a text, no page with a frame."""
    passages = (replace(each, locator=place, kind="shape", spans=()) for each in reading.passages)
    return replace(
        reading,
        passages=tuple(passages),
        warnings=tuple(each for each in reading.warnings if not each.code.startswith(_OF_PAGES)),
        title="",
        facts={},
        extractor=reading.extractor.replace("recognition/", "pasted/"),
    )


def _beside(passages: Sequence[Passage], read: Mapping[Part, Extraction]) -> Iterator[Passage]:
    """Give the text, and what its pictures say after what stands where each does: a block, a slide, a sheet."""
    last = {_around(passage.locator): index for index, passage in enumerate(passages)}
    said: dict[int, list[Passage]] = {}
    for part, reading in sorted(read.items(), key=lambda each: each[0].number):
        said.setdefault(last.get(_around(part.place), len(passages) - 1), []).extend(reading.passages)
    for index, passage in enumerate(passages):
        yield passage
        yield from said.pop(index, ())
    for rest in said.values():
        yield from rest


def _around(locator: str) -> str:
    return locator.rpartition("!")[0] or locator


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
        for kind, code in codes.items():
            numbers = sorted(part.number for part in parts if _kind_of(part) == kind)
            if numbers:
                yield Trouble(code, {f"{kind}s": page_ranges(numbers), "count": len(numbers)})


def _kind_of(part: Part) -> str:
    if part.tool == "transcribe":
        return "chunk"
    return "picture" if part.place else "page"


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
