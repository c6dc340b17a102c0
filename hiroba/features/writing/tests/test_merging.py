from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from hiroba.features.writing.merging import Merged, merge

BASE = "受付は三百件でした。\n電話は少ない。窓口は多い。\n"


def test_changes_of_different_sentences_are_both_there() -> None:
    theirs = BASE.replace("三百件", "四百件")
    mine = BASE.replace("窓口は多い。", "窓口は多い。とくに月曜。")
    assert merge(BASE, theirs, mine) == Merged("受付は四百件でした。\n電話は少ない。窓口は多い。とくに月曜。\n")


def test_nobody_reads_a_number_that_nobody_wrote() -> None:
    found = merge(BASE, BASE.replace("三百件", "四百件"), BASE.replace("三百件", "三百五件"))
    assert found.is_split
    assert found.text == "受付は四百件でした。\n受付は三百五件でした。\n電話は少ない。窓口は多い。\n"
    assert "四百五件" not in found.text


def test_two_who_write_on_at_the_same_place_both_stay_and_nothing_is_marked() -> None:
    assert merge("はじめ。", "はじめ。木村の文。", "はじめ。佐藤の文。") == Merged("はじめ。木村の文。\n佐藤の文。")
    assert merge("", "木村の文", "佐藤の文") == Merged("木村の文\n佐藤の文")


def test_what_one_takes_away_and_the_other_changes_stays_as_changed() -> None:
    found = merge("一。二。三。", "一。三。", "一。二と半。三。")
    assert (found.text, found.is_split) == ("一。二と半。三。", True)


def test_the_same_change_by_both_is_made_once() -> None:
    assert merge("一。二。", "一。三。", "一。三。") == Merged("一。三。")


def test_rows_of_a_table_stay_rows() -> None:
    table = "| 件 | 数 |\n|---|---|\n| 電話 | 1 |\n| 窓口 | 2 |"
    found = merge(table, table.replace("| 1 |", "| 10 |"), table.replace("| 2 |", "| 20 |"))
    assert found == Merged("| 件 | 数 |\n|---|---|\n| 電話 | 10 |\n| 窓口 | 20 |")


sentences = st.lists(st.sampled_from(["あ。", "い。", "う。", "え。", "\n", "か"]), max_size=8)


@given(sentences, sentences, sentences)
@settings(max_examples=400, deadline=None)
def test_no_sentence_that_somebody_added_is_ever_missing(base: list[str], theirs: list[str], mine: list[str]) -> None:
    mine = [f"私{unit}" if unit not in base and unit != "\n" else unit for unit in mine]
    theirs = [f"彼{unit}" if unit not in base and unit != "\n" else unit for unit in theirs]
    text = merge("".join(base), "".join(theirs), "".join(mine)).text
    for side in ("".join(theirs), "".join(mine)):
        for sentence in re.findall(r"[私彼][^。\n]*。", side):
            assert sentence in text


@given(sentences, sentences)
@settings(max_examples=200, deadline=None)
def test_what_only_one_changed_is_theirs(base: list[str], changed: list[str]) -> None:
    first, second = "".join(base), "".join(changed)
    assert merge(first, first, second).text == second
    assert merge(first, second, first).text == second


def test_a_long_text_takes_no_time() -> None:
    base = "あ。\n" * 30_000
    assert merge(base, "頭。\n" + base, base + "尾。\n").text == "頭。\n" + base + "尾。\n"
