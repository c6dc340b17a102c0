"""Paper on the record's page: what a machine read, where it doubts itself, and the page beside it to put it right."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hiroba.archive import queries as archive
from hiroba.archive.corrections import corrections_of, may_correct
from hiroba.archive.models import Correction, Passage, Record, Revision
from hiroba.features.reading.layout import Group, Line, lines_on_page
from hiroba.features.reading.pages import find_page_size, page_picture
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

READER = "recognition/"  # how the extractor of what was read from paper is named
SECONDS_FOR_DRAWING = 0.4  # how long a person waits for pages that nobody has looked at yet
MOST_DOUBTS = 1000
MARGIN = 10.0  # points around what is put right
SMALLEST_FRAME = 220.0  # points: a line of three characters is not blown up over the whole screen

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Paper:
    """What a page says of a reading from paper."""

    can_correct: bool
    doubts: int
    first_doubt: str
    corrections: int


@dataclass(frozen=True)
class Correcting:
    """One passage beside its place on the page, to be put right line by line."""

    record: Record
    revision: Revision
    passage: Passage
    lines: tuple[Line, ...]
    here: str
    page: int
    size: tuple[float, float]
    frame: Box
    next_doubt: str


def is_paper(revision: Revision) -> bool:
    """Tell whether a machine read (some of) it from page images."""
    return READER in revision.extractor


def find_paper(person: Person, revision: Revision) -> Paper | None:
    """Give what the record's page says of a reading from paper; None for everything else."""
    if not is_paper(revision):
        return None
    doubts = list(_doubts(revision))
    return Paper(
        can_correct=may_correct(person, revision.record, revision),
        doubts=len(doubts),
        first_doubt=doubts[0].locator if doubts else "",
        corrections=corrections_of(revision.record).count(),
    )


def with_frames(groups: Sequence[Group], revision: Revision) -> list[Group]:
    """Give the pages their sizes, so that lines can be shown on them: those drawn before, and as many more as there is
    time for."""
    until = time.monotonic() + SECONDS_FOR_DRAWING
    framed = []
    for group in groups:
        size = find_page_size(revision.sha256, group.page) if group.page else None
        if group.page and size is None and time.monotonic() < until:
            size = _draw(revision, group.page)
        framed.append(replace(group, size=size) if size and group.size is None else group)
    return framed


def _draw(revision: Revision, page: int) -> tuple[float, float] | None:
    try:
        picture = page_picture(revision.sha256, page)
    except Refusal:  # a page that cannot be drawn still has its text
        return None
    return picture.wide, picture.high


def open_correcting(person: Person, record_id: int, at: str) -> Correcting:
    """Give the passage at a place of the current revision to whoever may put it right; ACCESS-01, ACCESS-02, and
    CORRECT-01 when nothing stands there."""
    revision = archive.get_revision(person, record_id)
    if not may_correct(person, revision.record, revision):
        raise Refusal("ACCESS-02")
    passage = _passage_at(revision, at)
    if passage is None or not is_paper(revision):
        raise Refusal("CORRECT-01")
    lines = lines_on_page(passage)
    page = int(at.removeprefix("page=").partition(";")[0])
    picture = page_picture(revision.sha256, page)
    size = picture.wide, picture.high
    boxes = [line.box for line in lines if line.box]
    after = next((each.locator for each in _doubts(revision, passage.ordinal)), "")
    frame = _frame(boxes or [(0, 0, *size)], size)
    return Correcting(revision.record, revision, passage, lines, at, page, size, frame, after)


def corrections_visible_to(person: Person, record_id: int) -> tuple[Record, list[Correction]]:
    """List what was put right in a record the person may read, newest first; ACCESS-01."""
    record = archive.get_record(person, record_id)
    return record, list(corrections_of(record)[:200])


def _passage_at(revision: Revision, at: str) -> Passage | None:
    if not at.startswith("page=") or not at[5:].partition(";")[0].isdecimal():
        return None
    passages = archive.passages_of(revision).filter(locator__startswith=f"{at.partition(';')[0]};")
    return next((each for each in passages if each.locator == at or any(span[2] == at for span in each.spans)), None)


def _doubts(revision: Revision, after: int = -1) -> Iterator[Passage]:
    """Give the passages in which the machine doubts something, in reading order."""
    marked = archive.passages_of(revision).filter(ordinal__gt=after).exclude(marks=[])[:MOST_DOUBTS]
    return (each for each in marked if any(mark[2] == "unsure" for mark in each.marks))


def _frame(boxes: Sequence[Box], size: tuple[float, float]) -> Box:
    """Give the part of the page to show: all the lines with a margin, within the page."""
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right = max(box[0] + box[2] for box in boxes) + MARGIN
    bottom = max(box[1] + box[3] for box in boxes) + MARGIN
    right = max(right, left + SMALLEST_FRAME)
    left, right = max(0.0, min(left, size[0] - SMALLEST_FRAME)), min(size[0], right)
    top, bottom = max(0.0, top), min(size[1], bottom)
    return round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1)
