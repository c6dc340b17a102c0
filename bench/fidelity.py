"""How much two readings of the same paper agree: sentences that end in 。, docx beside pdf, docx beside doc. One table.

Run: .venv/bin/python -m bench.fidelity. A sentence of one reading agrees when it stands in the text of the other, one
passage after the other, running heads aside. Spaces, numbers (a PDF has those of its footnotes in the line), list marks
and the borders of cells are left out on both sides."""

from __future__ import annotations

import re
import sys
import tempfile
import unicodedata
from pathlib import Path

from bench.extract import OFFICE_FILES, read_with_pdfium, read_with_python_docx
from hiroba.extract import office
from hiroba.extract.sandbox import Sandbox

_SENTENCE = re.compile("[^。]*。")
_LEFT_OUT = re.compile("[\\s|0-9•●○■□◆◇▪‣\uf000-\uf0ff]+")


def sentences_of(texts: list[str]) -> list[str]:
    """Give the sentences that end in 。; one never runs over the end of a passage."""
    return [found[0] for text in texts for found in _SENTENCE.finditer(_plain(text))]


def agreement(one: list[str], other: list[str]) -> float:
    """Give the share of `one`'s sentences that stand in `other`."""
    whole, sentences = _plain("".join(other)), sentences_of(one)
    return sum(sentence in whole for sentence in sentences) / max(1, len(sentences))


def _plain(text: str) -> str:
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text))


def texts_of(sandbox: Sandbox, path: Path) -> list[str]:
    """Give the text of each passage that our reader finds, without what is repeated on every page."""
    return [each.text for each in sandbox.extract(path).passages if each.kind not in ("header", "footer")]


def saved_as_doc(word: Path, folder: Path) -> Path | None:
    """Save a Word file as Word 97–2003 with LibreOffice, behind the same walls."""
    with office.converted(word, "docx", to="doc") as made:
        if not isinstance(made, Path):
            return None
        return made.replace(folder / f"{word.stem}.doc")


def main() -> None:
    """Print the table."""
    if not OFFICE_FILES.is_dir():
        sys.exit("bench.fidelity: the shared office files are not here")
    print("| paper | sentences | docx = pdf | naive docx = pdf | docx = doc |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with Sandbox(readers=1) as sandbox, tempfile.TemporaryDirectory() as name:
        for word in sorted((OFFICE_FILES / "japanese").glob("*.docx")):
            ours = texts_of(sandbox, word)
            old = saved_as_doc(word, Path(name))
            row = [word.stem, str(len(sentences_of(ours))), *_beside_pdf(sandbox, word, ours)]
            row.append(f"{agreement(ours, texts_of(sandbox, old)):.3f}" if old else "")
            print(f"| {' | '.join(row)} |", flush=True)


def _beside_pdf(sandbox: Sandbox, word: Path, ours: list[str]) -> tuple[str, str]:
    pdf = word.with_suffix(".pdf")
    if not pdf.is_file():
        return "", ""
    naive = agreement(read_with_python_docx(word).split("\n"), [read_with_pdfium(pdf)])
    return f"{agreement(ours, texts_of(sandbox, pdf)):.3f}", f"{naive:.3f}"


if __name__ == "__main__":
    main()
