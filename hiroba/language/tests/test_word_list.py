from __future__ import annotations

from pathlib import Path

import pytest

from hiroba.language.word_list import load_words, mendings, read_words

LIST = """# 表記,よみ,聞きまちがい
公園係,こうえんがかり
予備費、よびひ
遊具,ゆうぐ
花壇,かだん  # 公園課
業務量調査,,業務用調査
近藤 学,こんどうまなぶ
""".splitlines()
WORDS = read_words(LIST)


def mended(text: str, *doubted: str) -> str:
    places = [(text.index(each), text.index(each) + len(each)) for each in doubted]
    for each in reversed(mendings(text, WORDS, places)):
        text = text[: each.start] + each.written + text[each.end :]
    return text


@pytest.mark.parametrize(
    ("heard", "doubted", "written"),
    [
        ("費用は呼び非から出します。", "呼び非", "費用は予備費から出します。"),
        ("中央公園の夕具です。", "夕", "中央公園の遊具です。"),
        ("公園ばかりの話です。", "公園ばかり", "公園係の話です。"),
        ("公園がかりの話です。", "", "公園係の話です。"),
        ("業務用調査を始めます。", "", "業務量調査を始めます。"),
        ("今藤学さんです。", "今藤", "近藤 学さんです。"),
    ],
    ids=["sounds-same", "one-character", "near-and-doubted", "long-and-in-pieces", "listed", "misheard-name"],
)
def test_what_sounds_like_a_word_of_the_office_is_put_right(heard: str, doubted: str, written: str) -> None:
    assert mended(heard, *filter(None, [doubted])) == written


@pytest.mark.parametrize(
    "heard", ["公園ばかりの話です。", "花壇。", "課題だんだん", "呼び、費用", "公園係の花壇。", "夕具です。"]
)
def test_what_is_not_doubted_or_stands_apart_is_left_as_it_was_heard(heard: str) -> None:
    assert mended(heard) == heard


def test_what_is_right_already_stays_even_where_it_is_doubted() -> None:
    assert mended("公園係の遊具。", "公園係", "遊具。") == "公園係の遊具。"


def test_a_list_that_is_missing_or_no_text_has_no_words(tmp_path: Path) -> None:
    assert load_words(tmp_path / "words.txt") == []
    (tmp_path / "words.txt").write_bytes(b"\x80\x81\xff")
    assert load_words(tmp_path / "words.txt") == []
    (tmp_path / "words.txt").write_text("\ufeff公園係,こうえんがかり\n\n,,\n", encoding="utf-8")
    assert [word.written for word in load_words(tmp_path / "words.txt")] == ["公園係"]
