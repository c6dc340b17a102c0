"""The lines a passage was read in, and a passage with one of them put right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hiroba.extract.passages import Passage

SPEAKER = "speaker"
"""The kind of mark over who says a line, and the locator of a correction that renames somebody in a whole record."""


@dataclass(frozen=True)
class LineText:
    """One line of a passage: the characters start..end, which stand at `locator` in the original."""

    locator: str
    start: int
    end: int


def lines_of(locator: str, text: str, spans: Iterable[Iterable[object]]) -> list[LineText]:
    """Give the lines a passage was read in: its spans, or itself where it is one line."""
    found = [LineText(str(at), int(str(start)), int(str(end))) for start, end, at in spans]
    return found or [LineText(locator, 0, len(text))]


def lines_read(passage: Passage) -> list[LineText]:
    """Give the lines of a passage that was just read."""
    return lines_of(passage.locator, passage.text, ((s.start, s.end, s.locator) for s in passage.spans))


def with_line(passage: Passage, line: LineText, after: str) -> Passage:
    """Put `after` in the line's place; what stands behind it moves, and doubts about the line are settled."""
    change = len(after) - (line.end - line.start)

    ours = next((n for n, span in enumerate(passage.spans) if span.locator == line.locator), len(passage.spans))
    spans = (
        *passage.spans[:ours],
        *(replace(span, end=line.start + len(after)) for span in passage.spans[ours : ours + 1]),
        *(replace(span, start=span.start + change, end=span.end + change) for span in passage.spans[ours + 1 :]),
    )
    marks = tuple(
        mark if mark.end <= line.start else replace(mark, start=mark.start + change, end=mark.end + change)
        for mark in passage.marks
        if mark.end <= line.start or mark.start >= line.end
    )
    text = passage.text[: line.start] + after + passage.text[line.end :]
    return replace(passage, text=text, spans=spans, marks=marks)


def with_speaker(passage: Passage, before: str, after: str) -> Passage:
    """Let the one who says a line be called `after` where it was `before`; everything behind the name moves."""
    name = next((mark for mark in passage.marks if mark.kind == SPEAKER and mark.value == before), None)
    if name is None:
        return passage
    change = len(after) - (name.end - name.start)
    rest = (mark for mark in passage.marks if mark is not name)
    return replace(
        passage,
        text=passage.text[: name.start] + after + passage.text[name.end :],
        marks=(
            replace(name, end=name.start + len(after), value=after),
            *(replace(mark, start=mark.start + change, end=mark.end + change) for mark in rest),
        ),
        spans=tuple(replace(span, start=span.start + change, end=span.end + change) for span in passage.spans),
    )
