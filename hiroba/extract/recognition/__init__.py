"""Paper becomes text: `read_part` reads one page of a picture or a PDF, slowly. Plain Python, one thread.

The way of a page: sheet (pixels) → preparation (level, clean) → engine (stretches of writing) → rules (tables) →
order (lines as people read them) → paragraphs (passages with places)."""

from __future__ import annotations

from pathlib import Path

from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.recognition.engine import EngineMissingError, read_writings
from hiroba.extract.recognition.order import in_reading_order
from hiroba.extract.recognition.paragraphs import passages_of
from hiroba.extract.recognition.preparation import ink_of, is_blank, prepare
from hiroba.extract.recognition.rules import find_tables
from hiroba.extract.recognition.sheet import SheetError, open_sheet

ENGINE = "recognition/2"
"""Changes whenever a page would be read otherwise than before: pages are then read again."""


def read_part(path: Path, number: int) -> Extraction:
    """Read page `number` (from 1) of a picture or a PDF: passages in reading order, unsure stretches marked.

    PAPER-04: the engine is not installed; PAPER-01 … 03, EXTRACT-03: the page cannot be opened. Warnings: PAPER-06
    the page is blank, PAPER-07 the file ends in the middle of it."""
    try:
        sheet = open_sheet(path, number)
        page = prepare(sheet)
        if is_blank(page):
            return Extraction(warnings=(Trouble("PAPER-06", {"page": number}),), extractor=ENGINE)
        writings = read_writings(page.grey)
    except SheetError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    except EngineMissingError:
        return Extraction(error=Trouble("PAPER-04"), extractor=ENGINE)
    warnings = (Trouble("PAPER-07", {"page": number}),) if sheet.is_cut_short else ()
    rows = in_reading_order(writings, find_tables(ink_of(page.grey)))
    return Extraction(tuple(passages_of(rows, page, number)), warnings, extractor=ENGINE)
