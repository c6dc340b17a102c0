"""Faults 19, 20, 21 and 24: nothing that people bring in runs, hides its name or is done behind their backs."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern, URLResolver

from hiroba.extract.tests.making import docx, p
from tests.faults.calling import Caller
from tests.journeys.conftest import Visitor, chromium  # noqa: F401 - the fixture
from tests.journeys.office import Office
from tests.world import World

OVERRIDE, ZERO_WIDTH = "\u202e", "\u200b"
SCRIPTS = [
    "<script>window.ran=1;alert(1)</script>",
    "<img src=x onerror=window.ran=1;alert(2)>",
    '"><svg onload=alert(3)>',
    "'-alert(4)-'",
    "</title></textarea><script>alert(5)</script>",
    "<a href=javascript:alert(6)>押す</a>",
    "{{ 7|add:7 }}{% load static %}",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(7)>",
    "<details open ontoggle=alert(8)>",
    "[押す](javascript:alert(9)) ![x](x onerror=alert(10))",
    "<base href=//127.0.0.1:9/><link rel=stylesheet href=//127.0.0.1:9/x.css>",
]


def addresses(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """Give every address of the product, with 1 or a word where a value belongs."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, path)
        elif isinstance(each.pattern, RoutePattern):
            for name, converter in each.pattern.converters.items():
                value = "1" if type(converter).__name__ == "IntConverter" else "begin"
                path = path.replace(f"<int:{name}>", value).replace(f"<str:{name}>", value)
                path = path.replace(f"<slug:{name}>", value).replace(f"<{name}>", value)
            yield "/" + path


def pages() -> list[str]:
    return [path for path in addresses() if not path.startswith("/api/")]


@pytest.mark.django_db
@pytest.mark.parametrize("path", pages())
def test_20_no_address_takes_a_form_without_its_token(world: World, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.endo)
    assert client.post(path, {"password": "x"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in pages() if path != "/live/"])
def test_19_and_21_every_answer_forbids_foreign_scripts_frames_and_guessing(world: World, path: str) -> None:
    client = Client()
    client.force_login(world.endo)
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy
    assert "object-src 'none'" in policy or "default-src 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def write_scripts(folder: Path) -> None:
    """Put every script into a name, a title, a text, a subject and an attachment's name."""
    folder.mkdir()
    for number, script in enumerate(SCRIPTS):
        name = script.replace("/", "／").replace("\0", "")
        (folder / f"{number}{name}.txt").write_text(f"危ない印 {script}", encoding="utf-8")
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = f"件名 {script}", f'"{script[:20]}" <a@b.invalid>', "c@d.invalid"
        mail.set_content(f"危ない印 {script}")
        mail.add_alternative(f"<p>危ない印 {script}</p>", subtype="html")
        mail.add_attachment(script.encode(), "text", "html", filename=f"{script}.html")
        (folder / f"{number}.eml").write_bytes(mail.as_bytes())
        (folder / f"{number}.html").write_text(f"<title>{script}</title><p>危ない印 {script}</p>", encoding="utf-8")
        (folder / f"{number}.csv").write_text(f"危ない印,{script}\n=cmd|' /C calc'!A0,1\n", encoding="utf-8")
        escaped = script.replace("&", "&amp;").replace("<", "&lt;")
        docx(folder / f"{number}.docx", p(f"危ない印 {escaped}"))


def test_19_nothing_that_was_brought_in_runs_in_a_browser(office: Office, tmp_path: Path, chromium) -> None:  # type: ignore[no-untyped-def]  # noqa: F811 - the fixture
    write_scripts(tmp_path / "<script>alert(0)</script>"[:7])
    taken = office.json("import", str(tmp_path), "--as", "kimura", "--audience", "everyone", "--wait")
    context = chromium.new_context(base_url=office.url, locale="ja-JP")
    visitor = Visitor(context.new_page())
    dialogs: list[str] = []
    visitor.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    visitor.sign_in("kimura")
    records = [row["record"] for row in taken["records"]]
    assert len(records) > len(SCRIPTS) * 5
    paths = [
        "/",
        "/search/?q=危ない印",
        "/search/?q=件名",
        "/search/?q=<script>alert(1)</script>",
        "/intake/",
        "/folders/",
    ]
    paths += [f"/records/{record}/" for record in records]
    made_real = "script, iframe, base, [onerror], [onload], [ontoggle], a[href^=javascript]"
    foreign = f"document.querySelector('main').querySelectorAll('{made_real}').length"
    for path in paths:
        visitor.page.goto(path, wait_until="domcontentloaded")
        assert visitor.page.evaluate("window.ran") is None, path
        assert visitor.page.evaluate(foreign) == 0, path
    context.close()
    assert dialogs == []
    assert visitor.complaints == []


def test_24_a_name_that_turns_the_writing_round_or_hides_letters_is_shown_without_that(
    office: Office, kimura: Caller
) -> None:
    batch = kimura.open_batch()
    name = f"請求書{OVERRIDE}fdp.exe{ZERO_WIDTH}\r\nX-Evil: 1.txt"
    assert kimura.upload(batch, name, b"abc").status == 201
    for path in (f"/intake/batches/{batch}/", "/intake/", "/"):
        text = kimura.get(path).text
        assert not {OVERRIDE, ZERO_WIDTH} & set(text), path
    assert "請求書" in kimura.get(f"/intake/batches/{batch}/").text
