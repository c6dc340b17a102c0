"""From what a speech model heard to lines one can read and trust: what it made up in silence and its loops are left
out, and what it was not sure of is marked.

Thresholds: measured on silence, noise, tones and speech in bench/speech.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hiroba.extract.hearing import Heard, Sure
from hiroba.extract.passages import Mark

UNSURE = 0.5  # below this probability a character is marked
GUESSED = -1.0  # mean log probability under which an utterance near silence is none
_NEAR_SILENCE = 0.5
PAUSE = 0.8  # seconds of silence after which a new line begins
LONG_LINE, LONGEST_LINE = 60, 120  # characters from which a line ends at a space, or anywhere
_ENDS = ("。", "?", "\uff1f", "!", "\uff01", ".")
FASTEST = 25.0  # characters a second; the fastest speakers say 12
_SAME_AT_MOST = 2  # equal utterances one after the other that people do say
# What Whisper learned from subtitles and says when nobody speaks (openai/whisper discussion 928).
_SUBTITLES = re.compile(
    r"(?:ご(?:視聴|清聴|覧)(?:いただき)?、?(?:まことに|誠に)?ありがとうござい(?:ました|ます)"
    r"|最後まで(?:ご視聴|ご覧)いただき.*|チャンネル登録(?:を)?(?:お願い|よろしく).*|字幕(?:作成|提供)?.*|次の(?:動画|映像)で.*"
    r"|(?:それでは|では)?また(?:次回|来週)お会いしましょう|by ?H\.?)[。.!!]*"
)
_LOOP = re.compile(r"(.{1,30}?)\1{4,}", re.DOTALL)
_PUNCTUATION = re.compile(r"[\s、。,.!?!?・…ー〜~♪「」]+")


def kept(heard: Iterable[Heard]) -> Iterator[Heard]:
    """Give the utterances that somebody said; see the module."""
    before, times = "", 0
    for each in heard:
        bare = _PUNCTUATION.sub("", each.text)
        times = times + 1 if bare == before else 1
        before = bare
        if each.pieces and bare and times <= _SAME_AT_MOST and not _is_made_up(each):
            yield each


def _is_made_up(each: Heard) -> bool:
    seconds = each.pieces[-1].end - each.pieces[0].start
    if len(each.text) > FASTEST * max(1.0, seconds):
        return True  # a loop at the edge of silence: hundreds of characters within a second
    if _SUBTITLES.fullmatch(each.text.strip()):
        return each.no_speech > 0.2 or each.logprob < -0.4
    return each.no_speech > _NEAR_SILENCE and each.logprob < GUESSED


def lines_of(heard: Heard) -> Iterator[tuple[float, str, tuple[Mark, ...]]]:
    """Give what was said as lines, a sentence each: when, the text, and marks over what the model was not sure of."""
    line: list[Sure] = []
    for piece in heard.pieces:
        if line and _is_next_line(line, piece):
            yield from _line(line)
            line = []
        line.append(piece)
    yield from _line(line)


def _is_next_line(line: list[Sure], piece: Sure) -> bool:
    length = sum(len(each.text) for each in line)
    is_ended = line[-1].text.rstrip().endswith(_ENDS) or piece.start - line[-1].end > PAUSE
    return is_ended or (length > LONG_LINE and piece.text.startswith(" ")) or length > LONGEST_LINE


def _line(line: list[Sure]) -> Iterator[tuple[float, str, tuple[Mark, ...]]]:
    runs: list[tuple[int, int, float]] = []  # start, end, lowest probability
    text = ""
    for piece in line:
        said = piece.text if text else piece.text.lstrip()
        start, text = len(text), text + said
        if piece.probability >= UNSURE or not _PUNCTUATION.sub("", said):
            continue
        if runs and start - runs[-1][1] <= 1:
            runs[-1] = (runs[-1][0], len(text), min(runs[-1][2], piece.probability))
        else:
            runs.append((start, len(text), piece.probability))
    text = text.rstrip()
    loop = _LOOP.search(text)
    if loop:
        yield line[0].start, *_without_loop(text, loop)
    elif _PUNCTUATION.sub("", text):
        marks = (Mark(a, min(b, len(text)), "unsure", str(round(p * 100))) for a, b, p in runs)
        yield line[0].start, text, tuple(mark for mark in marks if mark.start < mark.end)


def _without_loop(text: str, loop: re.Match[str]) -> tuple[str, tuple[Mark, ...]]:
    """Keep one round of what repeats itself; the whole line is doubtful."""
    short = (text[: loop.start()] + loop[1] + "…" + text[loop.end() :]).strip()
    return short, (Mark(0, len(short), "unsure", "0"),)
