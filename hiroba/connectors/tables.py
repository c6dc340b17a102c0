"""Tables that other systems drop as files: where the header is, and the rows after it, one at a time.

CSV and TSV of any size are read as a stream, so that memory stays flat; a sheet comes as what the sandbox read of the
workbook. Nothing is taken for granted about where the header stands: systems print titles, dates and blank lines
above it."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from hiroba.connectors.outside import OutsideError
from hiroba.extract.cell_rows import column_index, column_name
from hiroba.extract.delimited import find_delimiter
from hiroba.extract.encoding import UndecodableError, decode
from hiroba.extract.passages import Extraction, Passage

HEADER_WITHIN = 30  # rows: titles, conditions of the search and blank lines above a header are fewer
SAMPLE_BYTES = 256 * 1024
PIECE = 1024 * 1024
LONGEST_LABEL = 40
LONGEST_LINE = 2_000_000  # characters: a file without line ends must not be read into memory whole
MOST_COLUMNS = 500
_ENCODINGS = ("utf-8", "cp932", "euc-jp", "utf-16")
_FIGURE = re.compile(r"[\d,./:\-()%¥\\+年月日時分 ]+|[RHSrhs]\d{1,2}[./]\d{1,2}[./]\d{1,2}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header: where it stands in its file (`line=7`, `Sheet!A7`) and its cells, as many as the
    header has."""

    locator: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A header and, to be read once, the rows below it. Names in the header are unique and never empty."""

    header: tuple[str, ...]
    header_at: str
    rows: Iterator[Row]
    encoding: str = ""


Numbered = tuple[str, list[str]]  # a locator and the cells as they stand


def open_delimited(path: Path, name: str = "") -> Table:
    """Open a CSV or TSV file as a table; rows are read as they are asked for.

    TABLE-02 when it is no text, TABLE-03 when no row looks like a header. While rows are read: TABLE-04 at a quote
    that is never closed."""
    encoding = find_encoding(path)
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES).decode(encoding, "replace")
    delimiter = find_delimiter(sample, Path(name or path.name).suffix)
    return with_header(_lines(path, encoding, delimiter), encoding)


def open_sheet(extraction: Extraction, sheet: str = "") -> Table:
    """Open what was read of a workbook as a table: the sheet of that name, else the first that has a header.

    TABLE-02 when nothing was read, TABLE-03 when no row looks like a header."""
    if extraction.error is not None:
        raise OutsideError("TABLE-02")
    sheets: dict[str, list[Numbered]] = {}
    for passage in extraction.passages:
        name, _, place = passage.locator.rpartition("!")
        if passage.kind == "row" and passage.spans and (cells := _cells_of(passage)):
            number = re.search(r"\d+", place)
            sheets.setdefault(name, []).append((f"{name}!A{number[0] if number else 1}", cells))
    for name, rows in sheets.items():
        if sheet in ("", name) and find_header([cells for _, cells in rows[:HEADER_WITHIN]]) is not None:
            return with_header(iter(rows))
    raise OutsideError("TABLE-03")


def _cells_of(passage: Passage) -> list[str]:
    """Put the cells of a sheet's row back into their columns; what was empty is empty again."""
    cells: dict[int, str] = {}
    for span in passage.spans:
        if letters := re.match(r"[A-Z]+", span.locator.rpartition("!")[2]):
            cells[column_index(letters[0])] = passage.text[span.start : span.end]
    return [cells.get(column, "") for column in range(max(cells, default=-1) + 1)]


def with_header(lines: Iterator[Numbered], encoding: str = "") -> Table:
    """Find the header among the first lines and give the table below it; TABLE-03 when there is none."""
    first = list(islice(lines, HEADER_WITHIN))
    at = find_header([cells for _, cells in first])
    if at is None:
        raise OutsideError("TABLE-03")
    header = column_names(first[at][1][: MOST_COLUMNS + 1])
    if len(header) > MOST_COLUMNS:
        raise OutsideError("TABLE-02")
    below = chain(first[at + 1 :], lines)
    return Table(header, first[at][0], _rows(below, header), encoding)


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Give the index of the row that names the columns: the first that is as wide as the rows usually are and holds
    short, different words and no figures. None where there is none: it is never guessed."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = Counter(width for width in widths if width > 1).most_common(1)
    if not usual:
        return None
    needed = max(2, round(0.7 * usual[0][0]))
    for index, row in enumerate(rows):
        if widths[index] >= needed and _are_labels([cell.strip() for cell in row if cell.strip()]):
            return index
    return None


def _are_labels(cells: list[str]) -> bool:
    words = [cell for cell in cells if len(cell) <= LONGEST_LABEL and not _FIGURE.fullmatch(normal(cell))]
    return len(words) >= 0.9 * len(cells) and len(set(cells)) >= 0.6 * len(cells)


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Give each column a name of its own: as written, its letter (C) where nothing is, `name(2)` the second time."""
    names: list[str] = []
    last = max((index for index, cell in enumerate(cells) if cell.strip()), default=-1)
    for index, cell in enumerate(cells[: last + 1]):
        plain = " ".join(cell.split()) or column_name(index)
        name, count = plain, 1
        while name in names:
            count += 1
            name = f"{plain}({count})"
        names.append(name)
    return tuple(names)


def normal(text: str) -> str:
    """Give a text as it is compared: half width, single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _rows(lines: Iterable[Numbered], header: tuple[str, ...]) -> Iterator[Row]:
    """Give the rows that say something; a header repeated on a new page is none."""
    width = len(header)
    for locator, cells in lines:
        kept = tuple(cell.strip() for cell in cells[:width])
        if any(kept):
            row = kept + ("",) * (width - len(kept))
            if row != header:
                yield Row(locator, row)


def find_encoding(path: Path) -> str:
    """Give the encoding that the whole file is in, read piece by piece; the likeliest where bytes are broken.

    TABLE-02 when it is no text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    cut = sample if len(sample) < SAMPLE_BYTES else sample[: sample.rfind(b"\n") + 1] or sample
    try:
        likely = decode(cut).encoding
    except UndecodableError as error:
        raise OutsideError("TABLE-02") from error
    bom = "utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-16" if likely.startswith("utf-16") else ""
    if bom:
        return bom
    for encoding in dict.fromkeys((*_ENCODINGS[: 1 if likely == "ascii" else 0], likely, *_ENCODINGS[:3])):
        if _is_all(path, encoding):
            return encoding
    return likely


def _is_all(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _short_lines(file: TextIO) -> Iterator[str]:
    """Give the lines of a file, NUL left out; TABLE-04 at one that does not end."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise OutsideError("TABLE-04", line=number)
        yield line.replace("\0", "")


def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[Numbered]:
    """Read rows one by one, each with the line it starts at. A quote that is never closed ends it all: what comes
    after could belong anywhere, and half an extraction would look as if the rest had been deleted."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        started = 1
        reader = csv.reader(_short_lines(file), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield f"line={started}", cells
                started = reader.line_num + 1
        except csv.Error as error:
            raise OutsideError("TABLE-04", line=started) from error
