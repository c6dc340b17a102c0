"""Paper read by machine, beside OCRmyPDF with Tesseract's Japanese on the same pages: characters wrong, CPU, memory.

Run: .venv/bin/python -m bench.recognition [--only drawn|shared] (OCRmyPDF: apt-get install ocrmypdf; left out where it
is not installed). Drawn pages are those of bench/paper.py, on which nothing was tuned; the shared ones are
../shared/data/ocr_pages. Wrong characters are the edit distance to what stands on the page over its length, after NFKC
and without spaces, reading order counted. OCRmyPDF runs as `ocrmypdf -l jpn --deskew` (jpn_vert for vertical pages)."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean

from bench import paper

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "ocr_pages"
_KIND_OF_NAME = {"clean": "clean", "scan": "scan", "faxfine": "FAX fine", "faxstd": "FAX standard"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One page of paper and what stands on it."""

    source: str
    kind: str
    path: Path
    truth: str
    is_vertical: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Part of the characters wrong (0 …), CPU seconds, megabytes our process had at most so far."""

    wrong: float
    cpu: float
    memory: float = 0.0


def drawn_samples(folder: Path) -> Iterator[Sample]:
    """Pages of bench/paper.py in each kind; those of two columns and vertical ones apart."""
    for number, page in enumerate(paper.pages()):
        for kind in paper.KINDS:
            path = paper.save(*paper.spoilt(page.image, kind, 1_000 + number), folder / f"{page.name}-{kind}")
            is_vertical = page.name == "vertical"
            row = f"{page.name}, {kind}" if page.name in ("two columns", "vertical") else kind
            yield Sample("drawn", row, path, "\n".join(page.lines), is_vertical)


def shared_samples() -> Iterator[Sample]:
    """Pages of the shared folder, the vertical and the two-column one apart."""
    for path in sorted(SHARED.iterdir()) if SHARED.is_dir() else ():
        name, kind = path.name.split(".")[:2]
        if kind in _KIND_OF_NAME:
            apart = "vertical, " if "tategaki" in name else "two columns, " if "kouhou2" in name else ""
            truth = (SHARED / f"{name}.txt").read_text(encoding="utf-8")
            yield Sample("shared", apart + _KIND_OF_NAME[kind], path, truth, bool(apart) and "tategaki" in name)


def read_with_hiroba(sample: Sample) -> Result:
    """One page in a process that has read others before."""
    from hiroba.extract import recognition

    before = _cpu()
    text = "\n".join(passage.text for passage in recognition.read_part(sample.path, 1).passages)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Result(part_wrong(sample.truth, text), _cpu() - before, memory)


def read_with_ocrmypdf(sample: Sample) -> Result:
    """One page by the command, as an office would run it."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        language = "jpn_vert" if sample.is_vertical else "jpn"
        before = _cpu()
        command = f"ocrmypdf -q -j 1 -l {language} --deskew --output-type pdf --sidecar".split()
        command += [str(text), str(sample.path), str(Path(folder) / "out.pdf")]
        subprocess.run(command, capture_output=True, check=True)
        return Result(part_wrong(sample.truth, text.read_text(encoding="utf-8")), _cpu() - before)


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def part_wrong(truth: str, read: str) -> float:
    """Edit distance over the length of the truth, after NFKC and without spaces."""
    wanted, got = (("".join(unicodedata.normalize("NFKC", text).split())) for text in (truth, read))
    return _distance(wanted, got) / max(1, len(wanted))


def _distance(one: str, other: str) -> int:
    """Levenshtein's distance, a row of bits at a time (Myers 1999, Hyyrö 2003)."""
    places: dict[str, int] = {}
    for index, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << index
    every, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    more, less, distance = every, 0, len(one)
    for character in other:
        same = places.get(character, 0)
        across = (((same & more) + more) ^ more) | same | less
        up, down = less | ~(across | more) & every, more & across
        distance += bool(up & last) - bool(down & last)
        up, down = (up << 1 | 1) & every, (down << 1) & every
        more, less = down | ~((same | less) | up) & every, up & (same | less)
    return distance


def main() -> None:
    """Print the table."""
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    readers = [read_with_hiroba, *([read_with_ocrmypdf] if shutil.which("ocrmypdf") else [])]
    print("| pages | kind | n | wrong | CPU s a page | MB | OCRmyPDF wrong | CPU s a page | ratio |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1, get_context("spawn")) as process:
        samples = [*drawn_samples(Path(folder)), *shared_samples()]
        rows: dict[tuple[str, str], list[Sample]] = {}
        for sample in samples:
            if only in ("", sample.source):
                rows.setdefault((sample.source, sample.kind), []).append(sample)
        for (source, kind), each in rows.items():
            results = [list(process.map(reader, each)) for reader in readers]
            print(_row(source, kind, results), flush=True)


def _row(source: str, kind: str, results: list[list[Result]]) -> str:
    cells = [source, kind, str(len(results[0]))]
    wrong = [fmean(each.wrong for each in found) for found in results]
    for number, found in enumerate(results):
        cells += [f"{wrong[number]:.4f}", f"{fmean(each.cpu for each in found):.1f}"]
        if number == 0:
            cells.append(f"{max(each.memory for each in found):,.0f}")
    if len(results) == 2:
        cells.append(f"{wrong[0] / wrong[1]:.2f}" if wrong[1] else "—")
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
