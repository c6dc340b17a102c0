"""What a machine heard, put right by the office's own list of words; what it heard before stays in a mark."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hiroba.extract.passages import Extraction, Mark, Passage
from hiroba.language.word_list import LEANED_TO, Word, load_words, mendings

WORD_LIST = "word_list"
"""The fact that names the list by which a reading was put right: another list gives another reading."""


def office_words() -> list[Word]:
    """Give the words of HIROBA_WORDS, or of words.txt in the office's home."""
    named = os.environ.get("HIROBA_WORDS", "")
    return load_words(Path(named) if named else Path(os.environ.get("HIROBA_HOME", "var"), "words.txt"))


def leaned_to(words: Sequence[Word]) -> list[str]:
    """Give the words a speech model is told of before it listens: the first of the list."""
    return [word.written for word in words[:LEANED_TO]]


def with_words(extraction: Extraction, words: Sequence[Word]) -> Extraction:
    """Put right all that was heard. Readings are kept as they were heard, so that a new list is not too late."""
    if not words:
        return extraction
    name = hashlib.sha256(repr(list(words)).encode()).hexdigest()[:8]
    passages = tuple(mended(each, words) for each in extraction.passages)
    return replace(extraction, passages=passages, facts={**extraction.facts, WORD_LIST: name})


def mended(passage: Passage, words: Sequence[Word]) -> Passage:
    """Put a passage right; marks move with their characters, and doubt about what was put right ends."""
    doubted = [(mark.start, mark.end) for mark in passage.marks if mark.kind == "unsure"]
    for mending in reversed(mendings(passage.text, words, doubted)):
        start, end, written = mending.start, mending.end, mending.written
        heard, longer = passage.text[start:end], len(written) - (end - start)
        marks = [moved for mark in passage.marks for moved in _around(mark, start, end, longer)]
        marks.append(Mark(start, start + len(written), "replaced", heard))
        text = passage.text[:start] + written + passage.text[end:]
        passage = replace(passage, text=text, marks=tuple(sorted(marks, key=lambda mark: mark.start)))
    return passage


def _around(mark: Mark, start: int, end: int, longer: int) -> list[Mark]:
    """Give what is left of a mark before and after characters that were replaced."""
    left = replace(mark, end=min(mark.end, start))
    right = replace(mark, start=max(mark.start, end) + longer, end=mark.end + longer)
    return [each for each in (left, right) if each.start < each.end]
