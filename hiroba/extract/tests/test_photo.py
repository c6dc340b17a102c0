"""Photographs of paper: the sheet is drawn upright and evenly lit before it is read; places are of the photograph."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bench.photographs import HIGH, Photograph, photograph
from hiroba.extract import recognition
from hiroba.extract.recognition.photo import evenly_lit, find_corners, straightened
from hiroba.extract.recognition.sheet import Sheet, open_sheet
from hiroba.extract.tests.sheets import needs_fonts, save, sheet, write
from hiroba.extract.tests.test_recognition import box, is_nearly, text_of

pytestmark = needs_fonts
LINES = {
    250: "住宅用火災警報器の取付けを手伝います。",
    700: "申込みは十二月十日までに窓口へお願いします。",
    1500: "費用はかかりません。",
}
POINTS = 842 / HIGH  # a photograph counts as a sheet of A4 in its longer direction


def paper() -> Image.Image:
    page = sheet(1654, 2339)
    for y, text in LINES.items():
        write(page, 200, y, text, 40)
    return page


@pytest.fixture(scope="module")
def taken() -> Photograph:
    return photograph(paper(), random.Random(5), tilt=1.3)


def as_file(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def test_a_photographed_sheet_is_read_and_its_places_are_those_of_the_photograph(
    taken: Photograph, tmp_path: Path
) -> None:
    path = as_file(taken.content, tmp_path / "a.jpg")
    assert straightened(open_sheet(path, 1)).grey.shape == (2339, 1654)  # what is read is the sheet, not the photograph
    found = recognition.read_part(path, 1)
    assert is_nearly(text_of(found), "".join(LINES.values()))
    spans = [span for passage in found.passages for span in passage.spans]
    assert len(spans) == len(LINES)
    for (y, text), span in zip(LINES.items(), spans, strict=True):
        for x, is_inside in ((230, True), (200 + 40 * len(text) - 30, True), (200 + 40 * len(text) + 90, False)):
            u, v, w = taken.matrix @ np.array([x, y + 22, 1.0])
            left, top, wide, high = box(span.locator)
            assert (left <= u / w * POINTS <= left + wide and top <= v / w * POINTS <= top + high) == is_inside
        assert box(span.locator)[3] < 45  # points: a line aslant, not half the page


def test_the_corners_are_found_on_any_desk_in_any_light() -> None:
    for seed in range(6):
        taken = photograph(paper(), random.Random(seed), tilt=seed / 4)
        corners = find_corners(np.asarray(Image.open(io.BytesIO(taken.content)).convert("L")))
        assert corners is not None
        for found, (x, y) in zip(corners, ((0, 0), (1654, 0), (1654, 2339), (0, 2339)), strict=True):
            u, v, w = taken.matrix @ np.array([x, y, 1.0])
            assert np.hypot(found[0] - u / w, found[1] - v / w) < 8  # of 3,264


def test_shadows_are_lit_and_even_light_is_left_alone() -> None:
    page = np.array(paper())
    slope = np.linspace(1.0, 0.45, page.shape[1])
    shaded = (page * slope).astype(np.uint8)
    assert np.percentile(evenly_lit(shaded), 10) > 235
    assert evenly_lit(page) is page


def test_what_a_scanner_made_is_left_as_it_is(taken: Photograph, tmp_path: Path) -> None:
    with Image.open(io.BytesIO(taken.content)) as image:
        image.save(tmp_path / "a.jpg", dpi=(300, 300))
    scanned = open_sheet(tmp_path / "a.jpg", 1)
    assert straightened(scanned) is scanned


def test_a_window_on_a_screen_is_not_cut_out_of_its_surroundings() -> None:
    screen = Image.new("L", (1600, 1000), 120)
    ImageDraw.Draw(screen).rectangle((300, 150, 1300, 850), fill=250)
    write(screen, 40, 40, "外に書いてあること")
    picture = Sheet(np.array(screen), 0.5, 0.5, is_to_scale=False)
    assert straightened(picture) is picture


def test_a_photograph_without_a_rim_is_read_all_the_same(tmp_path: Path) -> None:
    taken = photograph(paper(), random.Random(9), tilt=0.0)
    with Image.open(io.BytesIO(taken.content)) as image:
        x, y, w = taken.matrix @ np.array([150.0, 200.0, 1.0])
        u, v, z = taken.matrix @ np.array([1500.0, 1700.0, 1.0])
        inner = image.crop((round(x / w), round(y / w), round(u / z), round(v / z)))
    path = tmp_path / "a.jpg"
    inner.save(path, quality=85)
    assert straightened(open_sheet(path, 1)).origin is None
    assert is_nearly(text_of(recognition.read_part(path, 1)), "".join(LINES.values()))


def test_a_small_photograph_is_enlarged(taken: Photograph, tmp_path: Path) -> None:
    with Image.open(io.BytesIO(taken.content)) as image:
        small = image.resize((image.width * 2 // 5, image.height * 2 // 5), Image.Resampling.BOX)
    found = straightened(open_sheet(save(small, tmp_path / "a.jpg", dpi=(72, 72)), 1))
    assert found.grey.shape == (2339, 1654) or 1900 < found.grey.shape[0] < 2339


def test_a_second_paper_in_the_same_photograph_is_not_lost(tmp_path: Path) -> None:
    picture, receipt = Image.new("L", (2400, 1800), 70), Image.new("L", (640, 520), 228)
    write(receipt, 40, 200, "備品の代金を受け取りました。", 40)
    sheet_ = paper().resize((1100, 1556)).point(lambda dot: dot * 0.9)
    picture.paste(sheet_, (110, 120))
    picture.paste(receipt, (1600, 500))
    seen = np.array(picture.rotate(3, Image.Resampling.BICUBIC, fillcolor=70)).astype(np.float64)
    seen += np.random.default_rng(1).normal(0, 5, seen.shape)
    Image.fromarray(seen.clip(0, 255).astype(np.uint8)).save(tmp_path / "a.jpg", quality=90)
    assert straightened(open_sheet(tmp_path / "a.jpg", 1)).origin is not None
    text = text_of(recognition.read_part(tmp_path / "a.jpg", 1))
    assert "受け取りました" in text
    assert "火災警報器" in text
