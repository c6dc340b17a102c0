"""Paper becomes text: `read_part` reads one page of a picture or a PDF, slowly. Plain Python, one thread.

The way of a page: sheet (pixels) → photo (a photographed sheet is drawn upright) → preparation (level, clean) →
reading (engine: stretches of writing; vertical; rules: tables; order: lines as people read them) → paragraphs
(passages with places)."""

from __future__ import annotations

from pathlib import Path

from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.recognition.engine import EngineMissingError
from hiroba.extract.recognition.fax_line import fax_facts
from hiroba.extract.recognition.paragraphs import passages_of
from hiroba.extract.recognition.photo import rest_of, straightened
from hiroba.extract.recognition.preparation import Prepared, is_blank, prepare
from hiroba.extract.recognition.reading import PageReading, read_page
from hiroba.extract.recognition.sheet import Sheet, SheetError, open_sheet
from hiroba.extract.recognition.vertical import sureness_of

SURE_BESIDE = 0.85
ENGINE = "recognition/6"
"""Changes whenever a page would be read otherwise than before: pages are then read again."""


def read_part(path: Path, number: int) -> Extraction:
    """Read page `number` (from 1) of a picture or a PDF: passages in reading order, unsure stretches marked.

    Facts: `fax_from` and `fax_at` from the line a FAX machine printed; `turned` (degrees counter-clockwise) when the
    page lay upside down or on its side; `blank` when nothing is written on it. Errors: PAPER-04 the engine is not
    installed; PAPER-01 … 03, EXTRACT-03 the page cannot be opened. Warnings: PAPER-06 the page is blank, PAPER-05
    vertical writing was read without Tesseract, PAPER-07 the file ends in the middle of the page, PAPER-08 there is
    something on the paper and none of it could be read (a photograph, which may show anything, is not warned of)."""
    try:
        came = open_sheet(path, number)
        sheet = straightened(came)
        page = prepare(sheet)
        if is_blank(page):
            return Extraction((), (Trouble("PAPER-06", {"page": number}),), facts={"blank": "1"}, extractor=ENGINE)
        reading = read_page(page)
        beside = read_beside(came, sheet)
    except SheetError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    except EngineMissingError:
        return Extraction(error=Trouble("PAPER-04"), extractor=ENGINE)
    passages = (*passages_of(reading.rows, reading.page, number), *passages_of(beside.rows, beside.page, number))
    codes = {
        "PAPER-05": reading.is_without_tesseract,
        "PAPER-07": sheet.is_cut_short,
        "PAPER-08": not passages and came.is_to_scale,
    }
    warnings = tuple(Trouble(code, {"page": number}) for code, is_so in codes.items() if is_so)
    facts = fax_facts(reading.rows, reading.page.grey.shape[0])
    if reading.page.quarter_turns:
        facts["turned"] = str(reading.page.quarter_turns * 90)
    return Extraction(passages, warnings, facts=facts, extractor=ENGINE)


def read_beside(photo: Sheet, sheet: Sheet) -> PageReading:
    """Read what else lies in a photograph beside the sheet that was drawn from it, as it lies; the grain of a desk,
    of which the engine is never sure, is left out."""
    rest = rest_of(photo, sheet)
    if rest is None:
        return PageReading(Prepared(sheet.grey, sheet.across, sheet.down, 0.0))
    reading = read_page(prepare(rest))
    reading.rows = [row for row in reading.rows if sureness_of(row.writings) >= SURE_BESIDE]
    return reading
