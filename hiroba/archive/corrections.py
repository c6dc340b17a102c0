"""What a machine read wrongly, put right by a person: a revision with who and when; the original is never touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from django.db import transaction
from django.db.models import QuerySet

from hiroba.archive import gate
from hiroba.archive.actions import can_change
from hiroba.archive.lines import LineText, lines_of, with_line
from hiroba.archive.models import Correction, Passage, Record, Revision
from hiroba.archive.sittings import Line, as_read, current_for, keep_correction, take_reading
from hiroba.extract.passages import Extraction, Kind
from hiroba.extract.passages import Passage as ReadPassage
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

LONGEST_LINE = 2000
LOOKED_AROUND = 100  # passages before and after a corrected one
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@transaction.atomic
def correct_line(person: Person, record_id: int, number: int, locator: str, before: str, after: str) -> Record:
    """Put one line right: `before` becomes `after`, which may be empty. Corrections of one sitting are one revision.

    ACCESS-01, ACCESS-02; CORRECT-01 when revision `number` is not the current one any more or does not say `before`
    there; GATE-01 when the new text is a マイナンバー: nothing is kept. Records record.revised."""
    record, current = current_for(person, record_id, number)
    after = _cleaned(after)
    passage, line = _find_line(current, locator, before)
    if after == before:
        return record
    text = passage.text[: line.start] + after + passage.text[line.end :]
    verdict = gate.examine(Extraction((ReadPassage(passage.locator, text),)))
    if verdict.code == gate.MY_NUMBER or _becomes_a_my_number(passage, text):
        raise Refusal("GATE-01", places=passage.locator)

    def write(revision: Revision) -> None:
        kept = revision.passages.get(ordinal=passage.ordinal)
        take_reading(kept, with_line(as_read(kept), line, after))
        kept.save(update_fields=["text", "spans", "marks"])

    keep_correction(person, record, Line(locator, before, after), verdict, write)
    return record


def _becomes_a_my_number(passage: Passage, text: str) -> bool:
    """Tell whether the new text is a マイナンバー by what stands around it, such as its column's header, where the old
    one was none: a digit put right can be all it takes."""
    near = range(passage.ordinal - LOOKED_AROUND, passage.ordinal + LOOKED_AROUND)
    around = list(passage.revision.passages.filter(ordinal__in=near).order_by("ordinal"))
    before, after = (
        gate.examine(
            Extraction(
                tuple(_read_again(each, text if is_new and each.pk == passage.pk else each.text) for each in around)
            )
        )
        for is_new in (False, True)
    )
    return after.code == gate.MY_NUMBER != before.code


def _read_again(passage: Passage, text: str) -> ReadPassage:
    return ReadPassage(passage.locator, text, cast(Kind, passage.kind))


@transaction.atomic
def correct_lines(person: Person, record_id: int, number: int, lines: Sequence[Line]) -> int:
    """Put several lines right, all or none; give how many changed. A line that stays as it is has been looked at: the
    machine's doubts about it are settled. Errors as `correct_line`."""
    changed = 0
    for line in lines:
        record = correct_line(person, record_id, number, line.locator, line.before, line.after)
        assert record.current is not None
        number = record.current.number
        if _cleaned(line.after) == line.before:
            _settle_doubts(record.current, line)
        else:
            changed += 1
    return changed


def corrections_of(record: Record) -> QuerySet[Correction]:
    """List what was put right in a record, newest first; nothing of what the gate holds. The caller has fetched the
    record as somebody."""
    shown = record.corrections.exclude(revision__gate_code=gate.MY_NUMBER)
    return shown.select_related("person", "revision").order_by("-pk")


def may_correct(person: Person, record: Record, revision: Revision) -> bool:
    """Tell whether the person may put right lines of this revision: the current one of a record they may change."""
    return revision.pk == record.current_id and can_change(person, record)


def _cleaned(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()[:LONGEST_LINE]


def _settle_doubts(revision: Revision, settled: Line) -> None:
    passage, line = _find_line(revision, settled.locator, settled.before)
    marks = [each for each in passage.marks if each[2] != "unsure" or each[1] <= line.start or each[0] >= line.end]
    if marks != passage.marks:
        passage.marks = marks
        passage.save(update_fields=["marks"])


def _find_line(revision: Revision, locator: str, before: str) -> tuple[Passage, LineText]:
    """Find the line that says `before` at a place: within one second two people may say something."""
    page = locator.partition(";")[0]
    for passage in revision.passages.filter(locator__startswith=page).order_by("ordinal"):
        for line in lines_of(passage.locator, passage.text, passage.spans):
            if line.locator == locator and passage.text[line.start : line.end] == before:
                return passage, line
    raise Refusal("CORRECT-01")
