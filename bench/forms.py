"""How exactly the fields of a paper form are read: a form of our own, filled in with made-up values, scanned.

    python -m bench.forms [--sheets 20] [--kinds clean,scan,fax] [--seed 7] [--show]

A field counts as exact when its value is the one that was written (text without the space around it); "asked" are
fields whose reading was put to a person, "wrong" those that were neither exact nor asked. Peer: the same boxes cut out
of the aligned page and read by Tesseract (jpn)."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from bench.form_drawing import DPI, Drawn, draw_form, fill_in, make_values, scan
from hiroba.extract.form_alignment import Page
from hiroba.extract.form_boxes import Word, lay, read_boxes
from hiroba.extract.form_places import Answer
from hiroba.extract.form_reading import recognise

TODAY = date(2026, 11, 23)


def page_of(path: Path) -> Page:
    """Give a scanned file as a grey page."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def recognise_with_tesseract(page: Page) -> Sequence[Word]:
    """The peer's words, one by one, of the same picture."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.png")
        Image.fromarray(page).save(path, dpi=(DPI, DPI))
        command = ["tesseract", str(path), "-", "-l", "jpn", "--psm", "6", "tsv"]
        table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = []
    for line in table.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and cells[11].strip():
            x, y, wide, high = (float(each) for each in cells[6:10])
            found.append(Word(cells[11], float(cells[10]) / 100, x, y, x + wide, y + high))
    return found


def processor_seconds() -> float:
    """Give the processor time of this process and of the programs it ran."""
    return sum(os.times()[:4])


def _is_exact(answer: Answer, wanted: str) -> bool:
    """Spaces do not count: no engine sees the narrow ones of proportional fonts."""
    return answer.value.replace(" ", "") == wanted.replace(" ", "") and answer.question in ("", "FORM-04")


def measure(form: Drawn, kind: str, count: int, seed: int, engine: str, show: bool) -> str:
    """Read `count` sheets and give a row of the table."""
    dice, tally, cpu = random.Random(seed), Counter[str](), 0.0
    blank = np.asarray(form.blank)
    for _ in range(count):
        values = make_values(dice)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "sheet")
            path.write_bytes(scan(fill_in(form, values, dice), dice, kind))
            began = processor_seconds()
            lying, alignment = lay(blank, page_of(path))
            reader = recognise if engine == "Hiroba" else recognise_with_tesseract
            answers = read_boxes(lying, form.fields, reader, TODAY)
            cpu += processor_seconds() - began
        tally["same form"] += alignment.is_same_form
        for answer in answers:
            is_exact = _is_exact(answer, values[answer.name])
            outcome = "asked" if answer.question else "exact" if is_exact else "wrong"
            tally[outcome] += 1
            tally["exact at all"] += is_exact
            if show and outcome != "exact":
                print(f"  {kind} {answer.name}: {values[answer.name]!r} read as {answer.value!r} {answer.raw!r}"
                      f" {answer.certainty:.2f} {answer.question}")  # fmt: skip
    total = count * len(form.fields)
    shares = [f"{tally[name] / total:.3f}" for name in ("exact at all", "asked", "wrong")]
    cells = [kind, engine, f"{count} × {len(form.fields)}", *shares, f"{cpu / count:.1f}"]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=20)
    parser.add_argument("--kinds", default="clean,scan,fax")
    parser.add_argument("--engines", default="Hiroba,Tesseract")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    form = draw_form()
    print("| sheets | engine | sheets × fields | exact | asked | wrong and not asked | CPU s a sheet |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for kind in options.kinds.split(","):
        for engine in options.engines.split(","):
            print(measure(form, kind, options.sheets, options.seed, engine, options.show), flush=True)


if __name__ == "__main__":
    main()
