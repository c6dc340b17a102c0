from __future__ import annotations

from pathlib import Path

from hiroba.extract.passages import Attachment, Extraction, Passage
from hiroba.ingest.whole import Remembering


class Counting:
    def __init__(self, extraction: Extraction) -> None:
        self.extraction, self.times = extraction, 0

    def extract(self, path: Path, name: str) -> Extraction:
        self.times += 1
        return self.extraction


def test_what_took_another_program_is_read_once_for_the_gate_and_as_itself() -> None:
    counting = Counting(Extraction((Passage("par=1", "文"),), extractor="libreoffice+docx/1"))
    reading = Remembering(counting)
    assert reading.extract(Path("ab/abc"), "古い紙.doc") == reading.extract(Path("ab/abc"), "同じ紙.doc")
    assert counting.times == 1
    reading.extract(Path("ab/abc"), "古い紙.doc")  # asked for a third time it is read anew: nothing is kept for good
    reading.extract(Path("ab/abd"), "古い紙.doc")
    reading.extract(Path("ab/abc"), "古い紙.ppt")
    assert counting.times == 4


def test_what_is_quickly_read_or_carries_files_is_not_kept_in_memory() -> None:
    for extraction in (
        Extraction((Passage("par=1", "文"),), extractor="docx/1"),
        Extraction(attachments=(Attachment("a.txt", b"x"),), extractor="libreoffice+docx/1"),
    ):
        counting = Counting(extraction)
        reading = Remembering(counting)
        reading.extract(Path("ab/abc"), "紙.doc")
        reading.extract(Path("ab/abc"), "紙.doc")
        assert counting.times == 2
