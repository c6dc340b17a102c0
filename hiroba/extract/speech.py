"""Recordings: what is said in them, with the minute and second (`t=12:34`), by a speech model on this machine.

A first, fast reading (`extract`) measures the recording and names its chunks; `read_part` reads one of them. Chunks are
cut where it is quietest, and each finds its own ends: no chunk needs another, so any can be read first, or again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hiroba.extract import hearing, mending, sound, utterances
from hiroba.extract.passages import Extraction, Part, Passage, Trouble
from hiroba.extract.times import clock

ENGINE = hearing.engine()
CHUNK = 300.0  # seconds
WINDOW = 15.0  # seconds before and after its due time in which a cut may be made
LONGEST = 12 * 3600  # seconds read of one recording
_OVERRUN = 600.0  # seconds by which a recording may be longer than it says of itself
_MISSING = 2.0  # seconds of sound that may be missing at a chunk's end without a word


def extract(path: Path) -> Extraction:
    """Measure a recording and name the chunks that a slow reader is to hear.

    SPEECH-02 a video without sound, SPEECH-03 no sound at all, SPEECH-04 longer than LONGEST: its beginning is read;
    EXTRACT-03 when it cannot be opened."""
    try:
        recording = sound.measure(path)
    except sound.UnplayableError:
        return Extraction(error=Trouble("EXTRACT-03"), extractor="speech/1")
    facts = {"seconds": f"{recording.seconds:.3f}", "media": "video" if recording.has_picture else "audio"}
    facts["packing"] = recording.packing
    if recording.recorded_at:
        facts["sent_at"] = recording.recorded_at
    if not recording.has_sound:
        return Extraction(warnings=(Trouble("SPEECH-02"),), facts=facts, extractor="speech/1")
    if recording.seconds <= 0:
        return Extraction(warnings=(Trouble("SPEECH-03"),), facts=facts, extractor="speech/1")
    warnings = (Trouble("SPEECH-04", {"hours": LONGEST // 3600}),) if recording.seconds > LONGEST else ()
    parts = tuple(Part("transcribe", number) for number in range(1, _chunks(recording.seconds) + 1))
    return Extraction(warnings=warnings, facts=facts, extractor="speech/1", parts=parts)


def _chunks(seconds: float) -> int:
    return max(1, round(min(seconds, LONGEST) / CHUNK))


def read_part(path: Path, number: int) -> Extraction:
    """Hear chunk `number` (from 1): a passage for each sentence, with marks "unsure" over what is doubtful. The model
    is told the office's list of words; what the list puts right is put right where chunks are joined (`mending`).

    SPEECH-01 there is no speech model: the same chunk can be read later. SPEECH-05 the chunk ends early because the
    file is damaged; what stands before is given. EXTRACT-03 when it cannot be opened."""
    try:
        start, end = _ends(path, number)
        samples = sound.hear(path, start, end)
        heard = hearing.listen(samples, mending.leaned_to(mending.office_words())) if len(samples) else []
    except sound.UnplayableError:
        return Extraction(error=Trouble("EXTRACT-03"), extractor=ENGINE)
    except hearing.DeafError as failure:
        return Extraction(error=Trouble("SPEECH-01", {"reason": failure.reason}), extractor=ENGINE)
    passages = tuple(line for each in utterances.kept(heard) for line in _passages(each, start))
    return Extraction(passages, _warnings(path, number, start, len(samples) / sound.RATE), extractor=ENGINE)


def _ends(path: Path, number: int) -> tuple[float, float]:
    """Give where a chunk begins and ends; the last one takes all that is left."""
    seconds = sound.measure(path).seconds
    count = _chunks(seconds)
    start = 0.0 if number == 1 else _cut(path, (number - 1) * CHUNK)
    return start, _cut(path, number * CHUNK) if number < count else min(seconds + _OVERRUN, LONGEST + CHUNK)


def _cut(path: Path, due: float) -> float:
    begin = due - WINDOW
    return begin + sound.quietest(sound.hear(path, begin, due + WINDOW))


def _warnings(path: Path, number: int, start: float, heard: float) -> tuple[Trouble, ...]:
    seconds = sound.measure(path).seconds
    expected = min(seconds, LONGEST) if number == _chunks(seconds) else start + CHUNK - 2 * WINDOW
    if start + heard >= expected - _MISSING:
        return ()
    return (Trouble("SPEECH-05", {"at": clock(start + heard)}),)


def _passages(heard: hearing.Heard, start: float) -> Iterator[Passage]:
    for at, text, marks in utterances.lines_of(heard):
        yield Passage(f"t={clock(start + at)}", text, marks=marks)
