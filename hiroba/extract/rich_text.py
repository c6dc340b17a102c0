"""Rich Text Format (.rtf, RTF 1.9.1): paragraphs and table rows as `par=N`, in the encodings Japanese programs write.

`par=N` counts blocks with text as in Word documents: text boxes, notes and comments follow the block they hang on,
headers and footers come last. Objects are never opened, fields never run: their last result is the text."""

from __future__ import annotations

from pathlib import Path

from hiroba.extract.passages import Extraction, Passage, Trouble
from hiroba.extract.rich_blocks import Block
from hiroba.extract.rich_reader import RichReader

EXTRACTOR = "rtf/1"
MAX_BYTES = 200 * 1024 * 1024
MAX_PASSAGES = 200_000


def extract(path: Path) -> Extraction:
    """Read an RTF file; see the module for locators.

    Warnings: EXTRACT-36 refers to other files or programs, EXTRACT-37 cut, EXTRACT-38 an object inside was not opened,
    TEXT-01 some characters were not in the encoding the file says. A file cut off in the middle is read as far as it
    goes."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    reader = RichReader(data[:MAX_BYTES])
    reader.read()
    blocks = [block for block in [*reader.body.blocks, *reader.margins] if block.line.finish()[0]]
    passages = tuple(_passage(number, block) for number, block in enumerate(blocks[:MAX_PASSAGES], 1))
    warnings = list(reader.warnings())
    if len(blocks) > MAX_PASSAGES or len(data) > MAX_BYTES:
        warnings.append(Trouble("EXTRACT-37", {"limit": len(passages)}))
    title = reader.facts.pop("title", "") or _first_title(passages)
    return Extraction(passages, tuple(warnings), None, title, (), reader.facts, EXTRACTOR)


def _passage(number: int, block: Block) -> Passage:
    text, marks, spans = block.line.finish()
    return Passage(f"par={number}", text, block.kind, block.level, spans, marks)


def _first_title(passages: tuple[Passage, ...]) -> str:
    found = next((p for kind in ("title", "heading") for p in passages if p.kind == kind), None)
    return found.text.replace("\n", " ") if found else ""
