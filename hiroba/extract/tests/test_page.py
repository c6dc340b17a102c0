from pathlib import Path

import pytest

from hiroba.extract import page, plain
from hiroba.extract.page import html_passages
from hiroba.extract.passages import Mark

OFFICE_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files"
needs_office_files = pytest.mark.skipif(not OFFICE_FILES.is_dir(), reason="the shared office files are not here")


def texts(source: str) -> list[str]:
    return [passage.text for passage in html_passages(source)[0]]


def test_headings_lists_and_table_rows_are_passages_in_order() -> None:
    source = "<h2>募集</h2><ul><li>一<li>二</ul><table><tr><th>課<th>数<tr><td>税務<td>3</table><p>終"
    found, _ = html_passages(source)
    assert [(p.locator, p.kind, p.level, p.text) for p in found] == [
        ("par=1", "heading", 2, "募集"),
        ("par=2", "paragraph", 0, "一"),
        ("par=3", "paragraph", 0, "二"),
        ("par=4", "row", 0, "課 | 数"),
        ("par=5", "row", 0, "税務 | 3"),
        ("par=6", "paragraph", 0, "終"),
    ]


def test_a_reading_is_a_mark_on_its_characters_and_not_in_the_text() -> None:
    found = html_passages("<p>特別<ruby>区<rp>(</rp><rt>く</rt><rp>)</rp>民<rt>みん</rt></ruby>税</p>")[0][0]
    assert found.text == "特別区民税"
    assert found.marks == (Mark(2, 3, "ruby", "く"), Mark(3, 4, "ruby", "みん"))


def test_scripts_and_styles_are_no_text_and_an_image_is_what_it_stands_for() -> None:
    assert texts("<style>p{}</style><script>alert(1)</script><p>図<img alt='人口の推移'></p><!-- x -->") == [
        "図人口の推移"
    ]


def test_a_line_end_is_a_space_between_words_but_not_between_japanese_letters() -> None:
    assert texts("<p>保育\n所 の\nopen data\nportal</p>") == ["保育所 の open data portal"]


def test_what_a_page_hides_is_marked_as_hidden() -> None:
    found = html_passages('<p>表<span style="display: none">裏</span></p><div hidden><p>奥</p></div>')[0]
    assert found[0].marks == (Mark(1, 2, "hidden"),)
    assert found[1].marks == (Mark(0, 1, "hidden"),)


def test_a_table_that_only_lays_out_the_page_is_no_row() -> None:
    assert texts("<table><tr><td><table><tr><td>a<td>b</table><td><p>c</p></table>") == ["a | b", "c"]


def test_the_declared_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes('<meta charset="Shift_JIS"><title>広報</title><p>髙橋①</p>'.encode("cp932"))
    found = page.extract(path)
    assert (found.title, found.passages[0].text, found.warnings) == ("広報", "髙橋①", ())


def test_a_deep_or_endless_page_is_read_within_bounds() -> None:
    assert "底" not in "".join(texts("<div>" * 5000 + "底"))
    assert max(map(len, texts("a<b>い</b>" * 50_000))) <= page.LONGEST_BLOCK + 10


def test_a_law_in_xml_gives_its_sentences_with_their_lines_and_expands_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE l [<!ENTITY x "漏"><!ENTITY y SYSTEM "file:///etc/passwd">]>\n'
        "<Law>\n<Sentence>第一条<Ruby>私権<Rt>しけん</Rt></Ruby>は&x;&y;</Sentence></Law>"
    )
    found = plain.extract(path).passages
    assert [(p.locator, p.text, p.marks) for p in found] == [
        ("line=4", "第一条私権は", (Mark(3, 5, "ruby", "しけん"),))
    ]


@needs_office_files
def test_a_real_page_is_read_with_its_headings() -> None:
    found = page.extract(OFFICE_FILES / "office/markitdown__test_blog.html")
    assert found.title.startswith("Does Model and Inference Parameter Matter")
    assert [p for p in found.passages if p.kind == "heading" and p.text.startswith("Experiment Setup")]
    assert not any("{" in p.text and "function" in p.text for p in found.passages)
