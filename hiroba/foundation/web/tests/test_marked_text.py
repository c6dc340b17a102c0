"""What people write becomes HTML: everything they meant, nothing that runs, nothing that disappears."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hiroba.foundation.web.marked_text import LONGEST_RUN, to_html, to_plain

TAGS = frozenset(
    {
        "div",
        "p",
        "br",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "strong",
        "em",
        "s",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "hr",
        "a",
        "bdi",
        "img",
        "span",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
)
ATTRIBUTES = frozenset(
    {"class", "dir", "href", "rel", "src", "alt", "loading", "title", "data-card", "role", "aria-label", "start"}
)

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script xlink:href='data:,alert(1)'></script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='jav\tascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](&#106;avascript&colon;alert(1))",
    "[x](java\\script:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](< javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/)",
    "[x](/\\evil.example/)",
    "[x](\\\\evil.example\\share)",
    "[x](https:evil.example)",
    '[x](https://a" onmouseover="alert(1))',
    "[x](https://a '\" onmouseover=\"alert(1)')",
    '[x](/records/5/?at="onfocus=alert(1))',
    "[x](/records/5/?at=%22onfocus=alert(1))\n",
    "/records/5/?at=<script>",
    "<javascript:alert(1)>",
    '<https://a"onclick=alert(1)>',
    'https://a/"onclick=alert(1)',
    "https://a/<script>alert(1)</script>",
    "![x](javascript:alert(1))",
    '!["onerror=alert(1)](/records/5/pages/1.webp)',
    '![x](/records/5/pages/1.webp"onerror=alert(1))',
    "![x](/records/5/original/)",
    "![x](https://evil.example/seen.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "[![x](https://evil.example/seen.gif)](javascript:alert(1))",
    "[a]: javascript:alert(1)\n\n[a]",
    '```"><script>alert(1)</script>\nx\n```',
    '```x" onload="alert(1)\n</code></pre><script>alert(1)</script>\n```',
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> | x |\n|:-:|---:|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "@<script>alert(1)</script>",
    "@evil",
    "- [x] <script>alert(1)</script>",
    "# <iframe srcdoc='<script>alert(1)</script>'>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "\ud800<script>\udfff",
    "\0<scr\0ipt>alert(1)</scr\0ipt>",
    "{{ constructor.constructor('alert(1)')() }} {% debug %} ${alert(1)}",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u202ecod.exe\u202c \u2066<b>\u2069",
)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def seen_in(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Seen()
    reader.feed(html)
    reader.close()
    return reader.tags


def evil(word: str) -> SafeString | None:
    return format_html('<a href="/people/evil/">@{}</a>', "<script>") if word == "evil" else None


def require_harmless(html: str) -> None:
    for tag, attributes in seen_in(html):
        assert tag in TAGS, (tag, html)
        assert set(attributes) <= ATTRIBUTES, (attributes, html)
        assert re.match(r"(https?://[^/]|mailto:|/(?![/\\])|#)", attributes.get("href") or "/x"), html
        assert re.fullmatch(
            r"/records/\d+/pages/\d+\.webp(\?revision=\d+)?", attributes.get("src") or "/records/1/pages/1.webp"
        )
        assert (attributes.get("class") or "") in {"", "marked", "as-typed", "cite", "task", "r", "scroll"} | {
            name for name in [attributes.get("class") or ""] if tag == "code" and name.startswith("language-")
        }
    html.encode()  # an answer can carry it


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["{}", "x {} y", "> {}", "- {}", "# {}", "**{}**", "| a |\n|---|\n| {} |", "{}\n{}"])
def test_nothing_that_somebody_writes_runs_or_leaves_the_house(attack: str, around: str) -> None:
    require_harmless(to_html(around.replace("{}", attack), evil))


def test_a_text_in_one_piece_with_all_the_attacks_is_harmless_as_typed_too() -> None:
    every = "\n".join(ATTACKS)
    require_harmless(to_html(every + "\n" + "あ" * LONGEST_RUN))
    assert "as-typed" in to_html(every + "\n" + "あ" * LONGEST_RUN)


@pytest.mark.parametrize(
    "typed",
    [
        ">" * 10_000 + " 最後のことば",
        "> " * 10_000 + "最後のことば",
        "  " * 50 + "- あ\n" + "".join("  " * depth + "- あ\n" for depth in range(200)) + "最後のことば",
        "[メモ]: 最後のことば",
        "    字下げした最後のことば",
        "最後のことば\n------",
        "<b>最後のことば</b>",
        "あ" * 1_000_000 + "最後のことば",
    ],
)
def test_no_word_disappears_however_deep_or_long(typed: str) -> None:
    assert "最後のことば" in to_html(typed)
    assert "最後のことば" in to_plain(typed)


HARD = {
    "brackets": "[",
    "half links": "[a](",
    "links in links": "[[a](/b)",
    "stars": "*a_ ",
    "ticks": "`a",
    "lists": "- a\n\n  b\n",
    "deeper and deeper": "> - ",
    "tables": "|a|b|\n|-|-|\n",
    "cells": "|a",
    "names": "@木村直美",
    "fences": "```\n",
}


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD)
def test_time_grows_with_length_and_not_with_its_square(piece: str) -> None:
    took = []
    for length in (LONGEST_RUN - 100, 5 * LONGEST_RUN, 1_000_000):
        paragraphs = (piece * (LONGEST_RUN // len(piece)))[: LONGEST_RUN - 10] + "\n\n"
        text = (paragraphs * (length // len(paragraphs) + 1))[:length]
        began = time.process_time()
        to_html(text, lambda word: None)
        took.append((length, time.process_time() - began))
    for (short, quick), (long, slow) in pairwise(took):
        assert slow <= 6 * max(quick, 0.05) * long / short, took


def test_what_was_meant_is_shown() -> None:
    html = to_html(
        "# 目的\n**大事**な~~古い~~こと\n次の行\n\n- [x] 済んだ\n- [ ] これから\n\n"
        "| 件 | 数 |\n|---|---:|\n| 電話 | 12 |"
    )
    for part in (
        '<h2 dir="auto">目的</h2>',
        "<strong>大事</strong>",
        "<s>古い</s>こと<br />\n次の行",
        'aria-label="済み">☑</span> 済んだ',
        'aria-label="まだ">☐</span> これから',
        '<td class="r" dir="auto">12</td>',
    ):
        assert part in html


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("これは**「大事」**です", "これは<strong>「大事」</strong>です"),
        ("**(注)**本文", "<strong>(注)</strong>本文"),
        ("先月は**412件。**来月は", "先月は<strong>412件。</strong>来月は"),
        ("~~「古い」~~ことば", "<s>「古い」</s>ことば"),
        ("2*3*4 と a * b", "2<em>3</em>4 と a * b"),
        ("snake_case_name", "snake_case_name"),
        ("** 大事 **", "** 大事 **"),
    ],
)
def test_strong_words_meet_japanese_brackets(typed: str, shown: str) -> None:
    assert f">{shown}</p>" in to_html(typed)


def test_a_bare_address_is_a_link_and_ends_where_japanese_goes_on() -> None:
    html = to_html("(https://example.jp/a_b_c?x=1(2))をご覧ください。https://example.jp/です。<https://example.jp/z>")
    assert '<a href="https://example.jp/a_b_c?x=1(2)" rel="noopener noreferrer nofollow">' in html
    assert '<a href="https://example.jp/" rel=' in html
    assert html.count("<a ") == 3


def test_names_after_an_at_sign_are_found_in_running_japanese() -> None:
    asked: list[str] = []
    people = {"木村": "1", "木村 直美": "2", "kimura": "3"}

    def link(word: str) -> SafeString | None:
        asked.append(word)
        return format_html('<a href="/people/{}/">@{}</a>', people[word], word) if word in people else None

    html = to_html("@木村さん、@木村 直美さんと@kimuraと@kimurax、`@木村`、a@kimura.jp、[@木村](/x/)", link)
    assert re.findall(r"/people/(\d)/", html) == ["1", "2", "3"]
    assert "</a>さん" in html
    assert all(len(word) <= 40 for word in asked)


def test_a_link_to_a_record_on_its_own_line_offers_its_card_and_no_word_of_it() -> None:
    html = to_html(
        "前の文\nhttp://localhost:8000/records/5/?revision=2&at=par%3D3\n"
        "文中の /records/6/ と [題名](/records/7/?at=Sheet!A1)"
    )
    cards = [attributes["data-card"] for tag, attributes in seen_in(html) if "data-card" in attributes]
    assert cards == ["/records/5/card/?here=par%3D3&revision=2"]
    assert 'href="/records/5/?revision=2&amp;at=par%3D3"' in html
    assert "資料5 の 3段落" in html
    named = to_html("[去年の基準](/records/7/?at=Sheet!A1)")
    assert "去年の基準" in named
    assert 'data-card="/records/7/card/?here=Sheet%21A1"' in named
    assert "data-card" not in to_html("https://example.jp/records/5/")
    assert "data-card" not in to_html("| /records/5/ |\n|---|\n| http://localhost/records/5/ |")


def test_our_own_pictures_are_shown_and_others_only_named() -> None:
    html = to_html(
        "![配置図](/records/5/)\n![よそ](https://example.jp/a.png)\n![頁](http://localhost/records/5/pages/2.webp?revision=3)"
    )
    assert [attributes["src"] for tag, attributes in seen_in(html) if tag == "img"] == [
        "/records/5/pages/1.webp",
        "/records/5/pages/2.webp?revision=3",
    ]
    assert '<a href="https://example.jp/a.png" rel="noopener noreferrer nofollow"><bdi>よそ</bdi></a>' in html


def test_characters_that_turn_the_direction_stay_in_their_own_block() -> None:
    html = to_html("\u202egpj.exe\n\n次の段落")
    assert html.count('<p dir="auto">') == 2
    assert to_plain("\u202egpj.exe\u2069") == "gpj.exe"


def test_plain_is_what_one_would_read_aloud() -> None:
    plain = to_plain(
        "# 目的\n**大事**な[基準](https://a/)\n\n- 一\n- 二\n\n1. 甲\n\n"
        "| 件 | 数 |\n|---|---:|\n| 電話 | 12 |\n\n![図](/records/5/)"
    )
    assert plain == "目的\n大事な基準\n・一\n・二\n1. 甲\n件 | 数\n電話 | 12\n図"
