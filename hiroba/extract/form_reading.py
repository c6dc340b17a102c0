"""Read a sheet of paper into the fields of its form: from two files to answers. Run where memory and time are limited.

`tasks.run_task("read_form", …)` runs this confined; the blank form and the sheet are pages of pictures or PDFs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from hiroba.extract.form_alignment import Alignment, Page
from hiroba.extract.form_boxes import DOTS, Lying, Word, lay, read_boxes
from hiroba.extract.form_places import Answer, box_of, fields_of
from hiroba.extract.passages import Attachment, Extraction, Trouble
from hiroba.extract.recognition.engine import EngineMissingError, Writing, read_writings
from hiroba.extract.recognition.photo import straightened
from hiroba.extract.recognition.sheet import SheetError, open_sheet
from hiroba.extract.recognition.spelling import by_neighbours, by_words, with_japanese_signs

ENGINE = "form/2"
MAX_FIELDS = 400
DOUBTED = 0.85  # certainty of what was put right by the words around it: somebody looks at it
_LARGEST = 6_000  # pixels: A2 at DOTS


def read_form(paths: Sequence[Path], asked: dict[str, Any]) -> Extraction:
    """Answer `fields` (rows of form_places) from page `page` of the second file, laid over the form in the first.

    Facts: `agreement` (0 … 1) and `answers`, JSON of Answer without pictures; the attachments are the pictures of the
    fields that carry a question, named by the field's number. FORM-05: not a sheet of this form. FORM-06: the
    recognition of letters is not installed. Errors of pages as recognition gives them."""
    fields = fields_of(asked["fields"])[:MAX_FIELDS]
    try:
        form, sheet = (page_at_dots(path, number) for path, number in zip(paths, asked["pages"], strict=True))
        lying, alignment = lay_any_way(form, sheet)
        facts = {"agreement": f"{alignment.agreement:.3f}"}
        if not alignment.is_same_form:
            return Extraction(error=Trouble("FORM-05"), facts=facts, extractor=ENGINE)
        here = [field for field in fields if box_of(field.place)]
        answers = read_boxes(lying, here, recognise, date.fromisoformat(asked["today"]))
    except SheetError as failure:
        return Extraction(error=failure.trouble, extractor=ENGINE)
    except EngineMissingError:
        return Extraction(error=Trouble("FORM-06"), extractor=ENGINE)
    pictures = tuple(
        Attachment(f"{index}.png", answer.picture, "image/png")
        for index, answer in enumerate(answers)
        if answer.question and answer.picture
    )
    facts["answers"] = json.dumps([_row(answer) for answer in answers], ensure_ascii=False)
    return Extraction(attachments=pictures, facts=facts, extractor=ENGINE)


def lay_any_way(form: Page, sheet: Page) -> tuple[Lying, Alignment]:
    """Lay a sheet over its form, also one that lies on its side (upside down is tried by `lay`)."""
    is_on_its_side = (form.shape[0] > form.shape[1]) != (sheet.shape[0] > sheet.shape[1])
    return lay(form, np.ascontiguousarray(np.rot90(sheet)) if is_on_its_side else sheet)


def recognise(page: Page) -> list[Word]:
    """Find the words of a picture with the engine that reads pages; what the words around put right is unsure."""
    return [_spelt(each) for each in read_writings(page)]


def _spelt(found: Writing) -> Word:
    text, changed = by_words(by_neighbours(with_japanese_signs(found.text)))
    sureness = min(found.sureness, DOUBTED) if changed else found.sureness
    return Word(text, sureness, found.x0, found.y0, found.x1, found.y1)


def _row(answer: Answer) -> dict[str, Any]:
    row = asdict(answer)
    del row["picture"]
    return row


def page_at_dots(path: Path, number: int) -> Page:
    """Give a page at DOTS an inch, whatever it was scanned at: a FAX of 200 × 100 gets its height back, a photographed
    sheet is drawn upright."""
    sheet = straightened(open_sheet(path, number))
    scale = DOTS / 72
    wide, high = (
        round(side * scale) for side in (sheet.grey.shape[1] * sheet.across, sheet.grey.shape[0] * sheet.down)
    )
    if (high, wide) == sheet.grey.shape:
        return sheet.grey
    size = (min(max(wide, 64), _LARGEST), min(max(high, 64), _LARGEST))
    return np.asarray(Image.fromarray(sheet.grey).resize(size, Image.Resampling.LANCZOS))
