import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from hiroba.foundation.web.dates import ago_in_words, era_in_words, fiscal_year_in_words
from hiroba.foundation.web.locators import place_in_words

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = dt.datetime(2026, 11, 24, 9, 5, tzinfo=TOKYO)


def shown(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_a_date_has_its_weekday() -> None:
    assert shown("{{ day|jdate }}", day=dt.date(2026, 11, 23)) == "2026年11月23日(月)"


def test_a_moment_stored_in_utc_is_shown_in_tokyo() -> None:
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)
    assert shown("{{ at|jdatetime }}", at=late) == "2026年11月24日(火) 8:30"


def test_english_readers_get_english_dates() -> None:
    with translation.override("en"):
        assert shown("{{ day|jdate }}", day=dt.date(2026, 11, 23)) == "Mon 23 Nov 2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2026, 11, 23), "令和8年11月23日"),
        (dt.date(2019, 5, 1), "令和元年5月1日"),
        (dt.date(2019, 4, 30), "平成31年4月30日"),
        (dt.date(1989, 1, 7), "昭和64年1月7日"),
        (dt.date(1900, 1, 1), "1900年1月1日"),
    ],
)
def test_a_day_is_written_in_its_era(day: dt.date, words: str) -> None:
    assert era_in_words(day) == words


def test_a_fiscal_year_begins_in_april() -> None:
    assert fiscal_year_in_words(dt.date(2027, 3, 31)) == "令和8年度"
    assert fiscal_year_in_words(dt.date(2027, 4, 1)) == "令和9年度"
    assert fiscal_year_in_words(dt.date(2019, 4, 1)) == "令和元年度"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW - dt.timedelta(seconds=20), "たったいま"),
        (NOW - dt.timedelta(minutes=5), "5分前"),
        (NOW - dt.timedelta(hours=3), "きょう 6:05"),
        (dt.datetime(2026, 11, 23, 17, 40, tzinfo=TOKYO), "きのう 17:40"),
        (dt.datetime(2026, 11, 4, 8, 0, tzinfo=TOKYO), "2026年11月4日(水)"),
        (NOW + dt.timedelta(days=2), "2026年11月26日(木)"),
    ],
)
def test_ago_is_said_as_people_say_it(moment: dt.datetime, words: str) -> None:
    assert ago_in_words(moment, NOW) == words


@pytest.mark.parametrize(
    ("locator", "words"),
    [
        ("page=3;box=10,20,30,40", "3ページ"),
        ("par=12", "12段落"),
        ("集計表!D18", "集計表!D18"),
        ("Sheet!A1:C3", "Sheet!A1:C3"),
        ("slide=4", "スライド4"),
        ("line=7", "7行目"),
        ("t=12:34", "12:34"),
        ("something-new=1", "something-new=1"),
    ],
)
def test_a_locator_is_said_in_words(locator: str, words: str) -> None:
    assert place_in_words(locator) == words


def test_a_snippet_marks_its_hits_and_escapes_everything() -> None:
    html = shown("{{ pieces|highlight }}", pieces=[("<b>保育</b>の", False), ("<i>申込み", True)])
    assert html == "&lt;b&gt;保育&lt;/b&gt;の<mark>&lt;i&gt;申込み</mark>"


def test_people_are_addressed_by_surname() -> None:
    assert shown("{{ name|san }}", name="木村 直美") == "木村さん"
    assert shown("{{ name|san }}", name="佐藤　花子") == "佐藤さん"


def test_sizes_are_short() -> None:
    assert [shown("{{ n|filesize }}", n=n) for n in (0, 900, 1536, 5 * 1024**2, 3 * 1024**3)] == [
        "0バイト", "900バイト", "1.5 KB", "5.0 MB", "3.0 GB",
    ]  # fmt: skip


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in shown('{% icon "search" %}')


def test_an_unknown_icon_is_a_mistake_in_the_template() -> None:
    with pytest.raises(KeyError):
        shown('{% icon "unicorn" %}')


class Form(forms.Form):
    title = forms.CharField(label="題名", help_text="短く")
    kind = forms.ChoiceField(label="種別", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)


def test_a_wrong_field_is_joined_to_its_help_and_error() -> None:
    html = shown("{% field form.title %}", form=Form({"kind": "a"}))
    assert 'aria-describedby="id_title-help id_title-error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_title">題名' in html
    assert 'id="id_title-error"' in html


def test_a_choice_among_several_is_a_group_with_a_legend() -> None:
    html = shown("{% field form.kind %}", form=Form())
    assert "<legend>種別" in html
    assert '<label for="id_kind"' not in html


def test_the_next_page_keeps_what_was_searched() -> None:
    request = RequestFactory().get("/search/", {"q": "保育", "page": "2"})
    assert shown("{% page_url 3 %}", request=request) == "?q=%E4%BF%9D%E8%82%B2&amp;page=3"


def test_a_stored_code_is_said_with_its_places_in_words() -> None:
    said = shown(
        "{{ trouble|words }}", trouble={"code": "GATE-01", "params": {"places": "名簿!C4、page=2;box=1,2,3,4"}}
    )
    assert "名簿!C4、2ページ" in said
    assert said.endswith("(GATE-01)")
