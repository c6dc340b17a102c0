"""Put back what a correction changed: a correction like any other, so that nothing of it is forgotten."""

from __future__ import annotations

from hiroba.archive.corrections import correct_line, corrections_of
from hiroba.archive.lines import SPEAKER
from hiroba.archive.models import Record
from hiroba.archive.queries import get_record
from hiroba.archive.speakers import rename_speaker
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal


def undo_correction(person: Person, record_id: int, correction_id: int) -> Record:
    """Put back what stood there before. ACCESS-01 when there is no such correction; else as `correct_line`."""
    record = get_record(person, record_id)
    correction = corrections_of(record).filter(pk=correction_id).first()
    if correction is None or record.current is None:
        raise Refusal("ACCESS-01")
    number, now, before = record.current.number, correction.after, correction.before
    if correction.locator == SPEAKER:
        return rename_speaker(person, record_id, number, now, before)
    return correct_line(person, record_id, number, correction.locator, now, before)
