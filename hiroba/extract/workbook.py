"""Workbooks of Excel (.xlsx, .xlsm): cells as they are shown, comments, drawings, headers of the printed page.

Places are `Sheet!C14`, a row's `Sheet!A14:F14`, a merged range's `Sheet!A1:C3`. Hidden sheets, rows and columns are
read and marked `hidden`. Formulas are not calculated: the saved value is shown, the formula where there is none."""

from __future__ import annotations

import math
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from hiroba.extract.cell_rows import Cell, Sheet, column_index, parse_range, sheet_passages
from hiroba.extract.number_format import shown_number, shown_text
from hiroba.extract.passages import Attachment, Extraction, Mark, Part, Passage, Trouble
from hiroba.extract.pasted import MOST, parts_of, pictures_in
from hiroba.extract.sheet_drawings import drawing_passages, picture_places
from hiroba.extract.unshown import in_package
from hiroba.extract.workbook_package import (
    DamagedPartError,
    Package,
    Relation,
    Strings,
    local,
    open_package,
    read_formats,
    read_strings,
    rich_text,
    unescaped,
)

MAX_CELLS = 600_000
MAX_SHEETS = 1_000  # read; an office never has as many
MAX_MERGES = 200_000
LONGEST_CELL = 32_767  # characters: Excel's own limit
BUDGET_SECONDS = 7.0  # of reading cells; as much again makes passages and hands them out of the sandbox (20 s)
MAX_ATTACHED_BYTES = 50 * 2**20
_HEADER_CODES = re.compile(r'&"[^"]*"|&K[0-9A-Fa-f]{6}|&K\d\d[+-]\d{3}|&\d{1,3}|&[LCRPNDTFAGZBIUESXYHO]|&\+\d*')
_COPY_OF_THREAD = re.compile(r"\[[^\]\n]{4,60}\]\s*\n.*https://go\.microsoft\.com", re.DOTALL)
_SHEET_KINDS = {"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}


@dataclass
class _Reading:
    """An open workbook and what has been found in it."""

    package: Package
    strings: Strings = field(default_factory=Strings)
    formats: list[str] = field(default_factory=list)
    is_1904: bool = False
    passages: list[Passage] = field(default_factory=list)
    warnings: list[Trouble] = field(default_factory=list)
    cells: int = 0
    started: float = field(default_factory=time.monotonic)
    is_cut: bool = False
    hidden_sheets: list[str] = field(default_factory=list)

    def is_full(self) -> bool:
        """Whether the limits of cells or time are reached."""
        self.is_cut |= self.cells > MAX_CELLS or time.monotonic() - self.started > BUDGET_SECONDS
        return self.is_cut


def extract(path: Path) -> Extraction:
    """Read every sheet of a workbook; damaged parts are reported (EXTRACT-34) and the others read.

    Not a workbook: EXTRACT-03; beyond the limits: cut, with EXTRACT-37."""
    try:
        package = open_package(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return Extraction(error=Trouble("EXTRACT-03"), extractor="workbook/1")
    with package.archive:
        reading = _Reading(package)
        sheets = _open(reading)
        if not sheets:
            return Extraction(error=Trouble("EXTRACT-03"), extractor="workbook/1")
        for sheet, part in sheets[:MAX_SHEETS]:
            _read_sheet(reading, sheet, part)
        _report(reading)
        facts = _facts(package)
        title = facts.pop("title", "")
        attachments = tuple(_embedded(package))
        parts, unshown = _pictures(reading, sheets[:MAX_SHEETS]), in_package(package.archive)
    passages, warnings = tuple(reading.passages), tuple(reading.warnings)
    return Extraction(passages, warnings, None, title, attachments, facts, "workbook/1", parts, unshown)


def _open(reading: _Reading) -> list[tuple[Sheet, str]]:
    """Read what all sheets share, and give the sheets with the name of their part, in their order."""
    package = reading.package
    book = _book_part(package)
    relations = package.relations(book)
    for kind, read in (("sharedStrings", _take_strings), ("styles", _take_formats)):
        part = next((r.target for r in relations.values() if r.kind == kind), f"xl/{kind}.xml")
        if package.has(part):
            try:
                read(reading, part)
            except DamagedPartError:
                reading.warnings.append(Trouble("EXTRACT-34", {"part": part}))
    try:
        root = package.tree(book)
    except DamagedPartError:
        return []
    reading.is_1904 = any(entry.get("date1904") in ("1", "true") for entry in root.iter("{*}workbookPr"))
    return [found for entry in root.iter("{*}sheet") if (found := _sheet(package, entry, relations))]


def _book_part(package: Package) -> str:
    relations = package.relations("")
    return next((r.target for r in relations.values() if r.kind == "officeDocument"), "xl/workbook.xml")


def _take_strings(reading: _Reading, part: str) -> None:
    reading.strings = read_strings(reading.package, part)


def _take_formats(reading: _Reading, part: str) -> None:
    reading.formats = read_formats(reading.package, part)


def _sheet(package: Package, entry: Any, relations: dict[str, Relation]) -> tuple[Sheet, str] | None:
    key = next((value for name, value in entry.attrib.items() if name.endswith("}id")), "")
    relation = relations.get(key)
    number = entry.get("sheetId") or ""
    part = relation.target if relation and relation.kind in _SHEET_KINDS else f"xl/worksheets/sheet{number}.xml"
    if not package.has(part):
        return None
    return Sheet(entry.get("name") or number, is_hidden=entry.get("state", "visible") != "visible"), part


def _read_sheet(reading: _Reading, sheet: Sheet, part: str) -> None:
    """Rows, then comments and drawings, of one sheet."""
    printed: list[Passage] = []
    try:
        _read_cells(reading, sheet, part, printed)
    except DamagedPartError:
        reading.warnings.append(Trouble("EXTRACT-34", {"part": sheet.name}))
    before = len(reading.passages)
    reading.passages += sheet_passages(sheet)
    for relation in reading.package.relations(part).values():
        try:
            reading.passages += _attached_text(reading.package, relation, sheet.name)
        except DamagedPartError:
            reading.warnings.append(Trouble("EXTRACT-34", {"part": relation.target}))
    reading.passages += printed
    if sheet.is_hidden and len(reading.passages) > before:
        reading.passages[before:] = [_all_hidden(passage) for passage in reading.passages[before:]]
        reading.hidden_sheets.append(sheet.name)


def _all_hidden(passage: Passage) -> Passage:
    marks = tuple(mark for mark in passage.marks if mark.kind != "hidden")
    hidden = Mark(0, len(passage.text), "hidden")
    return Passage(passage.locator, passage.text, passage.kind, passage.level, passage.spans, (*marks, hidden))


def _read_cells(reading: _Reading, sheet: Sheet, part: str, printed: list[Passage]) -> None:
    """Fill the sheet's rows; a row that comes after the limit is dropped, merged ranges are still read."""
    hidden_columns: set[int] = set()
    merges: list[tuple[int, int, int, int]] = []
    row_number = -1
    for element in reading.package.elements(part, "sheetFormatPr", "cols", "row", "mergeCell", "headerFooter"):
        name = local(element)
        if name == "row":
            row_number = _number(element.get("r"), row_number + 2) - 1
            if not reading.is_full() and (cells := list(_row_cells(reading, element, row_number, hidden_columns))):
                sheet.rows.append(cells)
                reading.cells += len(cells)
        elif name == "mergeCell" and len(merges) < MAX_MERGES:
            merges += filter(None, [parse_range(element.get("ref") or "")])
        elif name == "cols":
            _take_columns(sheet, element, hidden_columns)
        elif name == "sheetFormatPr":
            with suppress(ValueError):
                sheet.default_width = float(element.get("defaultColWidth") or sheet.default_width)
        elif name == "headerFooter":
            printed += _printed(element, sheet.name)
    _take_merges(sheet, merges)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise


def _take_columns(sheet: Sheet, columns: Any, hidden: set[int]) -> None:
    for entry in columns:
        first, last = _number(entry.get("min"), 1) - 1, min(_number(entry.get("max"), 1), 16_384) - 1
        with suppress(ValueError):
            width = float(entry.get("width") or sheet.default_width)
            sheet.widths.update(dict.fromkeys(range(first, last + 1), width))
        if entry.get("hidden") in ("1", "true"):
            hidden.update(range(first, last + 1))


def _take_merges(sheet: Sheet, merges: list[tuple[int, int, int, int]]) -> None:
    """Give each cell that heads a merged range its extent; what is stored under the range is not seen: hidden."""
    heads = {(row, column): (last_row, last_column) for row, column, last_row, last_column in merges}
    covered: set[tuple[int, int]] = set()
    for row, column, last_row, last_column in merges:
        if len(covered) < MAX_CELLS and (last_row - row + 1) * (last_column - column + 1) < 100_000:
            covered.update((r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1))
    for cell in (cell for cells in sheet.rows for cell in cells if heads):
        if last := heads.get((cell.row, cell.column)):
            cell.last_row, cell.last_column = last
        elif (cell.row, cell.column) in covered:
            cell.is_hidden = True


def _row_cells(reading: _Reading, row: Any, number: int, hidden_columns: set[int]) -> Iterator[Cell]:
    is_hidden_row = row.get("hidden") in ("1", "true") or row.get("zeroHeight") in ("1", "true")
    column = -1
    for entry in row:
        if local(entry) != "c":
            continue
        letters = (entry.get("r") or "").rstrip("0123456789")
        column = column_index(letters) if letters.isalpha() and letters.isascii() and len(letters) < 4 else column + 1
        text, readings, is_blanked = _shown(reading, entry)
        if text.strip():
            is_hidden = is_hidden_row or column in hidden_columns or is_blanked
            yield Cell(number, column, text[:LONGEST_CELL].rstrip(), is_hidden, readings=readings)


def _shown(reading: _Reading, cell: Any) -> tuple[str, tuple[Mark, ...], bool]:
    """A cell's text, its readings, and whether its format keeps it from being seen (;;;)."""
    parts = {local(child): child for child in cell}
    value = (parts["v"].text or "") if "v" in parts else ""
    kind = cell.get("t") or "n"
    if not value and "is" not in parts:
        formula = (parts["f"].text or "") if "f" in parts else ""
        return (f"={formula}" if formula else ""), (), False
    if kind == "n":
        shown = _shown_value(reading, value.strip(), cell)
        is_blanked = not shown and not _format(reading, cell).strip("; ")
        return (value if is_blanked else shown), (), is_blanked
    text, readings = _stored_text(reading, kind, value, parts.get("is"))
    shown = shown_text(text, _format(reading, cell)) if kind in ("s", "str", "inlineStr") else text
    return shown or text, readings if shown == text else (), bool(text) and not shown


def _stored_text(reading: _Reading, kind: str, value: str, inline: Any) -> tuple[str, tuple[Mark, ...]]:
    if inline is not None:
        return rich_text(inline)
    if kind == "s":
        index = _number(value.strip(), -1)
        is_known = 0 <= index < len(reading.strings.texts)
        return (reading.strings.texts[index], reading.strings.readings.get(index, ())) if is_known else ("", ())
    return ({"0": "FALSE", "1": "TRUE"}.get(value, value) if kind == "b" else unescaped(value)), ()


def _format(reading: _Reading, cell: Any) -> str:
    style = _number(cell.get("s"), 0)
    return reading.formats[style] if style < len(reading.formats) else "General"


def _shown_value(reading: _Reading, value: str, cell: Any) -> str:
    """A number under its format; one that the format blanks out (zeros, mostly) shows nothing."""
    try:
        number = float(value)
    except ValueError:
        return value
    return shown_number(number, _format(reading, cell), reading.is_1904) if math.isfinite(number) else value


def _printed(element: Any, sheet: str) -> Iterator[Passage]:
    """Headers and footers of the printed page, without their codes."""
    for child in element:
        text = " ".join(_HEADER_CODES.sub(" ", (child.text or "").replace("&&", "＆")).replace("＆", "&").split())
        if text.strip("/- ・"):
            yield Passage(f"{sheet}!A1", text, "header" if local(child).endswith("Header") else "footer")


def _attached_text(package: Package, relation: Relation, sheet: str) -> Iterator[Passage]:
    """Comments and drawings that a sheet points at."""
    if relation.is_external or not package.has(relation.target):
        return
    if relation.kind in ("comments", "threadedComment"):
        for entry in package.tree(relation.target).iter("{*}comment", "{*}threadedComment"):
            text = _comment_text(entry)
            if text and entry.get("ref"):
                yield Passage(f"{sheet}!{entry.get('ref')}", text, "comment")
    elif relation.kind == "drawing":
        yield from drawing_passages(package, relation.target, sheet)


def _comment_text(entry: Any) -> str:
    """A note's text; the copy that Excel leaves of a threaded comment for older programs is skipped."""
    text_element = next((child for child in entry if local(child) == "text"), None)
    if text_element is None:
        return ""
    text = unescaped(text_element.text or "") if local(entry) == "threadedComment" else rich_text(text_element)[0]
    is_copy = (
        local(entry) == "comment" and re.match(r"\[[^\]]{4,60}\]\s*\n", text) and "https://go.microsoft.com" in text
    )
    return "" if is_copy else text.strip()


def _report(reading: _Reading) -> None:
    names = reading.package.names
    if reading.is_cut:
        reading.warnings.append(Trouble("EXTRACT-37", {"limit": len(reading.passages)}))
    if reading.hidden_sheets:
        reading.warnings.append(Trouble("SHEET-01", {"sheets": ", ".join(reading.hidden_sheets[:20])}))
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        reading.warnings.append(Trouble("EXTRACT-35"))
    if any("/externallinks/external" in name for name in names):
        reading.warnings.append(Trouble("EXTRACT-36"))


def _facts(package: Package) -> dict[str, str]:
    """What the file says of itself (docProps/core.xml)."""
    try:
        root = package.tree("docProps/core.xml")
    except DamagedPartError:
        return {}
    names = {"title": "title", "creator": "author", "created": "created_at", "modified": "modified_at"}
    said = {names.get(local(entry), ""): (entry.text or "").strip() for entry in root}
    return {name: value for name, value in said.items() if name and value}


def _pictures(reading: _Reading, sheets: Sequence[tuple[Sheet, str]]) -> tuple[Part, ...]:
    """Leave the pictures that lie over the sheets to the slow reader."""
    package, places = reading.package, dict[str, str]()
    found = pictures_in(package.archive)
    for sheet, part in sheets if found else ():
        with suppress(DamagedPartError):
            drawings = [relation.target for relation in package.relations(part).values() if relation.kind == "drawing"]
            for name, place in (each for drawing in drawings for each in picture_places(package, drawing, sheet.name)):
                places.setdefault(name.lower(), place)
    if len(found) > MOST:
        reading.warnings.append(Trouble("EXTRACT-48", {"read": MOST, "pictures": len(found)}))
    return parts_of(found, places, f"{sheets[0][0].name}!A1")


def _embedded(package: Package) -> Iterator[Attachment]:
    """Office files inside the workbook, within limits."""
    room = MAX_ATTACHED_BYTES
    for name in package.names.values():
        suffix = PurePosixPath(name).suffix.lower()
        if "/embeddings/" not in name or suffix not in (".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".pdf"):
            continue
        room -= package.archive.getinfo(name).file_size
        if room < 0:
            return
        with suppress(zipfile.BadZipFile, EOFError, NotImplementedError):
            yield Attachment(PurePosixPath(name).name, package.archive.read(name))
