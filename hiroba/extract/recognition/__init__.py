"""Paper becomes text: `read_part` reads one page of a picture or a PDF, slowly. Plain Python, one thread.

The way of a page: sheet (pixels) → engine (stretches of writing) → order (lines as people read them) → passages."""

from __future__ import annotations

from pathlib import Path

from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.recognition.engine import EngineMissingError, read_writings
from hiroba.extract.recognition.order import in_reading_order
from hiroba.extract.recognition.paragraphs import passages_of
from hiroba.extract.recognition.sheet import SheetError, open_sheet

ENGINE = "recognition/1"
"""Changes whenever a page would be read otherwise than before: pages are then read again."""


def read_part(path: Path, number: int) -> Extraction:
    """Read page `number` (from 1) of a picture or a PDF: passages in reading order, unsure lines marked.

    PAPER-04: the engine is not installed; PAPER-01 … 03, EXTRACT-03: the page cannot be opened."""
    try:
        sheet = open_sheet(path, number)
        writings = read_writings(sheet.grey)
    except SheetError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    except EngineMissingError:
        return Extraction(error=Trouble("PAPER-04"), extractor=ENGINE)
    lines = in_reading_order(writings)
    return Extraction(tuple(passages_of(lines, sheet, number)), extractor=ENGINE)
