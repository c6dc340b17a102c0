"""Two write one page at once, the server dies in between, and a third reads, finds and opens what they wrote."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.journeys.conftest import WIDTHS, Visitor
from tests.journeys.office import Office, found_office

pytestmark = [pytest.mark.journey]
WRITTEN = (
    "窓口で待つ時間を短くする。",
    "先月の受付は412件だった。",
    "電話は木村が数えた。",
    "窓口は佐藤が数えた。",
    "はじめは混んでいるからだと思う。",
    "記入例を一枚にしたい。",
)


@pytest.fixture(scope="module")
def own_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office of its own: this journey kills its server."""
    office = found_office(tmp_path_factory.mktemp("writing") / "home")
    office.serve()
    yield office
    office.stop()


@pytest.fixture
def come(chromium: Browser, own_office: Office) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a fresh browser for somebody, at a desk or on a phone."""
    contexts = []

    def open_browser(login: str, at: str = "desk", scripts: bool = True) -> Page:
        width, height = WIDTHS[at]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=own_office.url,
            locale="ja-JP",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        return Visitor(context.new_page()).sign_in(login)

    yield open_browser
    for context in contexts:
        context.close()


def wait_until(page: Page, is_so: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return
        page.wait_for_timeout(100)
    raise TimeoutError(page.inner_text("main"))


def begin(page: Page, title: str) -> str:
    page.goto("/pages/new/")
    page.fill("[name=title]", title)
    page.check("[name=outline][value=report]")
    page.click("main button[type=submit]")
    page.wait_for_selector("#editor:not([hidden])")
    assert "自分だけ" in page.inner_text("main")
    page.click("text=みんなで書く")
    page.click("[name=audience][value=section]")
    page.wait_for_selector("text=書ける人: 子育て支援課")
    page.wait_for_selector("#editor:not([hidden])")
    return page.url


def write(page: Page, number: int, text: str) -> None:
    """Click the block and type at its end."""
    block = page.locator(".wblock").nth(number)
    if not block.locator(".wfield").is_visible():
        block.locator(".wshown").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def paper(page: Page) -> list[str]:
    """Give what each block says: in its field where somebody writes, else as it is shown."""
    return [str(text) for text in page.locator(".wblock .wfield").evaluate_all("all => all.map((each) => each.value)")]


def shows_saved(page: Page) -> None:
    wait_until(page, lambda: page.inner_text("[data-state]") == "保存しました")


def post(page: Page, audience: str) -> str:
    """Post the draft that is open for an audience, and give the address of the page it became."""
    page.click("[data-post]")
    page.wait_for_url("**/posting/")
    page.check(f"[name=audience][value={audience}]")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/records/\d+/"))
    return page.url


def find(page: Page, words: str) -> Locator:
    """Search until the place is found, and give it."""

    def is_found() -> bool:
        page.goto(f"/search/?q={words}")
        return page.locator("main .list > li a.cite").count() > 0

    wait_until(page, is_found)
    return page.locator("main .list > li a.cite").first


def type_at_once(kimura: Page, sato: Page) -> None:
    """Write in different blocks, then in the same one, and see each other's words."""
    write(kimura, 2, "窓口で待つ時間を短くする。")
    write(sato, 4, "先月の受付は412件だった。")
    wait_until(kimura, lambda: "先月の受付は412件だった。" in paper(kimura))
    wait_until(sato, lambda: "窓口で待つ時間を短くする。" in paper(sato))
    assert "佐藤 花子さんが書いています" in kimura.inner_text("body")
    write(kimura, 4, "電話は木村が数えた。")
    write(sato, 4, "窓口は佐藤が数えた。")
    wait_until(kimura, lambda: "佐藤が数えた" in paper(kimura)[4])
    wait_until(sato, lambda: "木村が数えた" in paper(sato)[4] and paper(sato)[4] == paper(kimura)[4])


def type_through_a_power_cut(kimura: Page, sato: Page, office: Office) -> None:
    """Write while the server is dead; one even closes the page before it is there again."""
    address, phone = sato.url, sato.context
    write(kimura, 6, "はじめは")
    shows_saved(kimura)
    office.kill()
    write(kimura, 6, "混んでいるからだと思う。")
    write(sato, 8, "記入例を一枚にしたい。")
    wait_until(kimura, lambda: "つながっていません" in kimura.inner_text("[data-state]"))
    sato.close()
    office.serve()
    shows_saved(kimura)
    sato = phone.new_page()
    sato.goto(address)
    shows_saved(sato)
    wait_until(kimura, lambda: "記入例を一枚にしたい。" in paper(kimura))


def test_two_write_one_page_through_a_power_cut_and_a_third_finds_it(
    come: Callable[..., Page], own_office: Office
) -> None:
    kimura, sato = come("kimura"), come("sato", at="phone")
    address = begin(kimura, "一時保育の受付")
    sato.goto(address)
    sato.wait_for_selector("#editor:not([hidden])")
    type_at_once(kimura, sato)
    type_through_a_power_cut(kimura, sato, own_office)
    kimura.reload()
    kimura.wait_for_selector("#editor:not([hidden])")
    said = "\n".join(paper(kimura))
    for sentence in WRITTEN:
        assert said.count(sentence) == 1, said

    post(kimura, "everyone")
    assert "全庁で共有" in kimura.inner_text("main")
    kondo = come("kondo")
    find(kondo, "先月の受付は412件").click()
    cited = kondo.locator(".placed.cited").first
    assert "先月の受付は412件だった。" in cited.inner_text()
    assert cited.is_visible()
    assert not Axe().run(kondo).response["violations"]
    kondo.goto(address)
    assert "先月の受付" not in kondo.inner_text("main")


def test_a_cited_passage_is_shown_by_each_readers_right(
    come: Callable[..., Page], own_office: Office, tmp_path: Path
) -> None:
    kimura, kondo = come("kimura", at="phone"), come("kondo")
    (tmp_path / "内輪.txt").write_text("統合案を検討する。", encoding="utf-8")
    done = own_office.json("import", str(tmp_path), "--audience", "section", "--as", "kimura", "--wait")
    begin(kimura, "検討のまとめ")
    write(kimura, 4, "もとの資料は次のとおり。")
    kimura.keyboard.press("Control+Enter")
    kimura.keyboard.type(f"{own_office.url}/records/{done['records'][0]['record']}/?at=line%3D1")
    kimura.keyboard.press("Escape")
    wait_until(kimura, lambda: kimura.locator(".cited-card").count() == 1)
    assert "統合案を検討する" in kimura.inner_text(".cited-card")
    assert not [each for each in Axe().run(kimura).response["violations"] if each["impact"] == "critical"]
    kondo.goto(post(kimura, "everyone"))
    assert "もとの資料は次のとおり" in kondo.inner_text("main")
    kondo.wait_for_load_state("networkidle")
    assert "統合案を検討する" not in kondo.content()
    assert kondo.locator("a[data-card]").count() == 1


def test_who_is_outside_of_a_page_finds_nothing_of_it(come: Callable[..., Page]) -> None:
    kimura, kondo = come("kimura"), come("kondo", at="phone")
    begin(kimura, "内輪の話")
    write(kimura, 4, "非公表の見込みです。")
    address = post(kimura, "section")
    find(kimura, "非公表の見込み").click()
    assert "非公表の見込み" in kimura.inner_text(".placed.cited")
    answer = kondo.request.get(address)
    assert answer.status == 404
    assert "非公表" not in answer.text()
    for shown in ("/search/?q=非公表の見込み", "/pages/", "/", "/units/0402/"):
        kondo.goto(shown)
        assert "内輪の話" not in kondo.content()


def test_a_page_is_written_and_posted_without_scripts(come: Callable[..., Page]) -> None:
    kimura = come("kimura", scripts=False)
    kimura.goto("/pages/new/")
    kimura.fill("[name=title]", "紙のように書く")
    kimura.click("main button[type=submit]")
    kimura.fill("[name=text]", "## 目的\n\n早く書く。\n\n- 一\n- 二")
    kimura.click("text=保存する")
    assert kimura.input_value("[name=text]") == "## 目的\n\n早く書く。\n\n- 一\n- 二"
    post(kimura, "everyone")
    assert kimura.locator("h2", has_text="目的").count() == 1
    assert kimura.locator("li", has_text="二").count() == 1
