"""From stretches of writing to lines in the order in which people read them."""

from __future__ import annotations

from hiroba.extract.recognition.engine import Writing

Row = list[Writing]


def in_reading_order(writings: list[Writing]) -> list[Row]:
    """Give lines from top to bottom, each with its stretches from left to right."""
    rows: list[Row] = []
    for writing in sorted(writings, key=lambda each: each.y0 + each.y1):
        middle = (writing.y0 + writing.y1) / 2
        if rows and rows[-1][-1].y0 < middle < rows[-1][-1].y1:
            rows[-1].append(writing)
        else:
            rows.append([writing])
    return [sorted(row, key=lambda each: each.x0) for row in rows]
