"""Paper: a pile dropped in the scanner's folder falls into papers, is confirmed by its section, and a form is read."""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw

from bench.form_drawing import FONTS, HIGH, WIDE, Drawn, draw_form, fill_in, font, make_values, scan
from tests.journeys.conftest import Visitor
from tests.journeys.office import Office

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(not Path(FONTS["mincho"]).exists(), reason="the fonts of apt's fonts-ipaexfont"),
]
Visit = Callable[..., Visitor]
LETTER = ["令和8年11月16日", "みらい区長 様", "東京みらい公園協会", "遊具の点検について(照会)", "回答をお願いします。"]
VALUES = make_values(random.Random(5))


def letter() -> Image.Image:
    page = Image.new("L", (WIDE, HIGH), 255)
    for number, line in enumerate(LETTER):
        ImageDraw.Draw(page).text((200, 250 + number * 90), line, font=font("mincho", 36), fill=0)
    return page


def separator(code: str) -> Image.Image:
    target = io.BytesIO()
    segno.make(code, error="h", micro=False).save(target, kind="png", scale=12, border=4)
    page = Image.new("L", (WIDE, HIGH), 255)
    page.paste(Image.open(target).convert("L"), (500, 600))
    return page


def code_on(visitor: Visitor) -> str:
    """Print a sheet as a person does, and read its code as a scanner does."""
    import zxingcpp

    visitor.page.goto("/tray/separators/")
    visitor.page.fill("[name=kind]", "利用申込書")
    visitor.page.click("main form button[type=submit] >> nth=0")
    visitor.page.wait_for_url("**/tray/separators/*/")
    picture = visitor.page.locator(".separator-sheet img").screenshot()
    return str(zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))[0].text)


@pytest.fixture(scope="module")
def scanner(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanner")
    added = office.command(
        "source", "add", "scan", "入園係のスキャナー", "--as", "sato", "--set", f"path={folder}", "--json"
    )
    assert added.returncode == 0, added.stderr
    return folder


def until(visitor: Visitor, path: str, text: str, seconds: float = 120) -> str:
    """Open a page again and again until it says something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        visitor.page.goto(path)
        shown = visitor.page.inner_text("main")
        if text in shown:
            return shown
        visitor.page.wait_for_timeout(1500)
    raise TimeoutError(visitor.page.inner_text("main"))


def describe(visitor: Visitor, office: Office, form: Drawn, blank: Path) -> str:
    """Take in the empty form and let its boxes be remembered as they are proposed; give the form's address."""
    form.blank.save(blank, dpi=(200, 200))
    office.json("import", str(blank), "--as", "sato", "--wait")
    until(visitor, "/forms/", blank.stem)
    visitor.page.fill("[name=name]", f"利用{blank.stem}")
    visitor.page.select_option("[name=record]", label=blank.stem)
    visitor.page.click("main button:has-text('枠を決める')")
    visitor.page.wait_for_selector("main button:has-text('これでおぼえる')", timeout=150_000)  # the page renews itself
    names = visitor.page.locator("[name^=name-]").evaluate_all("found => found.map(each => each.value).filter(Boolean)")
    assert set(names) == {field.name for field in form.fields}
    visitor.page.click("main button:has-text('これでおぼえる')")
    visitor.page.wait_for_url(re.compile(r"/forms/\d+/$"))
    return visitor.page.url


def drop_pile(scanner: Path, name: str, code: str, form: Drawn) -> None:
    """Leave a letter, its empty back, a separator and a filled-in form in the scanner's folder, as one file."""
    dice = random.Random(3)
    filled = Image.open(io.BytesIO(scan(fill_in(form, VALUES, dice), dice))).convert("L")
    pages = [letter(), Image.new("L", (WIDE, HIGH), 250), separator(code), filled]
    pages[0].save(scanner / f".{name}.tmp", "PDF", save_all=True, append_images=pages[1:], resolution=200)
    (scanner / f".{name}.tmp").rename(scanner / f"{name}.pdf")


def test_a_scanned_pile_reaches_its_section_and_a_form_is_read_into_fields(
    visit: Visit, office: Office, scanner: Path, tmp_path: Path
) -> None:
    sato = visit("sato")
    width = sato.page.evaluate("innerWidth")
    if width < 600:
        pytest.skip("the way is the same on a phone; its pages are looked at below")
    form = draw_form()
    address = describe(sato, office, form, tmp_path / f"申込書{width}.png")
    drop_pile(scanner, f"SCAN{width}", code_on(sato), form)
    until(sato, "/tray/", "遊具の点検について(照会)")
    sato.page.click("main h2 a:has-text('遊具の点検')")
    assert sato.page.input_value("[name=sender]") == "東京みらい公園協会"
    assert sato.page.input_value("[name=dated_on]") == "令和8年11月16日"
    assert "2ページ目" in sato.page.inner_text("aside")
    sato.page.fill("[name=title]", f"公園協会の照会{width}")
    sato.page.click("main button:has-text('確かめた')")
    sato.page.wait_for_url("**/tray/")
    assert "遊具の点検" not in sato.page.inner_text("main")

    kondo = visit("kondo")
    kondo.page.goto("/tray/")
    assert "申込書" not in kondo.page.inner_text("main")
    assert kondo.page.request.get(address).status == 404

    shown = until(sato, address, VALUES["電話番号"])
    assert VALUES["金額"] in shown
    until(sato, f"/search/?q=公園協会の照会{width}", f"公園協会の照会{width}", 10)
    assert sato.complaints == []


@pytest.mark.parametrize(
    "path",
    [
        "/tray/?state=confirmed",
        "/tray/",
        "/tray/separators/",
        "/forms/",
        "/forms/1/",
        "/forms/1/fields/",
        "/tray/papers/1/",
    ],
)
def test_no_page_of_paper_has_a_barrier_or_scrolls_sideways(visit: Visit, path: str) -> None:
    visitor = visit("sato")
    visitor.page.goto(path)
    found = Axe().run(visitor.page)
    assert found.violations_count == 0, found.generate_report()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []
