"""Corrections outlive a reading: when an original is read again, what people put right is put right again."""

from __future__ import annotations

from dataclasses import replace

from hiroba.archive.lines import SPEAKER, LineText, lines_read, with_line, with_speaker
from hiroba.archive.models import Correction, Record, Revision
from hiroba.extract.passages import Extraction, Passage
from hiroba.language.private import is_piece, without_digits


def reapply(record: Record, extraction: Extraction) -> Extraction:
    """Carry a record's corrections into a new reading of the same bytes; what has no place is marked lost."""
    passages = list(extraction.passages)
    places = {at.locator: (index, at) for index, each in enumerate(passages) for at in lines_read(each)}
    for correction in record.corrections.order_by("pk"):
        if correction.locator == SPEAKER:
            passages = [with_speaker(each, correction.before, correction.after) for each in passages]
            places = {at.locator: (index, at) for index, each in enumerate(passages) for at in lines_read(each)}
            continue
        found = _anchor(passages, places, correction)
        if found is not None:
            index, line = found
            passages[index] = with_line(passages[index], line, correction.after)
            for moved in lines_read(passages[index]):
                places[moved.locator] = index, moved
        is_there = found is not None or _says(passages, places, correction.locator, correction.after)
        if correction.is_lost == is_there:
            Correction.objects.filter(pk=correction.pk).update(is_lost=not is_there)
    return replace(extraction, passages=tuple(passages))


def mask_corrections(revision: Revision) -> None:
    """Write down no more digits of what was put right in bytes that the gate holds: they may be the number, or a piece
    of it. Who put what right, and when, stays; such a correction has no place in a new reading."""
    for each in Correction.objects.filter(record=revision.record_id, original=revision.original_id):
        if is_piece(each.before) or is_piece(each.after):
            each.before = each.after = without_digits(each.after)
            each.is_lost = True
            each.save(update_fields=["before", "after", "is_lost"])


def _anchor(
    passages: list[Passage], places: dict[str, tuple[int, LineText]], correction: Correction
) -> tuple[int, LineText] | None:
    """Find the line a correction is about: at its place with its words, else the one line of its page that says it."""
    if _says(passages, places, correction.locator, correction.before):
        return places[correction.locator]
    page = correction.locator.partition(";")[0]
    same = [
        (index, line)
        for at, (index, line) in places.items()
        if at.partition(";")[0] == page and passages[index].text[line.start : line.end] == correction.before
    ]
    return same[0] if len(same) == 1 else None


def _says(passages: list[Passage], places: dict[str, tuple[int, LineText]], locator: str, words: str) -> bool:
    if locator not in places:
        return False
    index, line = places[locator]
    return passages[index].text[line.start : line.end] == words
