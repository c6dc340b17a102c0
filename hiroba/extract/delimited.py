"""CSV and its kin: one passage a row with the line it starts at; a formula in a cell is text and stays text."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from hiroba.extract.passages import Extraction, Passage, Trouble
from hiroba.extract.plain import numbered_lines, read_text

MAX_ROWS = 500_000
MAX_CELL = 1_000_000  # characters; an unclosed quote must not swallow memory
JOIN = " | "
_SAMPLE_LINES = 60
_DELIMITERS = (",", "\t", ";", "|")
csv.field_size_limit(2 * MAX_CELL)


def extract(path: Path) -> Extraction:
    """Read a delimited file row by row: cells joined by " | ", `line=N` where the row starts.

    A quote that is never closed is read as a character and reported (CSV-01); rows beyond MAX_ROWS are cut and
    reported (EXTRACT-37)."""
    decoded, warnings, error = read_text(path)
    if decoded is None:
        return Extraction(error=error, extractor="delimited/1")
    delimiter = find_delimiter(decoded.text, path.suffix)
    passages: list[Passage] = []
    for line, cells, is_broken in rows(decoded.text, delimiter):
        if is_broken:
            warnings.append(Trouble("CSV-01", {"line": line}))
        if text := JOIN.join(cell.strip() for cell in cells if cell.strip()):
            passages.append(Passage(f"line={line}", text, "row"))
        if len(passages) == MAX_ROWS:
            warnings.append(Trouble("EXTRACT-37", {"limit": MAX_ROWS}))
            break
    facts = {"encoding": decoded.encoding, "delimiter": delimiter}
    return Extraction(tuple(passages), tuple(warnings), facts=facts, extractor="delimited/1")


def find_delimiter(text: str, suffix: str = "") -> str:
    """Give the character that splits the first lines into the most even columns; a comma where none does."""
    sample = [re.sub(r'"[^"]*"', "", line) for _, line in _first(numbered_lines(text)) if line.strip()]
    preferred = "\t" if suffix.lower() in {".tsv", ".tab"} else ","

    def evenness(delimiter: str) -> tuple[float, int]:
        counts = [line.count(delimiter) for line in sample]
        usual = max(set(counts), key=counts.count, default=0)
        if usual == 0:
            return 0.0, 0
        agreeing = counts.count(usual) / len(counts)
        return round(agreeing, 1), usual + (delimiter == preferred)

    best = max(_DELIMITERS, key=evenness)
    if evenness(preferred)[0] >= max(0.5, evenness(best)[0] - 0.2):
        return preferred
    return best if evenness(best)[0] >= 0.5 else preferred


def _first(lines: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    return [line for line, _ in zip(lines, range(_SAMPLE_LINES), strict=False)]


def rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str], bool]]:
    """Give (line where it starts, cells, had an unclosed quote) for each row; quotes may hold line ends (RFC 4180)."""
    stays_open = _quote_reader(delimiter)
    lines = list(numbered_lines(text))
    index = 0
    while index < len(lines):
        number, line = lines[index]
        last = _closing_line(lines, index, stays_open)
        if last is None:
            yield number, line.split(delimiter), True
            index += 1
        else:
            yield number, _cells("\n".join(part for _, part in lines[index : last + 1]), delimiter), False
            index = last + 1


def _closing_line(lines: list[tuple[int, str]], first: int, stays_open: Callable[[str, bool], bool]) -> int | None:
    """The index of the line where the row that starts at `first` ends; None when a quote is never closed."""
    is_open, size = False, 0
    for index in range(first, len(lines)):
        is_open = stays_open(lines[index][1], is_open)
        size += len(lines[index][1])
        if not is_open:
            return index
        if size > MAX_CELL:
            break
    return None


def _quote_reader(delimiter: str) -> Callable[[str, bool], bool]:
    """Tell whether a line ends inside a quoted cell, given whether it began in one. A quote opens a cell only at its
    start; possessive patterns keep this linear."""
    bare = f"[^{re.escape(delimiter)}]*+"
    cell = f' *+(?:"(?:[^"]|"")*+"{bare}|(?!"){bare})'
    row = re.compile(f"{cell}(?:{re.escape(delimiter)}{cell})*+")
    rest_of_row = re.compile(f"{bare}(?:{re.escape(delimiter)}{cell})*+")
    to_closing_quote = re.compile('(?:[^"]|"")*+"')

    def stays_open(line: str, is_open: bool) -> bool:
        if not is_open:
            return not row.fullmatch(line)
        closing = to_closing_quote.match(line)
        return closing is None or not rest_of_row.fullmatch(line, closing.end())

    return stays_open


def _cells(row: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([row], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return row.split(delimiter)
