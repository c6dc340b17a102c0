"""What is asked in conversation reaches who was asked, and both learn; what is to be sent later is sent once, also when
everything is killed in between."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor
from tests.journeys.office import Office
from tests.journeys.test_talking import PATIENCE, found_channel, harmless, once, say

pytestmark = [pytest.mark.journey]
Visit = Callable[..., Visitor]


def here_and_harmless(page: Page, path: str) -> None:
    page.goto(path)
    harmless(page)


def test_a_reader_tells_what_they_understood_and_the_sender_sees_the_count_change(visit: Visit) -> None:
    sato, kimura = visit("sato").page, visit("kimura").page
    mark = f"{time.time_ns()}"
    url = found_channel(sato, f"お願い{mark[-6:]}")
    sato.click(".asks summary")
    sato.check("[name=receipt]")
    say(sato, f"@木村 直美 さん、28日までに件数を{mark}")
    once(sato, mark)
    expect(sato.locator(".msg", has_text=mark).locator(".marks")).to_contain_text("1人中0人", timeout=PATIENCE)
    harmless(sato)
    kimura.goto("/")
    kimura.click("main a:has-text('受け取り確認')")
    harmless(kimura)
    kimura.click(f"#receipts a:has-text('{mark[:6]}'), #receipts a:has-text('28日までに')")
    kimura.fill("#words", "28日までに件数を入れる")
    harmless(kimura)
    kimura.click("main form.prose button[type=submit]")
    expect(sato.locator(".msg", has_text=mark).locator(".marks")).to_contain_text("1人中1人", timeout=PATIENCE)
    sato.click(".marks a:has-text('受け取り確認')")
    expect(sato.locator("main")).to_contain_text("28日までに件数を入れる")
    harmless(sato)
    sato.click("button[name=confirm]")
    kimura.reload()
    expect(kimura.locator("main")).to_contain_text("そのとおり")
    for path in ("/talk/bookmarks/", "/talk/scheduled/", f"{url}polls/new/"):
        here_and_harmless(sato, path)


def test_what_is_to_be_sent_later_is_sent_once_also_after_a_kill(visit: Visit, office: Office) -> None:
    sato = visit("sato").page
    mark = f"{time.time_ns()}"
    url = found_channel(sato, f"あとで{mark[-6:]}")
    at = dt.datetime.now(dt.timezone(dt.timedelta(hours=9))) + dt.timedelta(seconds=4)
    token = sato.locator("[name=csrfmiddlewaretoken]").first.input_value()
    form = {"csrfmiddlewaretoken": token, "body": f"朝の話{mark}", "send_at": at.isoformat(timespec="seconds")[:19]}
    answer = sato.request.post(f"{url}messages/", form=form, headers={"Referer": url})
    assert answer.ok
    office.kill()
    office.serve()
    sato.goto(url)
    once(sato, f"朝の話{mark}")
    sato.goto("/talk/scheduled/")
    expect(sato.locator("main")).not_to_contain_text(mark)
