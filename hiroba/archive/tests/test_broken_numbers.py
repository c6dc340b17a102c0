"""A number is one however it is broken: over lines, over what is said, behind marks of a quotation, by any sign."""

from __future__ import annotations

import pytest

from hiroba.archive.gate import IN_FILE, IN_NAME, MY_NUMBER, examine, examine_names
from hiroba.extract.passages import Extraction, Mark, Passage


def look(*texts: str) -> tuple[str, tuple[str, ...]]:
    found = examine(Extraction(tuple(Passage(f"par={n}", text) for n, text in enumerate(texts, start=1))))
    return found.code, found.places


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (("個人番号は 1234-5678-", "9018 です"), "par=2"),
        (("個人番号は 123456", "789018"), "par=2"),
        (("マイナンバー", "1234", "5678", "9018"), "par=4"),
        (("ふつうの文", "個人番号", "1234-5678-", "9018", "ふつうの文"), "par=4"),
        (("10:01 佐藤: 個人番号は", "10:02 鈴木: 1234", "10:02 鈴木: 5678", "10:03 鈴木: 9018"), "par=4"),
        (("10:01\t佐藤\t個人番号は", "10:02\t鈴木\t1234 5678", "10:03\t鈴木\t9018"), "par=3"),
        (("> 個人番号は 1234-5678-\n> 9018 です。",), "par=1"),
        (("> マイナンバー:\n> 1234\n> 5678\n> 9018",), "par=1"),
    ],
)
def test_a_number_broken_over_lines_is_found_where_it_ends(texts: tuple[str, ...], place: str) -> None:
    assert look(*texts) == (MY_NUMBER, (place,))


def test_a_number_said_in_pieces_is_found_whoever_says_them() -> None:
    said = (("佐藤", "個人番号をお願いします"), ("鈴木", "1234の5678"), ("鈴木", "9018です"))
    passages = (
        Passage(f"t=00:0{n}", f"{who}: {words}", marks=(Mark(0, 2, "speaker", who),))
        for n, (who, words) in enumerate(said)
    )
    found = examine(Extraction(tuple(passages)))
    assert (found.code, found.places) == (MY_NUMBER, ("t=00:02",))


@pytest.mark.parametrize(
    "text",
    [
        "マイナンバー 1234/5678/9018",
        "マイナンバー 【1234】【5678】【9018】",
        "マイナンバー (1234)(5678)(9018)",
        "マイナンバー 1234〜5678〜9018",
        "マイナンバー 1,2,3,4,5,6,7,8,9,0,1,8",
        "マイナンバー ①②③④⑤⑥⑦⑧⑨⓪①⑧",
        "マイナンバー 1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣0️⃣1️⃣8️⃣",
        "まいなんばー 123456789018",
        "マイナ:123456789018",
        "個番 123456789018",
        "個人No.123456789018",
        "Individual Number: 123456789018",
    ],
)
def test_a_labelled_number_is_found_whatever_parts_it(text: str) -> None:
    assert look(text)[0] == MY_NUMBER


@pytest.mark.parametrize(
    "texts",
    [
        ("マイナンバーカードの交付は 2026/11/23 10:20 から", "受付 1番"),
        ("個人番号カードの申請", "電話 03-1234-5678", "内線 9018"),
        ("マイナンバー制度の説明会 12/3 4/5 6/7 8/9 0/1 8", "以上"),
        ("受付番号", "1234", "5678", "9018"),
        ("マイナ保険証の利用登録 1234件", "5678件", "9018件"),
        ("1234", "5678", "9018"),
    ],
)
def test_what_is_no_number_over_lines_is_let_through(texts: tuple[str, ...]) -> None:
    assert look(*texts)[0] == ""


def test_what_a_file_shows_nowhere_is_looked_at_too() -> None:
    found = examine(Extraction((Passage("par=1", "文"),), unshown=("個人番号 123456789018",)))
    assert (found.code, found.places) == (MY_NUMBER, (IN_FILE,))


def test_a_folder_says_what_the_numbers_in_its_names_are() -> None:
    found = examine_names(
        ["マイナンバー一覧/2026年度に受け付けた分の確認書類一式(入園係で保管しているもの)", "123456789018.pdf"]
    )
    assert (found.code, found.places) == (MY_NUMBER, (IN_NAME,))
    assert examine_names(["受付簿/2026年度", "123456789018.pdf"]).code == ""
