"""The gate's look at tables: numbers that stand in a column, or are parted over cells, which no row alone betrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hiroba.extract.passages import Passage
from hiroba.language import personal, private

_PLACE = re.compile(r"^(?P<sheet>.*)!(?P<first>[A-Z]{1,3})\d+(?::(?P<last>[A-Z]{1,3})\d+)?$")
JOIN = " | "
_PARTED = re.compile(r" \| |\t|　{1,}")
_LENGTH = 12
# How a number is parted over cells: a group a cell or a digit a cell. Other ways are read beside a label only.
_SHAPES = frozenset({(4, 4, 4), (1,) * _LENGTH})
_TOP_OF_A_SCALE = "5"  # a number's twelve digits are all so small once in 450 times
_LONG = 3  # digits of a value rather than of a line's number
_MOST_COMPANY = 1_000  # numbers of one column that are remembered: enough to judge it by


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the columns it covers (its place in the row where the file does not say), its text and its place."""

    first: int
    last: int
    text: str
    locator: str


@dataclass
class _Company:
    """Unlabelled numbers of one column: they are judged together when the table ends."""

    numbers: list[str] = field(default_factory=list)
    valid_at: list[str] = field(default_factory=list)

    def add(self, digits: str, locator: str) -> None:
        if len(self.numbers) < _MOST_COMPANY:
            self.numbers.append(digits)
            if private.is_possible(digits):
                self.valid_at.append(locator)


@dataclass
class _Table:
    """What is known of a table so far, row by row."""

    is_sure: bool  # its cells say which column they are of
    labels: dict[int, bool] = field(default_factory=dict)
    width: int = 0  # of the row with the labels
    head_width: int = 0
    is_shifted: bool = False  # this row has another width: its places say nothing of its columns
    company: dict[tuple[int, ...], _Company] = field(default_factory=dict)
    above: dict[int, list[Cell]] = field(default_factory=dict)  # short digits that stand in each column, one by one
    found: list[str] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=dict)  # what its columns are called, where they tell of people

    def take(self, cells: list[Cell]) -> None:
        """Look at one row."""
        self.is_shifted = not self.is_sure and len(cells) != self.width
        for cell in cells:
            self._take_cell(cell)
        for run in self._runs(cells):
            self._take_run(run, self._label_left_of(run[0], cells))
        self._read_labels(cells)

    def finish(self) -> list[str]:
        """Give the places of all that was found, the unlabelled judged by their company."""
        for company in self.company.values():
            if private.are_my_numbers(company.numbers):
                self.found += company.valid_at
        return self.found

    def _label(self, cell: Cell) -> bool | None:
        if self.is_shifted:
            return True if True in self.labels.values() else None
        return self.labels.get(cell.first)

    def _label_left_of(self, cell: Cell, cells: list[Cell]) -> bool | None:
        left = [each for each in cells if each.last < cell.first and not private.digits_in_cell(each.text)]
        told = private.label_of(left[-1].text) if left else None
        if told is None and not self.is_shifted:
            return self._label(cell)
        return told

    def _take_cell(self, cell: Cell) -> None:
        label = self._label(cell)
        digits = private.digits_read(cell.text) if label else private.digits_in_cell(cell.text)
        if label and len(digits) == _LENGTH - 1:
            digits = f"0{digits}"  # a sheet drops the zero a number begins with
        if len(digits) == _LENGTH and label is None:
            self.company.setdefault((cell.first,), _Company()).add(digits, cell.locator)
        elif label and private.is_possible(digits):
            self.found.append(cell.locator)
        self._take_below(cell, digits, label)

    def _take_below(self, cell: Cell, digits: str, label: bool | None) -> None:
        """Join what stands one below the other in a column that is labelled."""
        column = self.above.setdefault(cell.first, [])
        if not digits or len(digits) >= _LENGTH or not label or self.is_shifted:
            column.clear()
            return
        column.append(cell)
        del column[:-_LENGTH]
        for start in range(len(column)):
            joined = "".join(private.digits_read(each.text) for each in column[start:])
            if len(joined) == _LENGTH and private.is_possible(joined):
                self.found.append(cell.locator)

    def _take_run(self, run: list[Cell], label: bool | None) -> None:
        """Join cells side by side: from the label on where there is one, else when they have a number's very shape."""
        parts = tuple(private.digits_in_cell(cell.text) for cell in run)
        is_labelled = label and private.is_possible(_first_twelve(parts))
        if is_labelled or self._has_the_shape(parts):
            self.found.append(run[0].locator)
        elif label is None and tuple(map(len, parts)) in _SHAPES:
            key = (run[0].first, *map(len, parts))
            self.company.setdefault(key, _Company()).add("".join(parts), run[0].locator)

    def _runs(self, cells: list[Cell]) -> Iterator[list[Cell]]:
        """Give the cells side by side that hold a few digits each and no whole number; a label begins a new run."""
        run: list[Cell] = []
        for cell in cells:
            is_part = 0 < len(private.digits_in_cell(cell.text)) < _LENGTH
            if run and (not is_part or self._begins_anew(run[-1], cell)):
                yield run
                run = []
            if is_part:
                run.append(cell)
        if run:
            yield run

    def _begins_anew(self, before: Cell, cell: Cell) -> bool:
        if cell.first != before.last + 1:
            return True
        return self._label(cell) is True and self._label(before) is not True

    def _has_the_shape(self, parts: tuple[str, ...]) -> bool:
        """Tell whether cells are a number's shape under a header that names one and has fewer columns."""
        if not self.is_shifted or True not in self.labels.values():
            return False
        shaped = [each for each in (parts, parts[1:]) if tuple(map(len, each)) in _SHAPES]
        return any(private.is_possible("".join(each)) for each in shaped)

    def said(self, cells: list[Cell]) -> str:
        """Give a row as a sentence would say it, each value after its column's name; "" where no column tells of a
        person. A row that names columns is remembered."""
        is_of_values = any(len(private.digits_in_cell(cell.text)) >= _LONG for cell in cells)
        if not is_of_values and personal.is_head_of_personal_data(" ".join(cell.text for cell in cells)):
            self.heads, self.head_width = {cell.first: cell.text for cell in cells}, len(cells)
        if not self.heads or (not self.is_sure and len(cells) != self.head_width):
            return ""
        return " ".join(f"{self.heads.get(cell.first, '')} {cell.text}" for cell in cells)

    def others(self, cells: list[Cell]) -> list[str]:
        """Give the cells for whose numbers another label speaks."""
        return [cell.text for cell in cells if self._label(cell) is False]

    def _read_labels(self, cells: list[Cell]) -> None:
        if any(len(private.digits_in_cell(cell.text)) >= _LONG for cell in cells):
            return  # a row of values: a word in it heads no column
        for cell in cells:
            label = private.label_of(cell.text) if len(cell.text) < 100 else None
            if label is not None:
                self.width = len(cells)
                self.labels |= dict.fromkeys(range(cell.first, cell.last + 1), label)


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says with the names of its columns, and the cells for whose numbers another label speaks."""

    said: str
    others: list[str] = field(default_factory=list)


class Tables:
    """The tables of one file, looked at row by row in reading order."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[str, _Table] = {}
        self._found: list[str] = []

    def take(self, passage: Passage) -> Row:
        """Look at the next passage, a row or not."""
        sheet = _PLACE.match(passage.locator)
        name = sheet["sheet"] if sheet else passage.locator.partition("=")[0]
        if passage.kind != "row":
            if sheet is None and name in self._open and name != "page":  # text between two tables of a document
                self._found += self._open.pop(name).finish()
            return Row(passage.text)
        table = self._open.setdefault(name, _Table(is_sure=sheet is not None))
        cells = cells_of(passage)
        said = f"{passage.text}\n{table.said(cells)}"
        if not is_worth_a_look(passage.text, table.labels):
            return Row(said)
        table.take(cells)
        return Row(said, table.others(cells))

    def finish(self) -> list[str]:
        """Give the places of the personal numbers that only columns betray, in any order."""
        return self._found + [place for table in self._open.values() for place in table.finish()]


def numbers_over_fields(fields: Sequence[tuple[str, str]]) -> set[int]:
    """Give the indices of neighbouring fields (name, value) that hold a マイナンバー together: a group or a digit a
    field, or in any way from a field on whose name says so. Empty fields part nothing, and no other label may speak."""
    filled = [(index, name, private.digits_in_cell(value)) for index, (name, value) in enumerate(fields) if value]
    found: set[int] = set()
    for start, (_, name, _) in enumerate(filled):
        run = _up_to_twelve(filled[start:])
        labels = {private.label_of(each) for _, each, _ in run}
        parts = tuple(digits for _, _, digits in run)
        is_meant = private.label_of(name) or (tuple(map(len, parts)) in _SHAPES and not _is_a_scale(parts))
        if len(run) > 1 and is_meant and False not in labels and private.is_possible("".join(parts)):
            found |= {index for index, _, _ in run}
    return found


def _up_to_twelve(fields: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Give the fields at the front that are twelve digits together; none when something else stands among them."""
    count = 0
    for taken, (_, _, digits) in enumerate(fields, start=1):
        count += len(digits)
        if not digits or count >= _LENGTH:
            return list(fields[:taken]) if digits and count == _LENGTH else []
    return []


def _is_a_scale(parts: Sequence[str]) -> bool:
    """Tell whether single digits are answers on a scale, as a questionnaire asks for them."""
    return all(len(part) == 1 and part <= _TOP_OF_A_SCALE for part in parts)


def is_of_a_sheet(passage: Passage) -> bool:
    """Tell whether a row says which columns its cells are of."""
    return passage.kind == "row" and _PLACE.match(passage.locator) is not None


def is_worth_a_look(text: str, labels: dict[int, bool]) -> bool:
    """Tell whether a row may say something about numbers: it has enough digits, or a label, or stands below one."""
    return True in labels.values() or private.has_twelve_digits(text) or private.label_of(text) is not None


def cells_of(passage: Passage) -> list[Cell]:
    """Part a row into its cells: by its spans where they name cells, else where the text is parted."""
    cells: list[Cell] = []
    for number, (text, locator) in enumerate(_parts(passage)):
        place = _PLACE.match(locator)
        first = _column(place["first"]) if place else number
        last = _column(place["last"]) if place and place["last"] else first
        cells.append(Cell(first, last, text, locator))
    return cells


def _parts(passage: Passage) -> Iterator[tuple[str, str]]:
    if passage.spans and _PLACE.match(passage.spans[0].locator):
        for span in passage.spans:
            yield passage.text[span.start : span.end], span.locator
        return
    for part in _PARTED.split(passage.text):
        yield part, passage.locator


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _first_twelve(parts: Iterable[str]) -> str:
    joined = ""
    for part in parts:
        joined += part
        if len(joined) >= _LENGTH:
            break
    return joined
