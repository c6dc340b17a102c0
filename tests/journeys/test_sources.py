"""Outside sources: an administrator connects a mailbox, a file server and a folder of reports, sees what came of it,
and somebody of the section finds it and opens it at the place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.dovecot import PASSWORD as MAIL_PASSWORD
from tests.dovecot import Dovecot
from tests.journeys.conftest import Visitor
from tests.samba import PASSWORD as SHARE_PASSWORD
from tests.samba import USER, Samba

pytestmark = [
    pytest.mark.journey,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(os.getuid() != 0, reason="smbd serves its users only as root"),
]
Visit = Callable[..., Visitor]
GROUP = "S-1-22-2-33"  # how samba names the group of the files


@dataclass
class Outside:
    """What the office has beside Hiroba: a mail server, a file server, and a folder that a system writes reports to."""

    mail: Dovecot
    share: Samba
    reports: Path


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    found = Outside(Dovecot(), Samba(), tmp_path_factory.mktemp("reports"))
    found.mail.start()
    found.share.start()
    yield found
    found.mail.stop()
    found.share.stop()


def fill(outside: Outside, width: int) -> None:
    """Let a letter, a file and two issues of a report lie there, told apart by the width of the window."""
    letter = EmailMessage()
    letter["Subject"], letter["From"] = f"保育料の問い合わせ{width}", "市民 花子 <hanako@example.jp>"
    letter["To"], letter["Message-ID"] = "hoiku@mirai.example", f"<{width}@example.jp>"
    letter["Date"] = "Fri, 20 Nov 2026 10:00:00 +0900"
    letter.set_content(f"お世話になります。\n\n第{width}子の保育料の減免について教えてください。\n")
    outside.mail.user = f"hoiku{width}"
    outside.mail.deliver(letter.as_bytes())
    lines = [f"{number}行目の手順です。" for number in range(1, 60)] + [f"鍵は受付{width}番の棚に返します。"]
    outside.share.write(f"手順{width}/戸締まり.txt", "\n".join(lines), mode=0o640)
    for day in (20, 21):
        path = outside.reports / f"{width}" / f"申込状況_202611{day}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"園名,申込\nみどり保育園{width},{day}名\n", encoding="cp932")
        moment = time.time() - 600
        os.utime(path, (moment, moment))


def add(visitor: Visitor, kind: str, name: str, **known: str) -> str:
    """Add a source by the form and give its page's path."""
    visitor.page.goto("/administration/sources/")
    visitor.page.click(f"main a[href$='/kinds/{kind}/']")
    visitor.page.fill("[name=name]", name)
    visitor.page.fill("[name=login]", "kimura")
    for field, value in known.items():
        control = visitor.page.locator(f"[name=set_{field}]")
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    visitor.page.click("main form button[type=submit]:has-text('保存する')")
    visitor.page.wait_for_selector(f"main h1:has-text('{name}')")
    return visitor.page.url


def visited(visitor: Visitor, address: str, said: str) -> str:
    """Look at a source's page again and again until its visit says something."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        visitor.page.goto(address)
        shown = visitor.page.inner_text("main")
        if said in shown:
            return shown
        visitor.page.wait_for_timeout(500)
    raise TimeoutError(visitor.page.inner_text("main"))


def opened(visitor: Visitor, words: str, text: str) -> None:
    """Search until it is found, open the hit, and see the very place."""
    until = time.monotonic() + 120
    hit = visitor.page.locator("main a.cite").first
    while time.monotonic() < until:
        visitor.page.goto(f"/search/?q={words}")
        if hit.count():
            break
        visitor.page.wait_for_timeout(500)
    hit.click()
    cited = visitor.page.locator(".cited").first
    assert text in cited.inner_text()
    assert cited.is_visible()


def connect(endo: Visitor, outside: Outside, width: int) -> str:
    """Connect all three as the administrator, see what the visits brought, and say who the group of the files is here;
    give the page of the reports."""
    at = {"host": "127.0.0.1", "port": str(outside.mail.port), "user": outside.mail.user, "security": "none"}
    mailbox = add(endo, "imap", f"保育のメール{width}", **at, password=MAIL_PASSWORD)
    at = {"host": "127.0.0.1", "port": str(outside.share.port), "share": "kyoyu", "user": USER}
    share = add(endo, "smb", f"保育の共有{width}", **at, folder=f"手順{width}", password=SHARE_PASSWORD)
    reports = add(endo, "reports", f"保育システム{width}", folder=str(outside.reports / f"{width}"), pattern="*.csv")
    for address in (mailbox, share):
        shown = visited(endo, address, "(1件)")
        assert "動いています" in shown
        assert MAIL_PASSWORD not in shown
    endo.page.goto("/administration/sources/identities/")
    row = endo.page.locator("main li", has_text=GROUP)
    row.locator("[name=audience]").fill("unit:0402")
    row.locator("button").click()
    assert "子育て支援課で共有" in endo.page.locator("main li", has_text=GROUP).inner_text()
    endo.page.goto(share)
    endo.page.click("main button:has-text('すぐに取りに行く')")
    visited(endo, share, "(0件)")
    return reports


def test_a_mailbox_a_file_server_and_reports_are_connected_and_what_comes_is_found(
    visit: Visit, outside: Outside
) -> None:
    endo = visit("endo")
    width = endo.page.evaluate("innerWidth")
    fill(outside, width)
    reports = connect(endo, outside, width)

    sato = visit("sato")
    opened(sato, f"第{width}子の保育料", f"第{width}子の保育料の減免")
    opened(sato, f"受付{width}番の棚", f"鍵は受付{width}番の棚に返します。")
    opened(sato, f"みどり保育園{width}", "21名")
    assert "いつの抽出か\n2026年11月21日" in sato.page.inner_text("body")
    kondo = visit("kondo")
    for words in (f"第{width}子の保育料", f"受付{width}番の棚", f"みどり保育園{width}"):
        kondo.page.goto(f"/search/?q={words}")
        assert "見つかりませんでした" in kondo.page.inner_text("main")

    kimura = visit("kimura")
    kimura.page.goto("/systems/")
    kimura.page.click(f"main a:has-text('保育システム{width}')")
    assert "申込状況" in visited(kimura, kimura.page.url, "2回")
    endo.page.goto(reports)
    endo.page.click("main a:has-text('届いたもののようす')")
    assert "申込状況" not in endo.page.inner_text("main")  # who only administers sees no names
    assert endo.complaints == sato.complaints == kimura.complaints == []


def test_a_server_that_is_not_there_is_said_in_words(visit: Visit) -> None:
    endo = visit("endo")
    width = endo.page.evaluate("innerWidth")
    at = {"host": "127.0.0.1", "port": "1", "user": "x", "password": "x", "security": "none"}
    shown = visited(endo, add(endo, "imap", f"ないサーバー{width}", **at), "SOURCE-01")
    assert "届いた分は無事" in shown
    endo.page.click("main button:has-text('取り込み元を外す')")
    endo.page.wait_for_url("**/administration/sources/")
    assert f"ないサーバー{width}" not in endo.page.inner_text("main")


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("endo", "/administration/sources/"),
        ("endo", "/administration/sources/1/"),
        ("endo", "/administration/sources/identities/"),
        ("endo", "/administration/sources/kinds/reports/"),
        ("endo", "/administration/sources/kinds/smb/"),
        ("kimura", "/systems/"),
    ],
)
def test_no_page_of_sources_has_a_barrier_or_scrolls_sideways(visit: Visit, login: str, path: str) -> None:
    visitor = visit(login)
    visitor.page.goto(path)
    found = Axe().run(visitor.page)
    assert found.violations_count == 0, found.generate_report()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []
