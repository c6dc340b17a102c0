from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hiroba.foundation.web.marked_pages import placed_blocks, placed_texts, to_page_html
from hiroba.foundation.web.marked_text import LONGEST_RUN

PAGE = (
    "# 題\n\n## 件数\n先月は**三百**件。\n続き。\n\n"
    "| 窓口 | 件 |\n|---|---|\n| 東 | 12 |\n\n- 電話\n- 訪問\n\n```\nx = 1\n```\n"
)


def chip(locator: str) -> SafeString:
    return format_html('<a class="cite" href="?at={}">{}</a>', locator, locator)


def test_each_thing_on_a_page_has_the_line_it_begins_at() -> None:
    assert [(each.line, each.kind, each.text) for each in placed_texts(PAGE)] == [
        (1, "heading", "題"),
        (3, "heading", "件数"),
        (4, "paragraph", "先月は三百件。\n続き。"),
        (7, "row", "窓口 | 件"),
        (9, "row", "東 | 12"),
        (11, "paragraph", "電話"),
        (12, "paragraph", "訪問"),
        (14, "code", "x = 1"),
    ]


def test_every_place_that_is_found_can_be_opened_on_the_page() -> None:
    for each in placed_texts(PAGE):
        html = to_page_html(PAGE, f"line={each.line}", chip)
        assert html.count('id="here"') == 1
        assert "placed cited" in html
    whole = to_page_html(PAGE, "", chip)
    assert 'id="here"' not in whole
    for line in (1, 3, 4, 7, 9, 11, 12, 14):
        assert f'id="l{line}"' in whole
    assert '<a class="cite" href="?at=line=9">' in whole


def test_a_record_link_on_its_own_line_is_a_card_beside_its_chip_too() -> None:
    assert "data-card" in to_page_html("/records/5/\n\n[題](/records/5/?at=par=1)", "", chip)


def test_blocks_end_at_empty_lines_and_headings_and_never_inside_of_code() -> None:
    text = "一\n二\n## 見出し\n三\n\n\n```\nコード\n\n# 同じコード\n```\n四"
    assert placed_blocks(text) == [
        (1, "一\n二"),
        (3, "## 見出し"),
        (4, "三"),
        (7, "```\nコード\n\n# 同じコード\n```\n四"),
    ]


def test_what_is_too_much_for_markup_is_still_there_and_found() -> None:
    long = "あ" * (LONGEST_RUN + 1)
    assert [each.text for each in placed_texts(f"前\n\n{long}\n\n後")] == ["前", long, "後"]
    html = to_page_html(f"前\n\n{long}<script>", "line=3", chip)
    assert 'id="here"' in html
    assert "&lt;script&gt;" in html
