"""How well the gate sees: the labelled lines of bench/gate_lines.tsv, papers of other offices, and what it costs.

`python -m bench.gate --rounds 20`: each round draws the numbers of every line anew. False alarms are counted on real
minutes, municipal texts and office files, none of which holds a personal number."""

from __future__ import annotations

import argparse
import random
import string
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hiroba.archive import gate
from hiroba.archive.columns import JOIN
from hiroba.extract.files import extract
from hiroba.extract.passages import Extraction, Passage, Span
from hiroba.language.private import has_check_digit

ROOT = Path(__file__).resolve().parents[1]
LINES = ROOT / "bench" / "gate_lines.tsv"
DATA = ROOT.parent / "shared" / "data"
REAL = ("minutes", "municipal_text", "office_files/japanese", "office_files/office", "office_files/mail")
# What each label asks of the gate.
WANTED = {"my_number": {gate.MY_NUMBER}, "personal": {gate.PERSONAL}, "plain": {""}, "other": {"", gate.PERSONAL}}
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")


@dataclass(frozen=True)
class Line:
    """One labelled line: what it is, how it comes, and its text with places for numbers."""

    label: str
    kind: str
    text: str


def read_lines() -> list[Line]:
    """Give the labelled lines of our own."""
    rows = (row for row in LINES.read_text(encoding="utf-8").splitlines() if row and not row.startswith("#"))
    return [Line(*row.split("\t", 2)) for row in rows]


def draw(line: Line, rng: random.Random) -> Extraction:
    """Give what a reader would hand over of a line, its numbers drawn by chance."""
    text = _filled(line.text, rng)
    if line.kind in ("name", "mail"):
        name, _, value = text.partition("=") if line.kind == "mail" else ("subject", "", text)
        return Extraction(facts={name: value})
    parts = text.split("⏎")
    if line.kind == "sheet":
        return Extraction(tuple(_sheet_row(number, part) for number, part in enumerate(parts, start=1)))
    if line.kind == "table":
        rows = (JOIN.join(cell for cell in part.split("¦") if cell != "_") for part in parts)
        return Extraction(tuple(Passage(f"par={number}", row, "row") for number, row in enumerate(rows, start=1)))
    return Extraction(tuple(Passage(f"line={number}", part) for number, part in enumerate(parts, start=1)))


def _sheet_row(line: int, row: str) -> Passage:
    text, spans = "", []
    for column, cell in enumerate(row.split("¦")):
        if cell != "_":
            text += JOIN if text else ""
            spans.append(Span(len(text), len(text) + len(cell), f"名簿!{string.ascii_uppercase[column]}{line}"))
            text += cell
    return Passage(f"名簿!A{line}:Z{line}", text, "row", spans=tuple(spans))


def _number(rng: random.Random) -> str:
    eleven = "".join(rng.choice(string.digits) for _ in range(11))
    return next(eleven + digit for digit in string.digits if has_check_digit(eleven + digit))


def _wrong(rng: random.Random) -> str:
    number = _number(rng)
    return number[:-1] + str((int(number[-1]) + rng.randint(1, 9)) % 10)


def _filled(text: str, rng: random.Random) -> str:
    """Put numbers in their places: a name without a figure is the first number of the line, `run2` the second …"""
    numbers = [_number(rng) for _ in range(4)]
    values: dict[str, str] = {}
    for name, write in WRITINGS.items():
        values |= {f"{name}{at or ''}": write(number, rng) for at, number in zip(("", 2, 3, 4), numbers, strict=True)}
    for letter, number in zip("ghi", numbers, strict=False):
        values |= {f"{letter}{part + 1}": number[4 * part : 4 * part + 4] for part in range(3)}
    values |= {f"d{at + 1}": digit for at, digit in enumerate(numbers[0])}
    wrong = [_wrong(rng) for _ in range(3)]
    values |= {"bad": wrong[0], "bad2": wrong[1], "bad3": wrong[2], "bad-dash": _grouped(wrong[0], "-")}
    values |= {"any": _digits(rng, 12), "13": _digits(rng, 13), "amount": f"{rng.randint(10**9, 10**12):,}"}
    values["date12"] = (
        f"2026{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 23):02}{rng.randint(0, 59):02}"
    )
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text.replace("↵", "\n")


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def _grouped(number: str, mark: str) -> str:
    return mark.join((number[:4], number[4:8], number[8:]))


def _misread(number: str, rng: random.Random) -> str:
    """Read one or two digits as the letters they look like."""
    likely = [at for at, digit in enumerate(number) if digit in "01258"]
    for at in rng.sample(likely, min(len(likely), rng.randint(1, 2))):
        number = (
            number[:at]
            + rng.choice({"0": "OＯo", "1": "lIl", "2": "Z", "5": "S", "8": "B"}[number[at]])
            + number[at + 1 :]
        )
    return number


WRITINGS: dict[str, Callable[[str, random.Random], str]] = {
    "run": lambda number, _: number,
    "dash": lambda number, _: _grouped(number, "-"),
    "minus": lambda number, rng: _grouped(number, rng.choice("−‐–ー")),
    "space": lambda number, _: _grouped(number, " "),
    "wide": lambda number, _: number.translate(WIDE),
    "wide-dash": lambda number, _: _grouped(number, "-").translate(WIDE),
    "boxes": lambda number, _: " ".join(number),
    "lines": lambda number, _: f"{number[:4]}\n{number[4:8]}\n{number[8:]}",
    "half": lambda number, _: f"{number[:7]}\n{number[7:]}",
    "six": lambda number, _: f"{number[:6]} {number[6:]}",
    "three": lambda number, _: " ".join(number[at : at + 3] for at in range(0, 12, 3)),
    "dots": lambda number, _: _grouped(number, "."),
    "under": lambda number, _: _grouped(number, "_"),
    "ocr": _misread,
    "ocr-dash": lambda number, rng: _grouped(_misread(number, rng), "-"),
    "ocr-space": lambda number, rng: _grouped(_misread(number, rng), " "),
    "kanji": lambda number, _: number.translate(KANJI),
    "kanji-commas": lambda number, _: _grouped(number.translate(KANJI), "、"),
    "no": lambda number, _: _grouped(number, "の"),
    "said": lambda number, _: "、".join(number),
}


@dataclass(frozen=True)
class Answer:
    """What the gate said of one drawn line."""

    line: Line
    extraction: Extraction
    code: str

    @property
    def is_right(self) -> bool:
        """Tell whether that was asked of it."""
        return self.code in WANTED[self.line.label]


def answers(rounds: int, seed: int = 20261123) -> Iterator[Answer]:
    """Put every line to the gate, `rounds` times with other numbers."""
    lines = read_lines()
    for number in range(rounds):
        rng = random.Random(seed + number)
        for line in lines:
            extraction = draw(line, rng)
            yield Answer(line, extraction, gate.examine(extraction).code)


@dataclass
class Real:
    """What the gate said of real files, none of which holds a personal number."""

    files: int = 0
    lines: int = 0
    size: int = 0
    alarms: int = 0
    personal: int = 0
    seconds: float = 0.0


def look_at(folder: Path) -> Real:
    """Put every file of a folder to the gate."""
    real = Real()
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        extraction = extract(path)
        began = time.process_time()
        verdict = gate.examine(extraction)
        real.seconds += time.process_time() - began
        real.files += 1
        real.lines += sum(passage.text.count("\n") + 1 for passage in extraction.passages)
        real.size += sum(len(passage.text.encode()) for passage in extraction.passages)
        real.alarms += len(verdict.places) if verdict.code == gate.MY_NUMBER else 0
        real.personal += len(verdict.places) if verdict.code == gate.PERSONAL else 0
    return real


def main() -> None:
    """Print the tables of docs/dev/bench.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--wrong", action="store_true", help="say each line that was judged wrongly")
    options = parser.parse_args()
    asked: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    wrong: dict[str, Answer] = {}
    for answer in answers(options.rounds):
        key = (answer.line.label, answer.line.kind)
        asked[key] += 1
        right[key] += answer.is_right
        if not answer.is_right:
            wrong.setdefault(f"{answer.line.label} {answer.line.kind} {answer.line.text}", answer)
    _say("| label | kind | lines | right | share |\n| --- | --- | ---: | ---: | ---: |")
    for label in WANTED:
        for kind in sorted({kind for each, kind in asked if each == label}):
            count, good = asked[label, kind], right[label, kind]
            _say(f"| {label} | {kind} | {count:,} | {good:,} | {good / count:.4f} |")
        count, good = (sum(n for (each, _), n in of.items() if each == label) for of in (asked, right))
        _say(f"| **{label}** | all | {count:,} | {good:,} | **{good / count:.4f}** |")
    if options.wrong:
        for text, answer in wrong.items():
            _say(f"{answer.code or '-'}: {text}")
    _say_real()


def _say_real() -> None:
    _say("\n| real files | files | lines | false alarms | a 1,000 lines | kept inside | CPU s a MB of text |")
    _say("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in REAL:
        if (DATA / name).is_dir():
            real = look_at(DATA / name)
            share, cost = 1000 * real.alarms / max(real.lines, 1), real.seconds / max(real.size / 1e6, 1e-6)
            counts = f"{real.files} | {real.lines:,} | {real.alarms} | {share:.2f} | {real.personal}"
            _say(f"| {name} | {counts} | {cost:.2f} |")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
