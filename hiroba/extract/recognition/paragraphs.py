"""From lines in reading order to passages: paragraphs, rows of tables, headings; with places and unsure stretches."""

from __future__ import annotations

from collections.abc import Iterator

from hiroba.extract.passages import Mark, Passage, Span
from hiroba.extract.pdf_lines import Box
from hiroba.extract.recognition.engine import Writing
from hiroba.extract.recognition.sheet import Sheet

UNSURE_BELOW = 0.9


def passages_of(rows: list[list[Writing]], sheet: Sheet, number: int) -> Iterator[Passage]:
    """Give one passage a line, in points of the page."""
    for row in rows:
        text, spans, marks = "", [], []
        whole: Box | None = None
        for writing in row:
            text += "　" if text else ""
            start = len(text)
            text += writing.text
            box = Box(
                writing.x0 * sheet.across, writing.y0 * sheet.down, writing.x1 * sheet.across, writing.y1 * sheet.down
            )
            whole = whole.around(box) if whole else box
            spans.append(Span(start, len(text), box.locator(number)))
            if writing.sureness < UNSURE_BELOW:
                marks.append(Mark(start, len(text), "unsure", str(round(writing.sureness * 100))))
        if whole and text.strip():
            yield Passage(
                whole.locator(number), text, "row" if len(row) > 1 else "paragraph", 0, tuple(spans), tuple(marks)
            )
