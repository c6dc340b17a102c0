"""Which pages of a PDF are paper: no text of their own, or none that can be trusted. Those are left to recognition."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any, Literal

import pypdfium2.raw as pdfium_c

GARBLED_PART = 0.1  # of a page's characters that no font maps: the rest is not to be trusted either
MOJIBAKE_PART = 0.3  # of a page's characters from Latin-1's upper half: Japanese bytes read as Western ones
COVERED_PART = 0.7  # of a page under one picture: a scan, not an illustration
STAMPED_CHARACTERS = 50  # what a scanner or FAX prints over its picture: a number, a date, a sender
_MOST_OBJECTS = 500  # looked at on a page to find its picture
UNMAPPED = re.compile("[\x00-\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
_UPPER_LATIN = re.compile("[\u00a1-\u00ff]")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")

Finding = Literal["picture", "garbled", ""]


def find_paper(page: Any, text: str) -> Finding:
    """Tell whether recognition must read this page, whose own text is `text`, and why; "" when it need not.

    A page born in a program has text that its fonts map; an empty page has nothing to recognise."""
    if not text:
        return "picture" if pdfium_c.FPDFPage_CountObjects(page) > 0 else ""
    if is_garbled(text):
        return "garbled"
    return "picture" if len(text) < STAMPED_CHARACTERS and _covered_part(page) >= COVERED_PART else ""


def is_garbled(text: str) -> bool:
    """Tell whether so many characters have no meaning, or are Japanese misread as Western, that none can be trusted."""
    if len(UNMAPPED.findall(text)) > GARBLED_PART * len(text):
        return True
    return len(_UPPER_LATIN.findall(text)) > MOJIBAKE_PART * len(text) and not _JAPANESE.search(text)


def _covered_part(page: Any) -> float:
    """How much of the page its largest picture covers."""
    wide, high = page.get_size()
    largest = 0.0
    for found in islice(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3), _MOST_OBJECTS):
        left, bottom, right, top = found.get_bounds()
        largest = max(largest, (right - left) * (top - bottom))
    return float(largest / max(1.0, wide * high))
