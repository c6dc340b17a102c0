"""What the page says, given a day; what a day holds is tested with its queries."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

NOW = dt.datetime(2026, 11, 24, 9, 5, tzinfo=ZoneInfo("Asia/Tokyo"))
KIMURA = SimpleNamespace(name="木村 直美")

CARD = SimpleNamespace(
    title="<b>整備計画</b>(案)", url="/records/7/", kind_label="文書", unit_name="こども政策課", by_name="林 さくら",
    at=NOW, sharing_label="全庁で共有", is_everyone=True, why="あなたの部署の資料です",
)  # fmt: skip
HELD = SimpleNamespace(title="名簿.xlsx", url="/records/8/", at=NOW, code="GATE-01", params={"places": "名簿!C4"})
FAILED = SimpleNamespace(
    title="古い名簿.xls", url="", state="failed", state_label="読み取れませんでした", code="INGEST-03", params={}
)


def shown(**day: object) -> str:
    context = {"now": NOW, "person": KIMURA, "waiting": [], "lately": [], "mine": [], "mine_open": 0} | day
    return render_to_string("today/page.html", context)


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [
        (0, "おつかれさまです、木村さん"),
        (5, "おはようございます、木村さん"),
        (10, "おはようございます、木村さん"),
        (11, "こんにちは、木村さん"),
        (17, "おつかれさまです、木村さん"),
    ],
)
def test_one_is_greeted_by_the_hour_and_by_surname(hour: int, greeting: str) -> None:
    assert greeting in shown(now=NOW.replace(hour=hour))


def test_what_came_in_says_what_it_is_who_shares_it_and_why() -> None:
    html = shown(lately=[CARD])
    assert '<a href="/records/7/">&lt;b&gt;整備計画&lt;/b&gt;(案)</a>' in html
    for words in ("文書", "こども政策課", "林さん", "全庁で共有", "なぜあなたに: あなたの部署の資料です"):
        assert words in html


def test_what_the_gate_stopped_says_where_and_what_to_do() -> None:
    html = shown(waiting=[HELD])
    assert "わたしの番" in html
    assert "名簿!C4" in html and "(GATE-01)" in html


def test_without_anything_waiting_there_is_no_empty_shelf_for_it() -> None:
    assert "わたしの番" not in shown(lately=[CARD])


def test_a_file_that_could_not_be_read_says_why_where_one_looks() -> None:
    html = shown(mine=[FAILED], mine_open=2)
    assert "(INGEST-03)" in html
    assert "2件を読み取っています" in html


def test_the_first_day_welcomes_instead_of_showing_emptiness() -> None:
    html = shown(is_first_day=True)
    assert "ようこそ、ひろばへ" in html
    assert "最近入ってきたもの" not in html
