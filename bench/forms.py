"""How exactly the fields of a paper form are read: forms of our own, filled in with made-up values, scanned.

    python -m bench.forms [--sheets 20] [--forms application,survey] [--kinds clean,scan,fax,photo,bent] [--seed 7]
                          [--engines Hiroba,Tesseract] [--show]

A field counts as exact when its value is the one that was written (text without the space around it); "asked" are
fields whose reading was put to a person, "wrong" those that were neither exact nor asked. Peer: the same boxes cut out
of the aligned page (a photograph: of the page that we drew upright) and read by Tesseract (jpn). "bent" are scans whose
written strokes are bent: what counts there is that nothing wrong goes through unasked."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

from bench.form_drawing import DPI, Drawn, draw_form, fill_in, make_values, scan
from bench.photographs import photograph
from bench.survey_drawing import answer_survey, draw_survey, make_answers
from hiroba.extract.form_alignment import Page
from hiroba.extract.form_boxes import Word, read_boxes
from hiroba.extract.form_places import Answer
from hiroba.extract.form_reading import lay_any_way, page_at_dots, recognise

BEND = 2.2  # pixels at 200 dots an inch
TODAY = date(2026, 11, 23)


def paper_of(sheet: Image.Image, dice: random.Random, kind: str) -> bytes:
    """Give the file by way of which a filled-in sheet comes in."""
    return photograph(sheet, dice).content if kind == "photo" else scan(sheet, dice, "scan" if kind == "bent" else kind)


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


def filled_in(name: str, form: Drawn, dice: random.Random, bend: float) -> tuple[Image.Image, dict[str, str]]:
    """Give a sheet of a form as somebody filled it in, and what is to be read there."""
    if name == "survey":
        answers = make_answers(form, dice)
        return answer_survey(form, answers, dice), answers
    values = make_values(dice)
    return fill_in(form, values, dice, bend), values


def measure(name: str, kind: str, count: int, seed: int, engine: str, show: bool) -> str:
    """Read `count` sheets of a form and give a row of the table."""
    form = draw_survey() if name == "survey" else draw_form()
    dice, tally, cpu = random.Random(seed), Counter[str](), 0.0
    blank = np.asarray(form.blank)
    for _ in range(count):
        sheet, values = filled_in(name, form, dice, BEND if kind == "bent" else 0.0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "sheet")
            path.write_bytes(paper_of(sheet, dice, kind))
            began = processor_seconds()
            lying, alignment = lay_any_way(blank, page_at_dots(path, 1))
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
    cells = [name, kind, engine, f"{count} × {len(form.fields)}", *shares, f"{cpu / count:.1f}"]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=20)
    parser.add_argument("--forms", default="application,survey")
    parser.add_argument("--kinds", default="clean,scan,fax,photo,bent")
    parser.add_argument("--engines", default="Hiroba,Tesseract")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    print("| form | sheets | engine | sheets × fields | exact | asked | wrong and not asked | CPU s a sheet |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for name, kind, engine in product(*(text.split(",") for text in (options.forms, options.kinds, options.engines))):
        if name != "survey" or (engine == "Hiroba" and kind != "bent"):  # marks are read by nobody else
            print(measure(name, kind, options.sheets, options.seed, engine, options.show), flush=True)


if __name__ == "__main__":
    main()
