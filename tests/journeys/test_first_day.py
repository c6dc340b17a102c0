"""The first day: real files go in, anyone allowed finds any passage and opens it in place, nobody else sees a thing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import Visitor
from tests.journeys.office import SHARED, Office, write_papers

pytestmark = [pytest.mark.journey]
Visit = Callable[..., Visitor]
HIDDEN_PLACES = [
    ("話し中は57件", "受付の報告", "話し中は57件", "段落"),
    ("転入予定の書類", "聞かれること", "転入予定の書類で受け付けます", "よくある質問!C14"),
    ("園長の話を紹介", "予約フォームの試み", "ここで園長の話を紹介する", "スライド1"),
    ("三百二十件", "回答の内訳", "相談窓口は月に三百二十件でした。", "1行目"),
]


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_papers(tmp_path_factory.mktemp("papers") / "受付の資料")


def settled(visitor: Visitor, seconds: float = 30) -> None:
    """Wait until a batch's page says that nothing is under way."""
    visitor.page.wait_for_url(re.compile(r"/intake/batches/\d+/$"))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        # The page's policy forbids waiting inside it: ask from outside.
        if visitor.page.evaluate(
            "(() => { const bar = document.querySelector('progress'); return bar.value === bar.max })()"
        ):
            return
        visitor.page.wait_for_timeout(100)
    raise TimeoutError(visitor.page.inner_text("main"))


def test_files_are_taken_in_by_one_and_found_in_place_by_another(visit: Visit, papers: Path) -> None:
    kimura = visit("kimura")
    kimura.page.goto("/intake/")
    kimura.page.set_input_files("#files", [str(path) for path in sorted(papers.iterdir())])
    settled(kimura)
    assert kimura.page.locator("main .tag.bad").count() == 0

    kondo = visit("kondo")
    for words, title, text, place in HIDDEN_PLACES:
        kondo.page.goto("/")
        kondo.page.fill("main [name=q]", words)
        kondo.page.keyboard.press("Enter")
        kondo.page.wait_for_url("**/search/**")
        hit = kondo.page.locator("main .list > li", has=kondo.page.locator("h2", has_text=title)).first
        assert place in hit.inner_text()
        assert "全庁で共有" in hit.inner_text()
        hit.locator("a.cite").first.click()
        cited = kondo.page.locator(".cited").first
        assert text in cited.inner_text()
        assert cited.is_visible()
    assert kimura.complaints == kondo.complaints == []


def test_what_came_in_for_a_section_shows_nowhere_to_somebody_else(visit: Visit, tmp_path: Path) -> None:
    kimura = visit("kimura")
    width = kimura.page.evaluate("innerWidth")  # what one width took back stays taken back for the other
    name = f"内輪の検討{width}.txt"
    (tmp_path / name).write_text("非公表の統合案を検討する。", encoding="utf-8")
    kimura.page.goto("/intake/")
    kimura.page.check("input[name=audience][value=section]")
    kimura.page.set_input_files("#files", str(tmp_path / name))
    settled(kimura)
    kimura.page.click("main li a:has-text('内輪の検討')")
    address = kimura.page.url
    assert "子育て支援課で共有" in kimura.page.inner_text("main")

    kondo = visit("kondo")
    kondo.page.goto("/search/?q=統合案")
    assert "見つかりませんでした" in kondo.page.inner_text("main")
    assert "内輪" not in kondo.page.content()
    assert kondo.page.request.get("/search/suggestions/?q=内輪").json() == {"records": [], "people": []}
    for path in ("", "original/", "why/", "differences/", "audience/"):
        assert kondo.page.request.get(f"{address.split('?')[0]}{path}").status == 404
    assert "内輪" not in kondo.page.request.get("/").text()
    assert "内輪" not in kondo.page.request.get("/folders/").text()

    kimura.page.click("button:has-text('全庁で共有する')")
    kondo.page.wait_for_timeout(1500)
    kondo.page.goto("/search/?q=統合案")
    assert "内輪の検討" in kondo.page.inner_text("main")
    kimura.page.goto(address)
    kimura.page.click("summary:has-text('取り下げる')")
    kimura.page.click("button:has-text('取り下げる')")
    kondo.page.goto("/search/?q=統合案")
    assert "見つかりませんでした" in kondo.page.inner_text("main")


@pytest.mark.parametrize(
    "path",
    ["/", "/search/", "/search/?q=受付", "/search/?q=無い言葉だけ", "/intake/", "/folders/", "/units/", "/account/"],
)
def test_no_page_has_a_barrier_or_scrolls_sideways(visit: Visit, path: str) -> None:
    visitor = visit("kimura")
    visitor.page.goto(path)
    found = Axe().run(visitor.page)
    assert found.violations_count == 0, found.generate_report()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []


def test_a_record_has_no_barrier_whatever_its_kind(visit: Visit, papers: Path, office: Office) -> None:
    taken = office.json("import", str(papers), "--as", "kimura", "--wait")
    visitor = visit("kimura")
    for record in taken["records"]:
        visitor.page.goto(f"/records/{record['record']}/")
        found = Axe().run(visitor.page)
        assert found.violations_count == 0, f"{record['file']}: {found.generate_report()}"
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), record["file"]


def test_everything_can_be_read_and_taken_in_without_scripts(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "scripts-off.txt").write_text("飾りなしでも読める文です。", encoding="utf-8")
    visitor = visit("kimura", scripts=False)
    visitor.page.goto("/intake/")
    visitor.page.set_input_files("#files", str(tmp_path / "scripts-off.txt"))
    visitor.page.click("main button[type=submit]:has-text('取り込む')")
    visitor.page.wait_for_url(re.compile(r"/intake/batches/\d+/$"))
    for _ in range(50):
        visitor.page.reload()
        if visitor.page.locator("main li a:has-text('scripts-off')").count():
            break
        visitor.page.wait_for_timeout(200)
    visitor.page.click("main li a:has-text('scripts-off')")
    visitor.page.wait_for_url("**/records/**")
    assert "飾りなしでも読める文です。" in visitor.page.inner_text("main")


def test_a_my_number_is_stopped_and_only_who_brought_it_is_told(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "名簿.csv").write_text("氏名,個人番号\n山田 太郎,123456789018\n", encoding="utf-8")
    kimura = visit("kimura")
    kimura.page.goto("/intake/")
    kimura.page.set_input_files("#files", str(tmp_path / "名簿.csv"))
    settled(kimura)
    assert "GATE-01" in kimura.page.inner_text("main")
    assert "123456789018" not in kimura.page.content()
    kimura.page.goto("/search/?q=123456789018")
    assert "山田" not in kimura.page.inner_text("main")
    kimura.page.goto("/")
    assert "名簿" in kimura.page.inner_text("main")
    sato = visit("sato")
    assert "名簿" not in sato.page.inner_text("main")


@pytest.mark.skipif(not (SHARED / "data/office_files").exists(), reason="../shared is not here (users have none)")
def test_an_offices_real_files_come_in_and_are_found_by_another(office: Office) -> None:
    for folder, least in (("japanese", 30), ("office", 20), ("mail", 25)):
        taken = office.json(
            "import", str(SHARED / "data/office_files" / folder), "--as", "sato", "--audience", "everyone", "--wait"
        )
        assert len(taken["records"]) >= least, taken["failures"]
        for failure in taken["failures"]:
            assert failure["code"] and failure["message"]
    found = office.json("search", "コアデータモデル 住所", "--as", "kondo")
    assert found["total"] > 0
    assert {"record", "title", "file", "kind", "locator", "snippet", "score", "url", "at"} <= set(found["hits"][0])


def test_titles_and_people_are_suggested_while_one_types(visit: Visit, papers: Path, office: Office) -> None:
    office.json("import", str(papers), "--as", "kimura", "--audience", "everyone", "--wait")
    visitor = visit("kondo")
    visitor.page.goto("/")
    box = visitor.page.locator("main input[name=q]")
    box.press_sequentially("聞かれる", delay=30)
    option = visitor.page.locator("[role=option]", has_text="聞かれること").first
    option.wait_for()
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.press("Enter")
    visitor.page.wait_for_url(re.compile(r"/records/\d+/"))
    visitor.page.goto("/")
    box.press_sequentially("きむら", delay=30)
    visitor.page.locator("[role=option]", has_text="木村 直美").wait_for()
    assert visitor.complaints == []


def test_an_open_page_follows_what_happens_and_equals_a_fresh_one(visit: Visit, office: Office, tmp_path: Path) -> None:
    """The stale page: load, act as somebody else, let the stream work, compare with a fresh load."""
    visitor = visit("kondo")
    visitor.page.goto("/")
    (tmp_path / "いま入った知らせ.txt").write_text("開いたままの画面に出る。", encoding="utf-8")
    taken = office.json("import", str(tmp_path), "--as", "kimura", "--audience", "everyone", "--wait")
    line = visitor.page.locator("[data-lately] h3", has_text="いま入った知らせ")
    line.wait_for(timeout=20_000)
    fresh = visit("kondo")
    fresh.page.goto("/")
    assert visitor.page.inner_text("[data-lately]") == fresh.page.inner_text("[data-lately]")

    kimura = visit("kimura")
    kimura.page.goto(f"/records/{taken['records'][0]['record']}/")
    kimura.page.click("summary:has-text('取り下げる')")
    kimura.page.click("button:has-text('取り下げる')")
    line.wait_for(state="detached", timeout=20_000)


def test_one_finds_and_opens_a_passage_by_keyboard_alone(visit: Visit, papers: Path, office: Office) -> None:
    office.json("import", str(papers), "--as", "kimura", "--audience", "everyone", "--wait")
    page = visit("kondo").page
    page.goto("/intake/")
    page.keyboard.press("/")
    page.keyboard.type("転入予定の書類")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.cite')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/records/\d+/"))
    assert page.locator(".cited").first.is_visible()
