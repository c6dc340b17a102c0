"""A photo of a filled-in form, dropped in the browser: found by its words, opened in place, read into its fields."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.form_drawing import DPI, FONTS, draw_form, fill_in, make_values
from bench.photographs import HIGH, WIDE, photograph
from tests.journeys.conftest import Visitor
from tests.journeys.office import Office
from tests.journeys.test_first_day import settled
from tests.journeys.test_paper import describe, until

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(not Path(FONTS["mincho"]).exists(), reason="the fonts of apt's fonts-ipaexfont"),
]
Visit = Callable[..., Visitor]


def test_a_photo_of_a_form_is_found_opens_at_the_place_and_is_read_into_its_fields(
    visit: Visit, office: Office, tmp_path: Path
) -> None:
    sato = visit("sato")
    width = sato.page.evaluate("innerWidth")
    if width < 600:
        pytest.skip("the way is the same on a phone")
    form, dice = draw_form(), random.Random(21)
    values = make_values(dice)
    address = describe(sato, office, form, tmp_path / f"写真の様式{width}.png")
    taken = photograph(fill_in(form, values, dice), dice)
    (tmp_path / f"窓口の写真{width}.jpg").write_bytes(taken.content)
    sato.page.goto("/intake/")
    sato.page.set_input_files("#files", str(tmp_path / f"窓口の写真{width}.jpg"))
    settled(sato, 300)

    sato.page.goto(f"/search/?q={values['希望する園']}")
    hit = sato.page.locator("main .list > li", has=sato.page.locator("h2", has_text="窓口の写真")).first
    hit.locator("a.cite").first.click()
    assert values["希望する園"] in sato.page.locator(".cited").first.inner_text()
    frame = sato.page.locator("#page-1 figure.page img").bounding_box()
    box = sato.page.locator("#page-1 svg .box").first.bounding_box()
    assert frame is not None and box is not None
    across = (box["x"] + box["width"] / 2 - frame["x"]) / frame["width"] * WIDE
    down = (box["y"] + box["height"] / 2 - frame["y"]) / frame["height"] * HIGH
    u, v, w = np.linalg.inv(taken.matrix) @ np.array([across, down, 1.0])
    place = next(field.place for field in form.fields if field.name == "希望する園").partition("box=")[2]
    x, y, wide, high = (float(side) * DPI / 72 for side in place.split(","))
    assert x < u / w < x + wide
    assert y < v / w < y + high

    shown = until(sato, address, values["電話番号"])
    assert values["金額"] in shown
    assert sato.complaints == []
