"""PDF: text with page and box, headings from the outline, notes on the page; nothing in the file is ever run.

Places are `page=3;box=x,y,w,h`: page from 1, box in PDF points from the top left of the page as it is shown."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from hiroba.extract.passages import Attachment, Extraction, Part, Passage, Span, Trouble
from hiroba.extract.pdf_lines import Paragraph, joined_text, page_lines, paragraphs, shown
from hiroba.extract.pdf_margins import told_apart
from hiroba.extract.pdf_paper import UNMAPPED, find_paper
from hiroba.extract.unshown import named

MAX_PAGES = 5_000
MAX_PASSAGES = 300_000
BUDGET_SECONDS = 14.0  # of reading; what is left of the sandbox's 20 s writes the answer
MAX_ATTACHMENTS = 100
MAX_ATTACHED_BYTES = 50 * 2**20
_SCANNED = 64 * 2**20
_PASSWORD_ERRORS = {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}
_MAKER_PREFIX = re.compile(r"^Microsoft (?:Word|Excel|PowerPoint) - ")
_NO_TITLES = {"(anonymous)", "anonymous", "(unspecified)", "untitled", "無題"}
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-]\d\d)'?(\d\d)|(Z))?")
_ANNOTATION_TEXT = {pdfium_c.FPDF_ANNOT_WIDGET: b"V"}  # a form field's value; every other kind: its note


@dataclass
class _Reading:
    """What has been read so far, and the pages to warn of."""

    passages: list[Passage] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    warnings: list[Trouble] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)


def extract(path: Path, password: str | None = None) -> Extraction:
    """Read the text of each page in reading order with its box; pages that have none, or none to be trusted, are named
    (EXTRACT-11, -12) and left to recognition as `parts`.

    Encrypted: EXTRACT-02, or EXTRACT-43 when `password` is not the one; broken: EXTRACT-03; longer than the limits:
    cut, with EXTRACT-14."""
    try:
        document = pdfium.PdfDocument(path, password=password)
    except pdfium.PdfiumError as failure:
        is_locked = getattr(failure, "err_code", 0) in _PASSWORD_ERRORS
        code = "EXTRACT-03" if not is_locked else "EXTRACT-02" if password is None else "EXTRACT-43"
        return Extraction(error=Trouble(code), extractor="pdf/1")
    with closing(document):
        reading = _Reading()
        _read_pages(document, reading)
        reading.passages = told_apart(reading.passages)
        attachments = _attachments(document, reading)
        has_script = _has_script(document, path)
        facts = _facts(document)
        reading.unshown += _said_of_itself(document)
        title = facts.pop("title", "")
    if has_script:
        reading.warnings.append(Trouble("EXTRACT-13"))
    _report(reading)
    passages, warnings = tuple(reading.passages), tuple(reading.warnings)
    parts, unshown = _parts(reading), named(reading.unshown)
    return Extraction(passages, warnings, None, title, tuple(attachments), facts, "pdf/1", parts, unshown)


def _read_pages(document: Any, reading: _Reading) -> None:
    """Every page up to the limits; a page that cannot be read is reported and the next one is tried."""
    outline = _outline(document)
    started = time.monotonic()
    count = len(document)
    for index in range(count):
        is_late = time.monotonic() - started > BUDGET_SECONDS
        if index == MAX_PAGES or is_late or len(reading.passages) > MAX_PASSAGES:
            reading.warnings.append(Trouble("EXTRACT-14", {"read": index, "pages": count}))
            break
        try:
            with closing(document[index]) as page:
                _read_page(page, index, reading, outline.get(index, {}))
        except pdfium.PdfiumError:
            reading.broken.append(index + 1)


def _read_page(page: Any, index: int, reading: _Reading, headings: dict[str, int]) -> None:
    with closing(page.get_textpage()) as text_page:
        lines = page_lines(text_page, page.get_bbox(), page.get_rotation())
    text = "".join(line.text for line in lines)
    finding = find_paper(page, text)
    if finding:
        (reading.pictures if finding == "picture" else reading.garbled).append(index + 1)
    reading.passages += [_passage(paragraph, index + 1, headings) for paragraph in paragraphs(lines)]
    reading.passages += _notes(page, index + 1, reading)


def _passage(paragraph: Paragraph, page: int, headings: dict[str, int]) -> Passage:
    text, places = joined_text(paragraph)
    box = places[0][2]
    for _, _, other in places[1:]:
        box = box.around(other)
    spans = tuple(Span(start, end, at.locator(page)) for start, end, at in places) if len(places) > 1 else ()
    level = headings.get(_bare(text), 0)
    is_row = paragraph.lines[0].is_row
    return Passage(box.locator(page), text, "heading" if level else "row" if is_row else "paragraph", level, spans)


def _bare(text: str) -> str:
    """A heading's letters, to compare it with its entry in the outline."""
    return re.sub(r"[\s　.．・|]+", "", text)


def _outline(document: Any) -> dict[int, dict[str, int]]:
    """Page index → bare text of a heading there → its level."""
    found: dict[int, dict[str, int]] = {}
    try:
        for bookmark in islice(document.get_toc(max_depth=6), 5_000):
            destination = bookmark.get_dest()
            if destination is not None and (page := destination.get_index()) is not None:
                found.setdefault(page, {})[_bare(bookmark.get_title())] = bookmark.level + 1
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return found
    return found


def _said_of_itself(document: Any) -> Iterator[str]:
    """Give properties and bookmarks: what programs show beside the pages."""
    try:
        yield from document.get_metadata_dict(skip_empty=True).values()
        yield from (bookmark.get_title() for bookmark in islice(document.get_toc(max_depth=6), 5_000))
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return


def _notes(page: Any, number: int, reading: _Reading) -> Iterator[Passage]:
    """Text of notes and the values in form fields, which the page's own text does not hold."""
    origin, rotation = page.get_bbox(), page.get_rotation()
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), 2_000)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        text = _string(annotation, _ANNOTATION_TEXT.get(kind, b"Contents")).strip()
        name = _string(annotation, b"T") if kind == pdfium_c.FPDF_ANNOT_WIDGET else ""
        rectangle = pdfium_c.FS_RECTF()
        pdfium_c.FPDFAnnot_GetRect(annotation, rectangle)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        if text and kind not in (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP):
            box = shown((rectangle.left, rectangle.bottom, rectangle.right, rectangle.top), origin, rotation)
            is_field = kind == pdfium_c.FPDF_ANNOT_WIDGET
            reading.unshown += [f"{name}: {text}"] if is_field else []
            yield Passage(box.locator(number), text, "paragraph" if is_field else "comment")


def _string(annotation: Any, key: bytes) -> str:
    size = pdfium_c.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size < 2**20:
        return ""
    buffer = (pdfium_c.FPDF_WCHAR * (size // 2))()
    pdfium_c.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0").replace("\r", "\n")


def _attachments(document: Any, reading: _Reading) -> Iterator[Attachment]:
    """Files carried in the PDF, within the limits; handed on as files, never opened here."""
    room = MAX_ATTACHED_BYTES
    count = document.count_attachments()
    kept: list[Attachment] = []
    for index in range(min(count, MAX_ATTACHMENTS)):
        try:
            attached = document.get_attachment(index)
            content = bytes(attached.get_data())
        except (pdfium.PdfiumError, UnicodeDecodeError):
            continue
        room -= len(content)
        if room >= 0:
            kept.append(Attachment(attached.get_name() or f"{index + 1}", content))
    if len(kept) < count:
        reading.warnings.append(Trouble("EXTRACT-15", {"count": count - len(kept)}))
    return iter(kept)


def _has_script(document: Any, path: Path) -> bool:
    """Scripts are never run; those in plain objects are noticed, to tell the reader."""
    if pdfium_c.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        return True
    with path.open("rb") as file:
        return b"/JavaScript" in file.read(_SCANNED)


def _facts(document: Any) -> dict[str, str]:
    """What the file says of itself; titles that a printer driver made are cleaned, unreadable ones dropped."""
    try:
        said = {key: value.strip() for key, value in document.get_metadata_dict(skip_empty=True).items()}
    except UnicodeDecodeError:
        said = {}
    said = {k: v for k, v in said.items() if v.lower() not in _NO_TITLES and not UNMAPPED.search(v)}
    facts = {"pages": str(len(document))}
    if "Title" in said:
        facts["title"] = _MAKER_PREFIX.sub("", said["Title"])
    if "Author" in said:
        facts["author"] = said["Author"]
    for key, fact in (("CreationDate", "created_at"), ("ModDate", "modified_at")):
        if date := _iso(said.get(key, "")):
            facts[fact] = date
    return facts


def _iso(date: str) -> str:
    """D:20200624145414+09'00' as ISO 8601 (PDF 32000-1, 7.9.4)."""
    found = _DATE.match(date)
    if not found:
        return ""
    year, month, day, hour, minute, second, offset, offset_minutes, _ = found.groups(default="")
    clock = f"T{hour}:{minute or '00'}:{second or '00'}" if hour else ""
    zone = f"{offset}:{offset_minutes}" if offset else "Z" if found[9] else ""
    return f"{year}-{month or '01'}-{day or '01'}" + (clock + zone if clock else "")


def _parts(reading: _Reading) -> tuple[Part, ...]:
    return tuple(Part("recognise", page) for page in sorted(reading.pictures + reading.garbled))


def _report(reading: _Reading) -> None:
    for code, pages in (
        ("EXTRACT-11", reading.pictures),
        ("EXTRACT-12", reading.garbled),
        ("EXTRACT-16", reading.broken),
    ):
        if pages:
            reading.warnings.append(Trouble(code, {"pages": page_ranges(pages), "count": len(pages)}))


def page_ranges(pages: list[int]) -> str:
    """Write page numbers as "1-3,7"."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][-1] + 1:
            ranges[-1][1:] = [page]
        else:
            ranges.append([page])
    return ",".join("-".join(map(str, edges)) for edges in ranges)
