"""Recordings written down: characters wrong, CPU seconds a second of sound, memory, and what is made up in silence.

Run: .venv/bin/python -m bench.speech [--more DIR] [--hours 6]. The sample of the tests is spoken by Open JTalk; DIR may
hold others: NAME.wav (any packing), NAME.txt with what is said, and NAME.words.txt, an office's list of words. Wrong
characters are the edit distance over the length, after NFKC, without punctuation and space; kana for kanji counts as
wrong. Each row runs in a process of its own, so that memory is its own."""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench.recognition import part_wrong
from hiroba.extract import sound, speech
from hiroba.extract.tests.sounds import SAMPLE, noise, silence, spoken, together, write

SAID = (
    "公園係の打ち合わせを始めます。水道の場所が遠いので、ホースを長くしてほしいという声がありました。"
    "費用は、十二万円です。"
)
SAMPLE_WORDS = "公園係,こうえんがかり\n"


@dataclass(frozen=True, slots=True)
class Task:
    """A recording to hear, with what is said in it ("" for nothing) and the list of words it is heard with."""

    name: str
    path: Path
    said: str
    words: Path | None = None
    chunks: tuple[int, ...] = ()  # all when empty


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    name: str
    seconds: float
    wrong: float | None
    lines: int
    cpu: float
    wall: float
    memory: float  # MB


def bare(text: str) -> str:
    """Give what counts of a text: letters and digits, one way of writing each."""
    return "".join(each for each in unicodedata.normalize("NFKC", text) if each.isalnum())


def measure(task: Task) -> Result:
    """Hear a recording chunk by chunk, as the slow reader does."""
    os.environ["HIROBA_WORDS"] = str(task.words or "/nowhere")
    began, cpu = time.perf_counter(), time.process_time()
    numbers = task.chunks or tuple(part.number for part in speech.extract(task.path).parts)
    found = [speech.read_part(task.path, number) for number in numbers]
    spent, wall = time.process_time() - cpu, time.perf_counter() - began
    passages = [passage for each in found for passage in each.passages]
    heard, said = bare("".join(passage.text for passage in passages)), bare(task.said)
    ends = [speech._ends(task.path, number) for number in numbers]
    whole = sound.measure(task.path).seconds
    seconds = sum(min(end, whole) - start for start, end in ends)
    wrong = part_wrong(said, heard) if said else None
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Result(task.name, seconds, wrong, len(passages), spent, wall, memory)


def tasks(folder: Path, more: Path | None, hours: float) -> Iterator[Task]:
    """Make the recordings of the table."""
    words = folder / "words.txt"
    words.write_text(SAMPLE_WORDS, encoding="utf-8")
    yield Task("sample, 14 s", SAMPLE, SAID)
    yield Task("sample, with a list of words", SAMPLE, SAID, words)
    hiss = spoken() + noise(60, 0.01)[: len(spoken())]
    yield Task("sample in hiss (30 dB)", write(folder / "hiss.wav", hiss), SAID)
    yield Task("sample as MP3", write(folder / "a.mp3", spoken(), "libmp3lame"), SAID)
    apart = together([each for _ in range(5) for each in (silence(40), spoken())])
    yield Task("sample five times, 40 s of silence between", write(folder / "apart.flac", apart, "flac"), SAID * 5)
    yield Task("five minutes of silence", write(folder / "silence.flac", silence(300), "flac"), "")
    yield Task("five minutes of hiss", write(folder / "noise.flac", noise(300), "flac"), "")
    for path in sorted(more.iterdir()) if more else ():
        text, own = path.with_suffix(".txt"), path.with_suffix(".words.txt")
        if path.suffix in (".wav", ".mp3", ".m4a", ".flac", ".ogg") and text.exists():
            said = text.read_text(encoding="utf-8")
            yield Task(path.stem, path, said)
            if own.exists():
                yield Task(f"{path.stem}, with a list of words", path, said, own)
    if hours:
        long = _long(folder, hours)
        count = len(speech.extract(long).parts)
        yield Task(f"first, middle and last chunk of {hours:g} h", long, "", None, (1, count // 2, count))


def _long(folder: Path, hours: float) -> Path:
    """Repeat the sample as MP3 for hours, frame after frame, as recorders write it."""
    once = (folder / "a.mp3").read_bytes()
    begin = once.index(b"\xff\xf3") if b"\xff\xf3" in once[:4096] else once.index(b"\xff\xfb")
    path = folder / "long.mp3"
    with path.open("wb") as file:
        for _ in range(int(hours * 3600 / (len(spoken()) / sound.RATE))):
            file.write(once[begin:])
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--hours", type=float, default=0)
    options = parser.parse_args()
    print("| recording | seconds | wrong | lines | CPU s a second | × real time | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for task in tasks(Path(folder), options.more, options.hours):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found = pool.submit(measure, task).result()
            wrong = "" if found.wrong is None else f"{found.wrong:.3f}"
            print(
                f"| {found.name} | {found.seconds:.0f} | {wrong} | {found.lines} | {found.cpu / found.seconds:.3f} |"
                f" {found.seconds / found.wall:.1f} | {found.memory:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
