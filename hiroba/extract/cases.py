"""A case: one row of another system's export, kept as a CSV file of two rows (names, values), read like a paper.

Short values stand beside their names; long ones are paragraphs under theirs, each with its own line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from hiroba.extract.passages import Extraction, Passage, Trouble

SUFFIX = ".case.csv"
SHORT = 80  # characters: what is longer is text, not a value
MAX_BYTES = 16 * 2**20
JOIN = " | "


def extract(path: Path) -> Extraction:
    """Read a case as its ingest wrote it: UTF-8, a row of names and a row of values. EXTRACT-03 when it is none."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    if len(data) > MAX_BYTES or len(rows) != 2 or len(rows[0]) != len(rows[1]):
        return Extraction(error=Trouble("EXTRACT-03"), extractor="case/1")
    return Extraction(tuple(case_passages(rows[0], rows[1])), extractor="case/1")


def case_passages(names: Sequence[str], values: Sequence[str]) -> Iterator[Passage]:
    """Give a passage for each value that is there: `name | value`, or a heading and its paragraphs."""
    line = 2 + sum(name.count("\n") for name in names)
    for name, value in zip(names, values, strict=True):
        if len(value) <= SHORT and "\n" not in value:
            if value.strip():
                yield Passage(f"line={line}", f"{name}{JOIN}{value}", "row")
            continue
        yield Passage(f"line={line}", name, "heading", 2)
        for paragraph in value.split("\n"):
            if paragraph.strip():
                yield Passage(f"line={line}", paragraph.strip())
            line += 1
        line -= 1
