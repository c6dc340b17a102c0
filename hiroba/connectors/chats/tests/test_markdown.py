from __future__ import annotations

import time

import pytest

from hiroba.connectors.chats.html_markdown import markdown_of
from hiroba.connectors.chats.markdown import escaped, fenced, link, safe_link
from hiroba.connectors.chats.times import find_time


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>一</p><p>二<br>三</p>", "一\n\n二\n三"),
        ("<p><b>太</b>い<i>斜</i>め<s>消</s></p>", "**太**い*斜*め~~消~~"),
        ("<ul><li>甲<ul><li>乙</li></ul></li><li>丙</li></ul>", "- 甲\n  - 乙\n- 丙"),
        ("<ol><li>一</li><li>二</li></ol>", "1. 一\n2. 二"),
        ("<blockquote><p>引用</p></blockquote><p>返事</p>", "> 引用\n\n返事"),
        (
            "<table><tr><th>月</th><th>件</th></tr><tr><td>10</td><td>4|12</td></tr></table>",
            "| 月 | 件 |\n| --- | --- |\n| 10 | 4\\|12 |",
        ),
        ("<codeblock class='Python'><code>a = '`b`'<br>c</code></codeblock>", "```python\na = '`b`'\nc\n```"),
        ("<p>式は <code>a*b</code> です</p>", "式は `a*b` です"),
        ('<p>見て<emoji id="x" alt="😄" title="笑"></emoji></p>', "見て😄"),
        ("<h1>見出し</h1><p>文</p>", "**見出し**\n\n文"),
        ("<p>&nbsp;</p><p>あ&amp;い &lt;b&gt;</p>", "あ&い \\<b>"),
    ],
)
def test_markup_of_messages_becomes_markdown(html: str, shown: str) -> None:
    assert markdown_of(html).text == shown


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>あ",
        "<style>p{}</style>あ<svg onload=alert(1)><text>x</text></svg>",
        '<a href="javascript:alert(1)">あ</a>',
        '<a href="JaVa\nScript:alert(1)">あ</a>',
        '<a href="data:text/html,x">あ</a>',
        "<iframe src=//x>x</iframe>あ",
        "あ<!-- <script>x</script> -->",
    ],
)
def test_what_could_run_gives_its_words_alone(html: str) -> None:
    assert markdown_of(html).text == "あ"


@pytest.mark.parametrize(
    "text", ["# 見出し", "> 引用", "- 項目", "1. 項目", "a *b* _c_ `d` [e](f) <g>", "===", "| a |", "&lt;"]
)
def test_what_was_no_markup_there_is_none_here(text: str) -> None:
    shown = escaped(text)
    assert shown != text
    assert shown.replace("\\", "") == text
    assert escaped("受付_番号は412件(前年比+3%)です。") == "受付_番号は412件(前年比+3%)です。"


def test_addresses_cannot_leave_their_brackets() -> None:
    assert safe_link("https://mirai.example/a b>c(d)") == "https://mirai.example/ab%3Ec(d)"
    assert link("あ", "https://mirai.example/\u202e") == "[あ](<https://mirai.example/%E2%80%AE>)"
    for url in ("//mirai.example", "https://", "ftp://x.example", "https://x" + "y" * 3000, "http://[::1"):
        assert link("あ", url) == "あ"
    assert fenced("```\nx") == "````\n```\nx\n````"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "あ",
        "<blockquote>" * 20_000 + "あ",
        "<b>" * 20_000 + "あ",
        "<table><tr><td>" * 5_000 + "あ",
        "<" * 50_000 + "あ",
        "<a href='" + "x" * 200_000 + "'>あ</a>",
        "<![CDATA[あ<!あ",
        "\ud800<p>\0あ</p>",
    ],
)
def test_markup_made_to_hurt_ends_soon_and_keeps_the_words(html: str) -> None:
    began = time.process_time()
    assert "あ" in markdown_of(html).text
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-10-01T09:00:00.1234567+09:00", "2026-10-01T00:00:00.123456+00:00"),
        ("1790812800000", "2026-10-01T00:00:00+00:00"),
        ("1790812860.000100", "2026-10-01T00:01:00.000100+00:00"),
        (1790812800, "2026-10-01T00:00:00+00:00"),
        (1790812800.5, "2026-10-01T00:00:00.500000+00:00"),
    ],
)
def test_times_are_read_by_their_form_and_size(written: object, read: str) -> None:
    found = find_time(written)
    assert found is not None
    assert found.isoformat() == read


@pytest.mark.parametrize(
    "written", ["", None, True, "昨日", "9" * 30, "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", {}]
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert find_time(written) is None
