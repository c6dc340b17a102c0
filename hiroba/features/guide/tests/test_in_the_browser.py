"""The guide in a real browser, at the width of a desk and of a phone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = [(1280, 900), (390, 844)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright's loop in this thread makes Django think it is inside async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM) if CHROMIUM.exists() else None, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=WIDTHS, ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    width, height = request.param
    viewport = ViewportSize(width=width, height=height)
    context = chromium.new_context(viewport=viewport, base_url=live_server.url, locale="ja-JP")
    page = context.new_page()
    page.console_errors = []  # type: ignore[attr-defined]  # for the test to look at
    page.on("console", lambda said: page.console_errors.append(said.text) if said.type == "error" else None)
    yield page
    context.close()


@pytest.mark.parametrize("path", ["/help/", "/help/search/", "/help/administrator/"])
def test_a_help_page_has_no_barrier_and_nothing_blocked(page: Page, path: str) -> None:
    page.goto(path)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.console_errors == []  # type: ignore[attr-defined]  # a blocked style or script would be said here
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_one_reaches_a_page_of_the_guide_by_keyboard_alone(page: Page) -> None:
    page.goto("/help/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/begin/")
    assert page.inner_text("h1") == "はじめに"


def test_links_between_pages_of_the_guide_lead_somewhere(page: Page) -> None:
    page.goto("/help/begin/")
    page.click("article a[href='/help/search/']")
    assert page.inner_text("h1") == "さがし方"
