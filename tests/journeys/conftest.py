from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.journeys.office import PASSWORD, Office, found_office

CHROMIUM = "/usr/bin/chromium"
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = found_office(tmp_path_factory.mktemp("office") / "home")
    office.serve()
    yield office
    office.stop()


@pytest.fixture(scope="module")  # not longer: while it is open, no other test of this process can run a loop
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop makes Django think it is inside async code
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visitor:
    """Somebody at a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, login: str) -> Page:
        """Come in by the form."""
        self.page.goto("/sign-in/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self.page


@pytest.fixture(params=WIDTHS)
def visit(request: pytest.FixtureRequest, chromium: Browser, office: Office) -> Iterator[object]:
    """Give a function that opens a fresh browser for somebody, at the width of a desk or of a phone."""
    width, height = WIDTHS[request.param]
    contexts = []

    def open_browser(login: str, scripts: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport=ViewportSize(width=width, height=height),
            base_url=office.url,
            locale="ja-JP",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        visitor = Visitor(context.new_page())
        visitor.sign_in(login)
        return visitor

    yield open_browser
    for context in contexts:
        context.close()
