"""What was said, on the record's page: the recording beside it, who speaks, and each line to be put right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hiroba.archive import queries as archive
from hiroba.archive.corrections import corrections_of, may_correct
from hiroba.archive.lines import lines_of
from hiroba.archive.models import Passage, Record, Revision
from hiroba.archive.speakers import speakers_of
from hiroba.features.reading.recordings import Player, find_player, seconds_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

MEDIA = ("audio", "video", "transcript")
BEFORE = 2  # seconds played before a line that is put right


@dataclass(frozen=True)
class Talk:
    """What a page says of a recording or a transcript. `is_heard`: by a machine, which may have misheard."""

    player: Player | None
    is_heard: bool
    can_correct: bool
    speakers: tuple[str, ...]
    corrections: int


@dataclass(frozen=True)
class SaidLine:
    """One line of what was said, as it stands now."""

    locator: str
    text: str


@dataclass(frozen=True)
class Saying:
    """One passage to be put right while it is heard."""

    record: Record
    revision: Revision
    here: str
    lines: tuple[SaidLine, ...]
    player: Player | None
    next_doubt: str


def find_talk(person: Person, revision: Revision, here: str = "") -> Talk | None:
    """Give what the record's page says of what was said; None for everything else."""
    if revision.facts.get("media") not in MEDIA:
        return None
    return Talk(
        player=_player(person, revision, here),
        is_heard="whisper-" in revision.extractor,
        can_correct=may_correct(person, revision.record, revision),
        speakers=tuple(speakers_of(revision)),
        corrections=corrections_of(revision.record).count(),
    )


def _player(person: Person, revision: Revision, here: str) -> Player | None:
    """Give the record's own player, or that of the recording it transcribes where the person may hear it."""
    own = find_player(revision, here)
    if own is not None:
        return own
    linked = archive.linked_records_visible_to(person, revision.record)
    beside = (other.current for kind, is_out, other in linked if kind == "transcript" and is_out and other.current)
    return next((player for each in beside if (player := find_player(each, here))), None)


def open_saying(person: Person, record_id: int, at: str) -> Saying:
    """Give the passage at a time of the current revision to whoever may put it right; ACCESS-01, ACCESS-02, and
    CORRECT-01 when nothing was said there."""
    revision = archive.get_revision(person, record_id)
    if not may_correct(person, revision.record, revision):
        raise Refusal("ACCESS-02")
    passages = list(archive.passages_of(revision).filter(locator=at)) if seconds_of(at) is not None else []
    if not passages:
        raise Refusal("CORRECT-01")
    begin = f"t={_clock(max(0, (seconds_of(at) or 0) - BEFORE))}"
    later = archive.passages_of(revision).filter(ordinal__gt=passages[-1].ordinal).exclude(marks=[])
    return Saying(
        record=revision.record,
        revision=revision,
        here=at,
        lines=tuple(line for passage in passages for line in _lines(passage)),
        player=_player(person, revision, begin),
        next_doubt=_first_doubt(later[:1000]),
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _lines(passage: Passage) -> list[SaidLine]:
    found = lines_of(passage.locator, passage.text, passage.spans)
    return [SaidLine(each.locator, passage.text[each.start : each.end]) for each in found]


def _first_doubt(passages: Iterable[Passage]) -> str:
    return next((each.locator for each in passages if any(mark[2] == "unsure" for mark in each.marks)), "")
