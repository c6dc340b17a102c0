from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiroba.language.synonyms import Synonyms
from hiroba.search.highlight import WIDTH, find_matches, snippet
from hiroba.search.query import parse_query

TODAY = date(2026, 11, 23)


def marked(text: str, query: str, synonyms: Synonyms | None = None) -> list[str]:
    return [text[start:end] for start, end in find_matches(text, parse_query(query, TODAY, synonyms=synonyms))]


@pytest.mark.parametrize(
    ("query", "text", "places"),
    [
        ("税", "住民税と税金", ["税", "税"]),
        ("引っ越し", "引越しの手続き", ["引越し"]),
        ("氏名", "氏　名：山田", ["氏　名"]),
        ("ｻｰﾊﾞｰ", "サーバーの更新", ["サーバー"]),
        ("サーバー", "ｻｰﾊﾞｰの更新", ["ｻｰﾊﾞｰ"]),
        ("高崎", "髙﨑市", ["髙﨑"]),
        ("AI", "mailとAI活用", ["AI"]),
        ("1234567", "計1,234,567円 91,234,567円", ["1,234,567"]),
        ("34", "1,234と34", ["34"]),
        ("R6.5.1", "令和R6.5.1まで", ["R6.5.1"]),
        ("保育園の申し込み", "保育園へ申込みを", ["保育園", "申込み"]),
        ('"引っ越し"', "引越し", []),
        ("保育 -料金", "保育の料金", ["保育"]),
        ("東京 京都", "東京都", ["東京都"]),
        ("無い", "ここには何もありません", []),
    ],
)
def test_what_matched_is_marked_on_the_original_characters(query: str, text: str, places: list[str]) -> None:
    assert marked(text, query) == places


def test_a_synonym_is_marked_where_it_stands_for_the_word() -> None:
    assert marked("個人番号カードの交付", "マイナンバーカード", Synonyms(["マイナンバーカード,個人番号カード"])) == [
        "個人番号カード"
    ]


def test_a_long_text_is_cut_around_the_place_with_most_of_the_words() -> None:
    text = "保育の話。" + "あ" * 500 + "。保育園の予算は増えました。" + "い" * 500
    cut = snippet(text, parse_query("保育 予算", TODAY))
    assert [piece for piece, is_hit in cut.pieces if is_hit] == ["保育", "予算"]
    assert cut.pieces[0] == ("…", False)
    assert cut.pieces[-1] == ("…", False)
    assert cut.end - cut.start <= WIDTH
    assert text[cut.matches[0][0] : cut.matches[0][1]] == "保育"


def test_a_text_without_a_match_shows_its_beginning() -> None:
    cut = snippet("あ" * 500, parse_query("税", TODAY))
    assert (cut.start, cut.matches) == (0, ())
    assert cut.text == "あ" * WIDTH + "…"


@given(
    st.text("税保育引越し 。\nAb1,０ｶﾞ髙", max_size=300), st.text('税保育引 "-()a1', max_size=20), st.integers(10, 150)
)
def test_the_pieces_are_the_stretch_itself(text: str, query: str, width: int) -> None:
    cut = snippet(text, parse_query(query, TODAY), width)
    inner = "".join(piece for piece, _ in cut.pieces)
    assert inner.removeprefix("…").removesuffix("…") == text[cut.start : cut.end]
    assert all(0 <= start < end <= len(text) for start, end in cut.matches)


@pytest.mark.parametrize(
    ("query", "text"), [("a" * 2000, "a" * 100_000), ("1 " * 40, "1 " * 50_000), ("・ー" * 500, "・" * 100_000)]
)
def test_hostile_text_takes_bounded_time(query: str, text: str) -> None:
    began = time.perf_counter()
    snippet(text, parse_query(query, TODAY))
    assert time.perf_counter() - began < 5
