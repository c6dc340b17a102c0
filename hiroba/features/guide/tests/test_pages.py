import pytest
from django.test import Client

from hiroba.features.guide.pages import NAMES, find_page, guide_dir, list_pages, render_page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_exists_in_both_languages(language: str) -> None:
    for name in NAMES:
        assert (guide_dir() / language / f"{name}.md").is_file(), f"{language}/{name}"


def test_no_file_of_the_guide_is_left_out() -> None:
    for language in ("ja", "en"):
        assert {path.stem for path in (guide_dir() / language).glob("*.md")} == set(NAMES)


def test_both_languages_have_the_same_sections() -> None:
    for japanese, english in zip(list_pages("ja"), list_pages("en"), strict=True):
        assert len(japanese.sections) == len(english.sections), japanese.name


def test_an_unknown_language_reads_japanese() -> None:
    page = find_page("begin", "fr")
    assert page is not None
    assert page.title == "はじめに"


def test_a_name_outside_the_guide_is_not_a_file_to_read() -> None:
    assert find_page("../../../etc/passwd", "ja") is None
    assert find_page("begin", "../ja") is not None  # falls back; the name decides, never the language


def test_html_in_a_page_is_shown_as_text() -> None:
    page = render_page("x", "# 題\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    assert "<script" not in page.body
    assert 'href="javascript' not in page.body


def test_the_lead_is_the_first_paragraph_without_its_marks() -> None:
    assert render_page("x", "# 題\n\nもとの**形**のまま[置く](read.md)。\n\n次。").lead == "もとの形のまま置く。"


def test_a_link_to_a_sibling_leads_inside_the_product() -> None:
    page = render_page("x", "# 題\n\n[さがし方](search.md) [外](https://example.jp/a.md)")
    assert 'href="/help/search/"' in page.body
    assert 'href="https://example.jp/a.md"' in page.body


def test_every_link_inside_the_guide_leads_to_a_page() -> None:
    for page in [*list_pages("ja"), *list_pages("en")]:
        for part in str(page.body).split('href="/help/')[1:]:
            assert part.split("/")[0] in NAMES, f"{page.name}: {part[:30]}"


@pytest.mark.django_db
def test_a_page_that_is_not_in_the_guide_is_not_found() -> None:
    assert Client().get("/help/unicorns/").status_code == 404
