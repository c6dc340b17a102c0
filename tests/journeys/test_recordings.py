"""A recording dropped in the browser is found by what was said, heard from there, and put right while it is heard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from hiroba.extract.tests.sounds import SAMPLE
from tests.journeys.conftest import Visitor
from tests.journeys.test_first_day import settled

pytestmark = [pytest.mark.journey]
Visit = Callable[..., Visitor]
VTT = """WEBVTT

00:00:00.500 --> 00:00:03.000
<v 話者1>公園係の打ち合わせを始めます。

00:00:04.000 --> 00:00:09.000
<v 話者2>蛇口のそばに、長いホースがほしいそうです。
"""


def can_play(player: Locator) -> float:
    """Wait until the sound is there and give its seconds; asked from here, a page without scripts has no clock."""
    until = time.monotonic() + 60
    while player.evaluate("each => each.readyState") < 2 and time.monotonic() < until:
        time.sleep(0.1)
    return float(player.evaluate("each => each.duration"))


def put_right(visitor: Visitor, record: str) -> None:
    """Open the first line from the record's page, write another instead, and see it there."""
    page = visitor.page
    page.goto(record)
    page.locator(".said .fix").first.click()
    page.wait_for_url("**/saying/**")
    assert can_play(page.locator("audio")) > 13
    page.fill("input.long >> nth=0", "公園係の打ち合わせを始めましょう。")
    page.click("main .row button[type=submit] >> nth=-1")
    page.wait_for_url("**/records/*/?at=**")
    assert "始めましょう" in page.locator(".cited").first.inner_text()


def test_a_recording_is_found_by_what_was_said_heard_from_there_and_put_right(visit: Visit, tmp_path: Path) -> None:
    kimura = visit("kimura")
    name = f"打ち合わせ{kimura.page.evaluate('innerWidth')}"
    sound, transcript = tmp_path / f"{name}.ogg", tmp_path / f"{name}.vtt"
    sound.write_bytes(SAMPLE.read_bytes())
    transcript.write_text(VTT, encoding="utf-8")
    kimura.page.goto("/intake/")
    kimura.page.set_input_files("#files", [str(sound), str(transcript)])
    settled(kimura, 180)

    kondo = visit("kondo", scripts=False)  # hearing from a line needs no script
    kondo.page.goto("/search/?q=ホースを長く")
    hit = kondo.page.locator("main .list > li", has=kondo.page.locator("h2", has_text=name)).first
    hit.locator("a.cite").first.click()
    assert "ホース" in kondo.page.locator(".said.cited").inner_text()
    player = kondo.page.locator("audio")
    assert can_play(player) == pytest.approx(13.7, abs=0.3)
    assert 3 <= player.evaluate("each => each.currentTime") <= 6
    assert kondo.page.locator(".said .fix").count() == 0  # reading is not changing

    record = re.sub(r"\?.*", "", kondo.page.url)
    kimura.page.goto(record)
    kimura.page.locator(".said [data-second]").last.click()
    kimura.page.wait_for_function("document.querySelector('audio').currentTime > 9")
    kimura.page.wait_for_selector(".said.playing[aria-current]")
    put_right(kimura, record)

    kimura.page.goto(record)
    kimura.page.click("main ~ * a:has-text('打ち合わせ'), aside a:has-text('打ち合わせ')")
    kimura.page.wait_for_selector("text=話している人の名前を直す")
    assert can_play(kimura.page.locator("audio")) > 13  # the transcript's page plays the recording
    kimura.page.click("text=話している人の名前を直す")
    kimura.page.fill("#speaker-2", "近藤 学")
    kimura.page.click(".speakers form >> nth=1 >> button")
    kimura.page.wait_for_selector(".speaker:has-text('近藤 学')")
    assert kimura.complaints == kondo.complaints == []
