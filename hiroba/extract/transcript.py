"""Transcripts as other systems give them: WebVTT, SubRip (.srt), and Teams' transcript as a Word file.

Each utterance is a passage at its time (`t=12:34`). Who speaks stands before it (「木村: …」) with a mark "speaker";
pieces of one sentence that subtitles part are put together again, each with its own time as a span."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hiroba.extract.passages import Extraction, Mark, Passage, Span, Trouble
from hiroba.extract.plain import read_text
from hiroba.extract.times import clock, seconds_in

EXTRACTOR = "transcript/1"
MAX_CUES = 100_000
LONGEST_LINE = 160  # characters that pieces of one speaker are joined to
_GAP = 1.5  # seconds between pieces of one sentence, at most
_ENDS = ("。", "?", "!", ".", "\uff1f", "\uff01")
_TIMING = re.compile(
    r"\s*((?:\d{1,3}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?)\s*-->\s*((?:\d{1,3}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?)"
)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z0-9:.][^>]*>|\{\\[^}]*\}")
_NAMED = re.compile(r"([^\s:：。、][^:：。、\n]{0,29})[:：]\s+?(?=\S)")
# 「木村 直美   0:03」 or 「0:03 木村 直美」, then what was said: how Teams writes its transcript into a Word file.
_HEAD = re.compile(
    r"(?:\[?(?P<name>[^\n\]]{1,60}?)\]?\s{1,20})(?P<time>(?:\d{1,2}:)?\d{1,2}:\d\d)\s*(?:\n|$)(?P<said>[\s\S]*)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of a transcript: from when to when (seconds), who, what."""

    start: float
    end: float
    speaker: str
    text: str


def extract(path: Path) -> Extraction:
    """Read a .vtt or .srt file. TRANSCRIPT-01 when no time can be read in it; a damaged piece is passed over."""
    decoded, warnings, error = read_text(path)
    if decoded is None:
        return Extraction(error=error, extractor=EXTRACTOR)
    cues = list(_cues(decoded.text))
    if len(cues) > MAX_CUES:
        warnings.append(Trouble("EXTRACT-37", {"limit": MAX_CUES}))
    if not cues:
        return Extraction(warnings=(*warnings, Trouble("TRANSCRIPT-01")), extractor=EXTRACTOR)
    return _told(_with_names(cues[:MAX_CUES]), tuple(warnings))


def _told(cues: Sequence[Cue], warnings: tuple[Trouble, ...]) -> Extraction:
    speakers = {cue.speaker for cue in cues if cue.speaker}
    facts = {"media": "transcript", "seconds": f"{max(cue.end for cue in cues):.3f}", "speakers": str(len(speakers))}
    return Extraction(tuple(_passages(cues)), warnings, facts=facts, extractor=EXTRACTOR)


def _cues(text: str) -> Iterator[Cue]:
    """Give the cues of WebVTT and SubRip alike: a line of times, then text to the next empty line."""
    for block in re.split(r"(?:\r?\n|\r){2,}", text):
        lines = block.splitlines()
        at = next((number for number, line in enumerate(lines[:3]) if _TIMING.match(line)), None)
        if at is None:
            continue
        times = _TIMING.match(lines[at])
        start, end = (seconds_in(each.replace(",", ".")) for each in times.groups()) if times else (None, None)
        if start is not None and end is not None:
            yield from _voices(start, end, "\n".join(lines[at + 1 :]))


def _voices(start: float, end: float, payload: str) -> Iterator[Cue]:
    """Cut a cue where another voice begins."""
    pieces = _VOICE.split(payload)  # text, name, text, name, text …
    for name, said in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        text = " ".join(html.unescape(_TAG.sub("", said)).split())
        if text:
            yield Cue(start, end, " ".join(html.unescape(name).split())[:60], text)


def _with_names(cues: list[Cue]) -> list[Cue]:
    """Take the name off the text where a system writes 「名前: …」 (Zoom): most pieces have one, and few there are."""
    if any(cue.speaker for cue in cues):
        return cues
    found = [_NAMED.match(cue.text) for cue in cues]
    names = Counter(each[1] for each in found if each)
    if sum(names.values()) < len(cues) / 2 or len(names) > max(2, sum(names.values()) / 2):
        return cues
    return [
        replace(cue, speaker=each[1].strip(), text=cue.text[each.end() :]) if each else cue
        for cue, each in zip(cues, found, strict=True)
    ]


def _passages(cues: Iterable[Cue]) -> Iterator[Passage]:
    line: list[Cue] = []
    for cue in cues:
        if line and cue.speaker == line[-1].speaker and cue.text == line[-1].text:
            continue  # subtitles that roll say each line twice
        if line and not _goes_on(line, cue):
            yield _passage(line)
            line = []
        line.append(cue)
    if line:
        yield _passage(line)


def _goes_on(line: list[Cue], cue: Cue) -> bool:
    last = line[-1]
    is_short = sum(len(each.text) for each in line) + len(cue.text) <= LONGEST_LINE
    is_next = cue.speaker == last.speaker and cue.start >= last.start and cue.start - last.end <= _GAP
    return is_next and is_short and not last.text.endswith(_ENDS)


def _passage(line: list[Cue]) -> Passage:
    speaker = line[0].speaker
    text = f"{speaker}: " if speaker else ""
    spans = []
    for cue in line:
        is_latin = text[-1:].isascii() and cue.text[:1].isascii() and text and not text.endswith(" ")
        text += " " if is_latin else ""
        spans.append(Span(len(text), len(text) + len(cue.text), f"t={clock(cue.start)}"))
        text += cue.text
    marks = (Mark(0, len(speaker), "speaker", speaker),) if speaker else ()
    return Passage(spans[0].locator, text, spans=tuple(spans) if speaker or len(spans) > 1 else (), marks=marks)


def retold(extraction: Extraction) -> Extraction:
    """Give a Word file's extraction by its times where it is a transcript that Teams wrote; else as it is."""
    texts = [passage.text for passage in extraction.passages if passage.text.strip()]
    cues = list(_headed(texts))
    said = sum(1 for text in texts if not _is_head(text))
    if len(cues) < 3 or len(cues) < said / 3:
        return extraction
    told = _told(cues, extraction.warnings)
    return replace(told, title=extraction.title, facts={**extraction.facts, **told.facts})


def _is_head(text: str) -> bool:
    return _HEAD.fullmatch(text) is not None


def _headed(texts: Iterable[str]) -> Iterator[Cue]:
    """Give what stands under each head of name and time; what stands before the first is no utterance."""
    speaker, start, said = "", -1.0, ""
    for text in texts:
        head = _HEAD.fullmatch(text)
        if head is None:
            said = f"{said} {text}".strip() if start >= 0 else ""
            continue
        if said:
            yield Cue(start, start, speaker, said)
        speaker, start = head["name"].strip(), seconds_in(head["time"]) or 0.0
        said = " ".join(head["said"].split())
    if said:
        yield Cue(start, start, speaker, said)
