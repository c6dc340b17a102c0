"""Paper: an image dropped in the browser is found by its words, opened in place, and put right beside the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import Visitor
from tests.journeys.paper import write_fax
from tests.journeys.test_first_day import settled

pytestmark = [pytest.mark.journey]
Visit = Callable[..., Visitor]
FIRST = ("公園の遊具を点検しました。", "児童公園のすべり台は安全です。")
SECOND = ("次の点検は来年の五月です。",)


def has_no_barrier(visitor: Visitor) -> None:
    """See that no rule of accessibility is broken and nothing is wider than the screen."""
    found = Axe().run(visitor.page)
    assert found.violations_count == 0, found.generate_report()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def put_right(visitor: Visitor, record: str, words: str, instead: str) -> None:
    """Click the line that says `words`, write another instead, and see it in the record."""
    page = visitor.page
    page.goto(record)
    has_no_barrier(visitor)
    page.locator("#page-2 .line", has_text=words).first.click()
    page.wait_for_url("**/correction/**")
    has_no_barrier(visitor)
    page.fill("input.long >> nth=0", instead)
    page.click("main .row button[type=submit] >> nth=-1")
    page.wait_for_url("**/records/*/?at=**")
    assert instead in page.locator(".cited").first.inner_text()


def test_paper_dropped_in_the_browser_is_found_opened_in_place_and_put_right(visit: Visit, tmp_path: Path) -> None:
    kimura = visit("kimura")
    name = f"点検の通知{kimura.page.evaluate('innerWidth')}"
    fax = write_fax(tmp_path / f"{name}.tif", FIRST, SECOND)
    kimura.page.goto("/intake/")
    kimura.page.set_input_files("#files", str(fax))
    settled(kimura, 300)

    kondo = visit("kondo", scripts=False)  # reading and finding need no script
    kondo.page.goto("/search/?q=次の点検")
    hit = kondo.page.locator("main .list > li", has=kondo.page.locator("h2", has_text=name)).first
    hit.locator("a.cite").first.click()
    assert "次の点検は来年の五月" in kondo.page.locator(".cited").first.inner_text()
    picture = kondo.page.locator("#page-2 figure.page img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
    box = kondo.page.locator("#page-2 svg .box").bounding_box()
    frame = picture.bounding_box()
    assert box is not None and frame is not None
    assert frame["y"] < box["y"] < frame["y"] + frame["height"]
    assert kondo.page.locator("text=直す").count() == 0  # reading is not changing

    record = re.sub(r"\?.*", "", kondo.page.url)
    put_right(kimura, record, "来年の五月", "次の点検は来年の六月十日です。")
    kondo.page.goto(record)
    assert "来年の六月十日" in kondo.page.inner_text("main")
    with kondo.page.expect_download() as waiting:
        kondo.page.click("text=検索できるPDF")
    with pdfium.PdfDocument(waiting.value.path()) as document:
        assert len(document) == 2
        assert "来年の六月十日" in document[1].get_textpage().get_text_range()

    kimura.page.goto(f"{record}corrections/")
    has_no_barrier(kimura)
    kimura.page.click("text=もとに戻す")
    kondo.page.goto(record)
    assert "来年の五月" in kondo.page.inner_text("main")
    assert kimura.complaints == kondo.complaints == []
