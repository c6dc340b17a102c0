"""Workbooks of Excel 5 to 2003 (.xls): cells as they are shown, notes, hidden sheets; places as in `workbook`."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlrd

from hiroba.extract.cell_rows import Cell, Sheet, address, sheet_passages
from hiroba.extract.number_format import BUILT_IN, shown_number, shown_text
from hiroba.extract.passages import Extraction, Mark, Passage, Trouble

MAX_CELLS = 600_000
BUDGET_SECONDS = 7.0
_LOCKED = ("encrypted", "password")


def extract(path: Path) -> Extraction:
    """Read every sheet of an old workbook; macros are noticed and never run (EXTRACT-35).

    Encrypted: EXTRACT-02; damaged: EXTRACT-03; beyond the limits: cut, with EXTRACT-37."""
    try:
        book = _open(path)
    except xlrd.XLRDError as failure:
        is_locked = any(word in str(failure).lower() for word in _LOCKED)
        return Extraction(error=Trouble("EXTRACT-02" if is_locked else "EXTRACT-03"), extractor="old_workbook/1")
    except Exception:  # xlrd meets damaged records with whatever happens to fail: IndexError, struct.error, assert …
        return Extraction(error=Trouble("EXTRACT-03"), extractor="old_workbook/1")
    warnings: list[Trouble] = []
    passages = list(_book_passages(book, warnings))
    if _has_macros(path):
        warnings.append(Trouble("EXTRACT-35"))
    facts = {"author": book.user_name.strip()} if book.user_name.strip() else {}
    return Extraction(tuple(passages), tuple(warnings), facts=facts, extractor="old_workbook/1")


def _open(path: Path) -> Any:
    """With formats where the file has them whole; without where only they are damaged."""
    log = io.StringIO()
    try:
        return xlrd.open_workbook(str(path), formatting_info=True, logfile=log, ragged_rows=True)
    except xlrd.XLRDError:
        raise
    except Exception:  # see above
        return xlrd.open_workbook(str(path), logfile=log, ragged_rows=True)


def _has_macros(path: Path) -> bool:
    data = path.read_bytes()
    return "_VBA_PROJECT".encode("utf-16-le") in data or any(kind in (1, 2, 6) for kind in _sheet_kinds(data))


def _sheet_kinds(data: bytes) -> Iterator[int]:
    """The kinds in the BOUNDSHEET records ([MS-XLS] 2.4.28): 1 is an Excel 4 macro sheet, 6 a module."""
    position = data.find(b"\x85\x00")
    while 0 <= position < len(data) - 12:
        length = int.from_bytes(data[position + 2 : position + 4], "little")
        if 8 <= length <= 80 and data[position + 8] < 3 and data[position + 10] == length - 8 - _wide(data, position):
            yield data[position + 9]
        position = data.find(b"\x85\x00", position + 1)


def _wide(data: bytes, position: int) -> int:
    """In a record of BIFF8 a name of two-byte characters takes twice its count."""
    return data[position + 10] if data[position + 11] & 1 else 0


def _book_passages(book: Any, warnings: list[Trouble]) -> Iterator[Passage]:
    started, cells = time.monotonic(), 0
    hidden: list[str] = []
    for source in book.sheets():
        sheet = Sheet(source.name, is_hidden=bool(source.visibility))
        _take_widths(sheet, source)
        for row in range(source.nrows):
            if cells > MAX_CELLS or time.monotonic() - started > BUDGET_SECONDS:
                warnings.append(Trouble("EXTRACT-37", {"limit": MAX_CELLS}))
                break
            if shown := list(_row_cells(book, source, row)):
                sheet.rows.append(shown)
                cells += len(shown)
        _take_merges(sheet, source.merged_cells)
        found = [*sheet_passages(sheet), *_notes(sheet, source)]
        if sheet.is_hidden and found:
            hidden.append(sheet.name)
        yield from found
    if hidden:
        warnings.append(Trouble("SHEET-01", {"sheets": ", ".join(hidden[:20])}))


def _take_widths(sheet: Sheet, source: Any) -> None:
    """Widths are in 1/256 of a character."""
    sheet.default_width = float(source.defcolwidth or sheet.default_width)
    sheet.widths = {column: info.width / 256 for column, info in source.colinfo_map.items()}


def _row_cells(book: Any, source: Any, row: int) -> Iterator[Cell]:
    is_hidden_row = row in source.rowinfo_map and bool(source.rowinfo_map[row].hidden)
    for column, cell in enumerate(source.row(row)):
        text = _shown(book, cell)
        if text.strip():
            info = source.colinfo_map.get(column)
            is_hidden = is_hidden_row or bool(info and info.hidden)
            yield Cell(row, column, text.rstrip(), is_hidden)


def _shown(book: Any, cell: Any) -> str:
    code = _format(book, cell)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return shown_text(cell.value, code) or str(cell.value)
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return shown_number(cell.value, code, bool(book.datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return ""


def _format(book: Any, cell: Any) -> str:
    """The format code of a cell; a date of a file whose formats are damaged is shown as one."""
    if cell.xf_index is not None and cell.xf_index < len(book.xf_list):
        key = book.xf_list[cell.xf_index].format_key
        found = book.format_map.get(key)
        code = found.format_str if found is not None else ""
        return BUILT_IN.get(key, "") if key in BUILT_IN and (key < 50 or not code) else code or "General"
    return "yyyy/m/d" if cell.ctype == xlrd.XL_CELL_DATE else "General"


def _take_merges(sheet: Sheet, merges: list[tuple[int, int, int, int]]) -> None:
    """xlrd counts ends as Python does: one further."""
    heads = {(row, column): (end_row - 1, end_column - 1) for row, end_row, column, end_column in merges}
    for cell in (cell for cells in sheet.rows for cell in cells):
        if last := heads.get((cell.row, cell.column)):
            cell.last_row, cell.last_column = last


def _notes(sheet: Sheet, source: Any) -> Iterator[Passage]:
    for (row, column), note in sorted(source.cell_note_map.items()):
        if text := note.text.strip().replace("\r", "\n"):
            marks = (Mark(0, len(text), "hidden"),) if sheet.is_hidden else ()
            yield Passage(f"{sheet.name}!{address(row, column)}", text, "comment", marks=marks)
