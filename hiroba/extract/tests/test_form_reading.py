"""Forms on paper: a sheet askew is laid over its form, its boxes read, and what cannot be read is asked."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bench.form_drawing import FONTS, draw_form, fill_in, make_values, scan
from bench.photographs import photograph
from hiroba.extract.form_alignment import align
from hiroba.extract.form_places import box_of, rows_of
from hiroba.extract.passages import Extraction
from hiroba.extract.tasks import run_task

pytestmark = pytest.mark.skipif(not Path(FONTS["mincho"]).exists(), reason="the fonts of apt's fonts-ipaexfont")
FORM = draw_form()
DICE = random.Random(11)
VALUES = make_values(DICE)
SHEET = fill_in(FORM, VALUES, DICE)


def read(folder: Path, sheet: bytes, **changed: Any) -> Extraction:
    blank, filled = folder / "blank.png", folder / "sheet"
    FORM.blank.save(blank, dpi=(200, 200))
    filled.write_bytes(sheet)
    asked = {"fields": rows_of(FORM.fields), "pages": [1, 1], "today": "2026-11-23"}
    return run_task("read_form", [blank, filled], **(asked | changed))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Extraction:
    return read(tmp_path_factory.mktemp("form"), scan(SHEET, DICE))


def test_a_scanned_sheet_is_read_into_its_fields(found: Extraction) -> None:
    answers = {each["name"]: each for each in json.loads(found.facts["answers"])}
    assert set(answers) == {field.name for field in FORM.fields}
    exact = [name for name, each in answers.items() if each["value"].replace(" ", "") == VALUES[name].replace(" ", "")]
    assert len(exact) >= len(FORM.fields) - 1
    for name in ("申込日", "生年月日", "金額", "利用の区分", "就労証明書", "母子手帳の写し", "住民票"):
        assert answers[name]["value"] == VALUES[name]


def test_only_what_is_asked_comes_with_its_picture(found: Extraction) -> None:
    asked = [index for index, each in enumerate(json.loads(found.facts["answers"])) if each["question"]]
    assert [attachment.name for attachment in found.attachments] == [f"{index}.png" for index in asked]


def test_of_print_little_is_asked(found: Extraction) -> None:
    assert sum(bool(each["question"]) for each in json.loads(found.facts["answers"])) <= 3


def test_nothing_that_may_be_handwriting_is_taken_without_a_look(tmp_path: Path) -> None:
    dice = random.Random(1)
    values = make_values(dice)
    answers = json.loads(read(tmp_path, scan(fill_in(FORM, values, dice, bend=2.4), dice)).facts["answers"])
    written = [field.name for field in FORM.fields if field.kind in ("text", "number", "date")]
    assert [each["name"] for each in answers if each["name"] in written and not each["question"]] == []
    marked = {each["name"]: each["value"] for each in answers if each["name"] not in written}
    assert marked == {name: values[name] for name in marked}  # marks need no letters


def test_a_photographed_sheet_that_lies_on_its_side_is_read_into_its_fields(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(photograph(SHEET, random.Random(8)).content)) as image:
        image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", quality=90)
    answers = json.loads(read(tmp_path, (tmp_path / "turned.jpg").read_bytes()).facts["answers"])
    exact = [each for each in answers if each["value"].replace(" ", "") == VALUES[each["name"]].replace(" ", "")]
    assert len(exact) >= len(FORM.fields) - 1


def test_two_circled_choices_are_asked(tmp_path: Path) -> None:
    twice = fill_in(FORM, VALUES | {"利用の区分": "新規"}, random.Random(1))
    again = fill_in(FORM, VALUES | {"利用の区分": "変更"}, random.Random(1))
    both = Image.fromarray(np.minimum(np.asarray(twice), np.asarray(again)))
    only = [row for row in rows_of(FORM.fields) if row["name"] == "利用の区分"]
    found = read(tmp_path, scan(both, random.Random(2), "clean"), fields=only)
    (answer,) = json.loads(found.facts["answers"])
    assert (answer["value"], answer["question"]) == ("", "FORM-03")
    assert found.attachments[0].content.startswith(b"\x89PNG")


def test_a_sheet_of_another_form_is_not_read(tmp_path: Path) -> None:
    other = Image.new("L", FORM.blank.size, 255)
    for y in range(200, 2200, 90):
        other.paste(0, (300, y, 1400, y + 4))
    found = read(tmp_path, scan(other, random.Random(3)))
    assert found.error is not None and found.error.code == "FORM-05"


def test_a_blank_sheet_answers_nothing_and_asks_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, scan(FORM.blank, random.Random(4)))
    assert [each["value"] + each["question"] for each in json.loads(found.facts["answers"])] == [""] * len(FORM.fields)


@pytest.mark.parametrize("turn", [0, 180])
def test_a_sheet_is_found_upside_down_too(turn: int) -> None:
    sheet = np.asarray(SHEET.rotate(turn + 1.2, fillcolor=255))
    found = align(np.asarray(FORM.blank), sheet)
    assert found.agreement > 0.75
    x, y, w = found.matrix @ np.array([827.0, 1170.0, 1.0])  # the middle stays where it is
    assert abs(x / w - 827) < 4
    assert abs(y / w - 1170) < 4


def test_boxes_and_names_are_proposed_from_the_ruled_lines(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    FORM.blank.save(path, dpi=(200, 200))
    found = run_task("measure_form", [path], page=1)
    assert (round(float(found.facts["wide"])), round(float(found.facts["high"]))) == (595, 842)
    proposed = {row["name"]: row for row in json.loads(found.facts["fields"])}
    drawn = {field.name: field for field in FORM.fields}
    assert {name: row["kind"] for name, row in proposed.items()} == {name: each.kind for name, each in drawn.items()}
    for name, row in proposed.items():
        box, wanted = box_of(row["place"]), box_of(drawn[name].place)
        assert box is not None and wanted is not None
        assert max(abs(box.x - wanted.x), abs(box.y - wanted.y), abs(box.wide - wanted.wide)) < 5  # points
    assert [choice["value"] for choice in proposed["利用の区分"]["choices"]] == ["新規", "継続", "変更"]
