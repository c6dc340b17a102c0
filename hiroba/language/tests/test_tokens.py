from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiroba.language.folding import fold, fold_with_origins
from hiroba.language.synonyms import Synonyms, load_synonyms
from hiroba.language.tokens import GAP, bigrams, characters, phrase_of, streams, unit_tokens, word_tokens, words

JAPANESE = st.text("東京都税ーァあいう保育園０1aZ・。、 　\n\r㈱ｶﾞ髙﨑\u0301\ufe00\ud800\U000e0100𠮷", max_size=60)


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("引っ越し", "引越し"),
        ("サーバー", "ｻｰﾊﾞｰ"),
        ("問い合わせ", "問合せ"),
        ("斎藤", "齋藤"),
        ("渡辺", "渡邊"),
        ("髙橋", "高橋"),
        ("葛\U000e0100飾", "葛飾"),
        ("ＤＸ", "dx"),
    ],
)
def test_one_word_in_two_writings_is_one_form(written: str, also: str) -> None:
    assert words(written) == words(also)


def test_particles_and_punctuation_are_no_words() -> None:
    assert words("保育園の、申し込み。") == ["保育", "園", "申し込み"]


def test_pairs_count_characters_and_stop_at_punctuation() -> None:
    assert bigrams("東京、都庁") == ["東京", GAP, GAP, "都庁", GAP]
    assert bigrams("氏　名") == ["氏名", GAP]
    assert bigrams("第1,234号") == ["第1234", "1234号", GAP]
    assert characters("税の税、DX2") == ["税", "の", "dx", "2"]


def test_a_long_word_is_proved_with_few_pairs_and_its_last_one() -> None:
    assert phrase_of("介護保険料").pairs == ((0, "介護"), (2, "保険"), (3, "険料"))
    assert phrase_of("税").singles == ("税",)
    assert phrase_of("、。") == phrase_of("")


@given(JAPANESE, st.integers(0, 60), st.integers(2, 8))
def test_every_stretch_of_a_text_is_proved_by_its_pairs(text: str, start: int, length: int) -> None:
    folded = fold(text)
    phrase = phrase_of(folded[start : start + length])
    stream, singles = bigrams(folded), characters(folded)
    assert all(any(single in unit for unit in singles) for single in phrase.singles)
    if phrase.pairs and not any(character.isascii() for character in folded[start : start + length]):
        firsts = range(len(stream))
        assert any(
            all(first + at < len(stream) and stream[first + at] == pair for at, pair in phrase.pairs)
            for first in firsts
        )


@given(st.one_of(st.text(max_size=80), JAPANESE))
def test_any_text_is_cut_without_an_error_and_places_lie_inside(text: str) -> None:
    found = streams(text)
    assert all(form and " " not in form for form in [*found.words, *found.bigrams, *found.characters])
    for token in [*word_tokens(text), *unit_tokens(text)]:
        assert 0 <= token.start < token.end <= len(text)


@given(st.one_of(st.text(max_size=80), JAPANESE))
def test_folding_with_origins_gives_the_characters_that_folding_gives(text: str) -> None:
    folded, starts, ends = fold_with_origins(text)
    assert len(folded) == len(starts) == len(ends)
    assert list(starts) == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))


def test_a_place_leads_back_to_the_original_writing() -> None:
    text = "㈱山田のｻｰﾊﾞｰと髙\U000e0101﨑"
    assert [text[token.start : token.end] for token in word_tokens(text)][-2:] == ["ｻｰﾊﾞｰ", "髙\U000e0101﨑"]


def test_threads_may_cut_at_the_same_time() -> None:
    expected, failures = words("東京都の予算"), []

    def cut() -> None:
        for _ in range(200):
            if words("東京都の予算") != expected:
                failures.append(1)

    threads = [threading.Thread(target=cut) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("unit", ["あ", "a", "1", "税。", "\x00", "\ud800", "ー", "𠮷"])
def test_long_text_without_a_sentence_end_are_cut(unit: str) -> None:
    began = time.perf_counter()
    streams(unit * (200_000 // len(unit)))
    assert time.perf_counter() - began < 20


@settings(max_examples=50)
@given(st.text("東京都税の保育園。\n", max_size=200))
def test_the_streams_are_those_of_the_single_functions(text: str) -> None:
    found = streams(text)
    assert (found.words, found.bigrams, found.characters) == (words(text), bigrams(text), characters(text))


def test_an_office_adds_its_own_synonyms(tmp_path: object) -> None:
    assert "個人番号カード" in load_synonyms().of("マイナンバーカード")
    assert "住所変更" in load_synonyms().of("引っ越し")
    assert load_synonyms().of("知らない言葉") == ()
    own = Synonyms(["みら丸,みらい区コミュニティバス", "# なし,ない", "ひとつだけ"])
    assert own.of("みら丸") == ("みらい区コミュニティバス",)
    assert own.of("ひとつだけ") == ()
