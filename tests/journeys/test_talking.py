"""Two people talk live at two browsers, also when the server is killed in between; a third finds what was said and
opens it in its thread; nobody outside sees anything of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor
from tests.journeys.office import Office

pytestmark = [pytest.mark.journey]
Visit = Callable[..., Visitor]
PATIENCE = 30_000  # ms: two cores, and the rest of the suite beside


def found_channel(page: Page, name: str, people: str = "") -> str:
    """Make a channel, open to everybody or to the people named, and give its address."""
    page.goto("/channels/new/")
    page.fill("[name=name]", name)
    page.fill("[name=purpose]", "園と窓口で起きていることを、そのまま共有する")
    if people:
        page.check("[name=kind][value=closed]")
        page.fill("[name=people]", people)
        page.fill("[name=reason]", "人事にかかわる話のため")
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: url.rstrip("/").split("/")[-1].isdigit())
    return page.url


def say(page: Page, words: str) -> None:
    """Write and send without waiting for the answer."""
    page.fill("#body", words)
    page.click(".composer button[type=submit]")


def once(page: Page, words: str) -> None:
    """Wait until the words stand on the page, sent, and only once."""
    expect(page.locator(".msg:not(.waiting)", has_text=words)).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".msg.waiting", has_text=words)).to_have_count(0, timeout=PATIENCE)


def harmless(page: Page) -> None:
    """Hold the page to axe."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def found(page: Page, words: str) -> int:
    """Give how many places a search shows."""
    page.goto(f"/search/?q={words}")
    return page.locator("main a[href*='msg']").count()


def test_two_people_talk_live_and_nothing_is_lost_or_doubled_when_the_server_dies(visit: Visit, office: Office) -> None:
    sato, kondo = visit("sato"), visit("kondo")
    mark = f"{time.time_ns()}"
    url = found_channel(sato.page, f"保育の現場から{mark[-6:]}")
    kondo.page.goto(url)
    say(sato.page, f"差し戻しは{mark}件でした。**記入例**を配りました。")
    once(kondo.page, f"差し戻しは{mark}件")
    harmless(kondo.page)
    kondo.page.click(".answer a")
    kondo.page.wait_for_url("**/threads/**")
    thread = kondo.page.url.split("#")[0]
    sato.page.goto(thread)
    say(kondo.page, f"見せてもらえますか{mark}")
    once(sato.page, f"見せてもらえますか{mark}")

    office.kill()
    say(sato.page, f"切れている間に書いた{mark}")
    expect(sato.page.locator(".msg.waiting")).to_have_count(1)
    office.serve()
    once(sato.page, f"切れている間に書いた{mark}")
    once(kondo.page, f"切れている間に書いた{mark}")
    say(kondo.page, f"届きました{mark}")
    once(sato.page, f"届きました{mark}")
    for visitor in (sato, kondo):
        texts = [each.inner_text()[:5] for each in visitor.page.locator(".talk .msg .marked").all()]
        assert texts == ["差し戻しは", "見せてもら", "切れている", "届きました"]

    yamamoto = visit("yamamoto")
    until = time.monotonic() + 30
    while not found(yamamoto.page, f"届きました{mark}") and time.monotonic() < until:
        time.sleep(0.3)
    yamamoto.page.locator("main a[href*='msg']").first.click()
    yamamoto.page.wait_for_url("**/threads/**")
    expect(yamamoto.page.locator(".msg:target", has_text="届きました")).to_have_count(1)
    harmless(yamamoto.page)


def test_what_is_said_among_a_few_is_nowhere_for_the_others(visit: Visit) -> None:
    sato, kondo = visit("sato"), visit("kondo")
    mark = f"{time.time_ns()}"
    url = found_channel(sato.page, f"人事の相談{mark[-6:]}", "木村 直美、nakagawa")
    say(sato.page, f"異動の希望{mark}")
    once(sato.page, f"異動の希望{mark}")
    kimura = visit("kimura")
    kimura.page.goto(url)
    once(kimura.page, f"異動の希望{mark}")
    answer = kondo.page.goto(url)
    assert answer is not None
    assert answer.status == 404
    assert found(kondo.page, f"異動の希望{mark}") == 0
    kondo.page.goto("/talk/")
    assert "人事の相談" not in kondo.page.content()


def test_talking_works_without_scripts_and_a_number_that_must_not_be_here_is_given_back(visit: Visit) -> None:
    hayashi = visit("kimura", scripts=False).page
    mark = f"{time.time_ns()}"
    found_channel(hayashi, f"窓口{mark[-6:]}")
    say(hayashi, "個人番号は 1234 5678 9018 です")
    assert hayashi.locator(".composer [role=alert]").first.is_visible()
    assert "9018" in hayashi.input_value("#body")
    say(hayashi, f"番号は書きません{mark}")
    hayashi.wait_for_url("**/threads/**")
    assert f"番号は書きません{mark}" in hayashi.inner_text(".talk")
    hayashi.click(".msg .more")
    hayashi.click("button[value=いいね]")
    assert "いいね 1" in hayashi.inner_text(".msg")
