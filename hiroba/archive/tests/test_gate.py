from __future__ import annotations

from hiroba.archive.gate import MY_NUMBER, PERSONAL, UNREAD, examine
from hiroba.extract.joining import join
from hiroba.extract.passages import Extraction, Part, Passage, Trouble


def verdict(*texts: str) -> tuple[str, tuple[str, ...]]:
    found = examine(Extraction(passages=tuple(Passage(f"par={n}", text) for n, text in enumerate(texts, start=1))))
    return found.code, found.places


def test_a_my_number_is_found_in_any_width_and_with_hyphens() -> None:
    for number in (
        "123456789018",
        "1234-5678-9018",
        "1234 5678 9018",
        "１２３４５６７８９０１８",
        "１２３４－５６７８－９０１８",
    ):
        assert verdict(f"マイナンバー: {number}") == (MY_NUMBER, ("par=1",))


def test_a_column_of_numbers_is_known_by_the_words_above_it() -> None:
    assert verdict("氏名 | 個人番号", "山田 太郎 | 123456789018") == (MY_NUMBER, ("par=2",))


def test_a_receipt_number_of_twelve_digits_is_harmless() -> None:
    assert verdict("受付番号 202604010023", "整理番号 123456789018")[0] == ""


def test_an_account_at_a_bank_is_personal_and_an_ordinary_sentence_is_not() -> None:
    assert verdict("みずき銀行 中央支店 普通 1234567")[0] == PERSONAL
    assert verdict("令和8年度の一時保育の受付は、電話が412件でした。")[0] == ""


def test_a_pasted_picture_is_looked_at_where_it_stands_and_missed_where_nobody_read_it() -> None:
    part = Part("recognise", 1, "par=1")
    text = tuple(Passage(f"par={number}", f"文{number}") for number in (1, 2))
    first = Extraction(text, extractor="docx/1", parts=(part,))
    found = examine(first)
    assert (found.code, found.places) == (UNREAD, ("par=1",))
    card = Extraction((Passage("page=1;box=1,2,3,4", "個人番号 1234 5678 9018"),), extractor="recognition/6")
    found = examine(join(first, {part: card}))
    assert (found.code, found.places) == (MY_NUMBER, ("par=1",))
    for code in ("EXTRACT-48", "PART-05", "PART-06"):
        assert examine(Extraction(text, (Trouble(code, {"count": 1}),))).code == UNREAD


def test_paper_of_which_nothing_could_be_read_stays_inside_and_a_blank_page_does_not() -> None:
    assert examine(Extraction((), (Trouble("PAPER-08", {"page": 1}),))).code == UNREAD
    assert examine(Extraction((), (Trouble("PAPER-06", {"page": 1}),))).code == ""
