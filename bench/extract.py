"""Documents read per second of processor time, beside the libraries people use, on real files: one table.

Run: .venv/bin/python -m bench.extract [SECONDS-PER-CELL]. A row is added by adding a `Row`."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from hiroba.extract import files

OFFICE_FILES = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "office_files"
FOLDERS = ("office", "japanese")


def read_with_python_docx(path: Path) -> str:
    """What most programs do: paragraphs and tables of the body."""
    import docx

    document = docx.Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def read_with_python_pptx(path: Path) -> str:
    """Text frames and tables of each slide's own shapes."""
    import pptx

    texts: list[str] = []
    for slide in pptx.Presentation(str(path)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                texts.append(shape.text_frame.text)
            if shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(texts)


def read_with_openpyxl(path: Path) -> str:
    """Values of all cells, as most programs take them."""
    import openpyxl

    workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = (row for sheet in workbook for row in sheet.iter_rows(values_only=True))
    return "\n".join(" | ".join(str(value) for value in row if value is not None) for row in rows)


def read_with_pdfium(path: Path) -> str:
    """The bare text of each page, without places."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return "\n".join(document[page].get_textpage().get_text_range() for page in range(len(document)))


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of file and the peer it is measured beside."""

    suffix: str
    peer: str = ""
    read: Callable[[Path], str] | None = None


ROWS = (
    Row(".docx", "python-docx", read_with_python_docx),
    Row(".pptx", "python-pptx", read_with_python_pptx),
    Row(".xlsx", "openpyxl", read_with_openpyxl),
    Row(".pdf", "pypdfium2", read_with_pdfium),
    Row(".xls"),
    Row(".odt"),
    Row(".ods"),
    Row(".rtf"),
    Row(".csv"),
    Row(".html"),
)


def read_with_hiroba(path: Path) -> str:
    """Everything `files.extract` finds, places and marks included."""
    return "\n".join(passage.text for passage in files.extract(path).passages)


def measure(readers: list[Callable[[Path], str]], paths: list[Path], seconds: float) -> list[tuple[float, int]]:
    """Give (documents per processor second, characters of one round) for each reader.

    Readers take turns, round by round, so that what else runs on the machine touches all of them alike."""
    characters = [sum(len(read(path)) for path in paths) for read in readers]  # warms up, too
    spent = [0.0] * len(readers)
    rounds = 0
    while sum(spent) < seconds * len(readers):
        for number, read in enumerate(readers):
            started = time.process_time()
            for path in paths:
                read(path)
            spent[number] += time.process_time() - started
        rounds += 1
    return [(rounds * len(paths) / used, found) for used, found in zip(spent, characters, strict=True)]


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    if not OFFICE_FILES.is_dir():
        sys.exit("bench.extract: the shared office files are not here")
    print("| files | hiroba docs/CPU-s | characters | peer | docs/CPU-s | characters | ratio |")
    print("| --- | ---: | ---: | --- | ---: | ---: | ---: |")
    for row in ROWS:
        paths = sorted(path for folder in FOLDERS for path in (OFFICE_FILES / folder).glob(f"*{row.suffix}"))
        readers = [read_with_hiroba, *([row.read] if row.read else [])]
        with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
            (ours, found), *others = measure(readers, paths, seconds)
        line = f"| {len(paths)} {row.suffix} | {ours:.0f} | {found:,} |"
        for theirs, other in others:
            line += f" {row.peer} | {theirs:.0f} | {other:,} | {ours / theirs:.1f} × |"
        print(line if others else f"{line} | | | |", flush=True)


if __name__ == "__main__":
    main()
