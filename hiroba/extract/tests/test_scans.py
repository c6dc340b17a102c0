"""A scanner's file: separator sheets are found, blank pages told from nearly blank ones, parts taken out whole."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

from hiroba.extract.scans import is_blank
from hiroba.extract.tasks import run_task

A4 = (1654, 2339)
RANDOM = np.random.default_rng(5)


def paper(text: str = "", code: str = "", askew: float = 0.0) -> Image.Image:
    """A page as a scanner gives it: grey, specked, a little askew."""
    page = Image.new("L", A4, 235)
    pen = ImageDraw.Draw(page)
    for number in range(25 if text else 0):
        pen.text((200, 250 + number * 60), f"{number} {text}", font=ImageFont.load_default(34), fill=20)
    if code:
        target = io.BytesIO()
        segno.make(code, error="h", micro=False).save(target, kind="png", scale=10, border=4)
        page.paste(Image.open(target).convert("L"), (400, 300))
    page = page.rotate(askew, fillcolor=235)
    grey = np.asarray(page, dtype=np.int16) + RANDOM.integers(-12, 13, (A4[1], A4[0]))
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def pages() -> list[Image.Image]:
    return [
        paper(code="HIROBA1:7:abc", askew=1.5),
        paper("First paper"),
        paper(),
        paper("More of it"),
        paper(code="HIROBA1:8:def").rotate(180),
        paper("Second paper"),
    ]


@pytest.fixture(scope="module", params=["tif", "fax.tif", "pdf"])
def scan(request: pytest.FixtureRequest, pages: list[Image.Image], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scans") / f"scan.{request.param}"
    options: dict[str, object] = {"save_all": True, "dpi": (200, 200)}
    if request.param == "fax.tif":
        pages = [page.point(lambda value: 255 if value > 128 else 0).convert("1") for page in pages]
        options["compression"] = "group4"
    pages[0].save(path, append_images=pages[1:], **options)
    return path


def test_separators_and_blank_pages_are_told_in_every_kind_of_file(scan: Path) -> None:
    found = run_task("survey_scan", [scan])
    assert found.error is None
    looked = json.loads(found.facts["pages"])
    assert [page["codes"] for page in looked] == [["HIROBA1:7:abc"], [], [], [], ["HIROBA1:8:def"], []]
    assert [page["is_blank"] for page in looked] == [False, False, True, False, False, False]


def test_a_part_holds_exactly_its_pages_without_loss(scan: Path) -> None:
    found = run_task("split_scan", [scan], pages=[2, 4])
    (part,) = found.attachments
    if scan.suffix == ".pdf":
        with pikepdf.open(io.BytesIO(part.content)) as cut, pikepdf.open(scan) as whole:
            assert len(cut.pages) == 2
            for mine, theirs in zip(cut.pages, (whole.pages[1], whole.pages[3]), strict=True):
                (kept,), (image,) = mine.get_images().values(), theirs.get_images().values()
                assert kept.read_raw_bytes() == image.read_raw_bytes()
        return
    with Image.open(io.BytesIO(part.content)) as cut, Image.open(scan) as whole:
        assert cut.n_frames == 2
        for mine, theirs in ((0, 1), (1, 3)):
            cut.seek(mine)
            whole.seek(theirs)
            assert np.array_equal(np.asarray(cut), np.asarray(whole))
            assert cut.mode == whole.mode


def test_a_page_that_is_not_there_is_refused_with_a_code(scan: Path) -> None:
    found = run_task("split_scan", [scan], pages=[99])
    assert found.error is not None and found.error.code == "EXTRACT-03"


def test_what_is_no_scan_is_refused_with_a_code(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.4 nothing follows")
    found = run_task("survey_scan", [path])
    assert found.error is not None and found.error.code == "EXTRACT-03"


def test_a_page_with_one_short_line_is_not_blank() -> None:
    grey = np.full((1754, 1240), 240, np.uint8)
    assert is_blank(grey)
    page = Image.fromarray(grey)
    ImageDraw.Draw(page).text((300, 400), "see reverse 12", font=ImageFont.load_default(22), fill=0)
    assert not is_blank(np.asarray(page))
    holes = Image.fromarray(grey)
    ImageDraw.Draw(holes).ellipse((20, 800, 60, 840), fill=0)
    assert is_blank(np.asarray(holes))
    assert not is_blank(np.zeros((1754, 1240), np.uint8))


def test_a_small_code_in_a_corner_is_found(tmp_path: Path) -> None:
    target = io.BytesIO()
    segno.make("HIROBA1:9:xyz", error="h", micro=False).save(target, kind="png", scale=4, border=4)
    page = Image.new("L", A4, 255)
    page.paste(Image.open(target).convert("L"), (1200, 1900))
    path = tmp_path / "small.png"
    page.save(path)
    found = run_task("survey_scan", [path])
    assert json.loads(found.facts["pages"])[0]["codes"] == ["HIROBA1:9:xyz"]
