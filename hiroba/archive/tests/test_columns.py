"""Numbers that no row alone betrays: columns, numbers parted over cells, lists, names of sheets, what was said."""

from __future__ import annotations

import string
from collections.abc import Sequence

import pytest

from hiroba.archive.gate import IN_NAME, MY_NUMBER, examine
from hiroba.extract.passages import Extraction, Passage, Span
from hiroba.language.private import has_check_digit

Value = str | None


def numbers(count: int, first: int = 11_111_111_111) -> list[str]:
    """Make valid numbers that follow no pattern a person would see."""
    found = []
    for at in range(count):
        eleven = str((first + at * 7_919_313_577) % 10**11).zfill(11)
        found.append(next(eleven + digit for digit in string.digits if has_check_digit(eleven + digit)))
    return found


FOUR = numbers(4)


def sheet(*rows: Sequence[Value], name: str = "名簿") -> Extraction:
    """Make what a workbook's reader gives: a passage a row, a span a cell, empty cells left out."""
    passages = []
    for line, row in enumerate(rows, start=1):
        text, spans = "", []
        for column, value in enumerate(row):
            if value:
                text += " | " if text else ""
                place = f"{name}!{string.ascii_uppercase[column]}{line}"
                spans.append(Span(len(text), len(text) + len(value), place))
                text += value
        passages.append(Passage(f"{name}!A{line}:Z{line}", text, "row", spans=tuple(spans)))
    return Extraction(passages=tuple(passages))


def table(*rows: Sequence[Value]) -> Extraction:
    """Make what the reader of a CSV or a Word table gives: no spans, empty cells left out."""
    texts = [" | ".join(cell for cell in row if cell) for row in rows]
    return Extraction(passages=tuple(Passage(f"line={n}", text, "row") for n, text in enumerate(texts, start=1)))


def said(*texts: str) -> Extraction:
    return Extraction(passages=tuple(Passage(f"t=00:0{n}", text) for n, text in enumerate(texts)))


def places(extraction: Extraction) -> tuple[str, ...]:
    verdict = examine(extraction)
    return verdict.places if verdict.code == MY_NUMBER else ()


@pytest.mark.parametrize("make", [sheet, table])
def test_a_column_without_any_label_is_known_by_its_company(make: type) -> None:
    assert len(places(make(*[["山田", number] for number in FOUR]))) == 4


def test_a_column_under_a_labels_own_name_needs_no_company_and_the_next_column_is_left_alone() -> None:
    one, other = FOUR[:2]
    assert places(sheet(["受付番号", "氏名", "個人番号"], [one, "山田", None])) == ()
    assert places(sheet(["受付番号", "氏名", "個人番号"], [None, "山田", other])) == ("名簿!C2",)
    assert places(table(["受付番号", "氏名", "個人番号"], [one, "山田", "なし"])) == ()
    assert places(table(["受付番号", "氏名", "個人番号"], [None, None, other])) == ("line=2",)


def test_the_zero_a_sheet_drops_is_put_back() -> None:
    number = next(each for each in numbers(200) if each.startswith("0"))
    assert places(sheet(["氏名", "マイナンバー"], ["山田", number[1:]])) == ("名簿!B2",)
    assert places(sheet(["氏名", "電話"], ["山田", number[1:]])) == ()


@pytest.mark.parametrize("cut", [(4, 8), tuple(range(1, 12)), (6,), (3, 6, 9)])
def test_a_number_parted_over_cells_is_found_beside_or_below_its_label(cut: tuple[int, ...]) -> None:
    number = FOUR[0]
    parts = [number[start:end] for start, end in zip((0, *cut), (*cut, 12), strict=True)]
    assert places(sheet(["氏名", "山田"], ["個人番号", *parts])) != ()
    assert places(sheet(["番", "個人番号"], ["7", *parts])) != ()
    assert places(table(["個人番号", *parts])) != ()
    assert places(sheet(["個人番号"], *[[part] for part in parts])) != ()


def test_a_digit_a_cell_without_a_label_is_known_by_its_company() -> None:
    assert len(places(sheet(*[["山田", *number] for number in FOUR]))) == 4
    assert len(places(sheet(*[["山田", n[:4], n[4:8], n[8:]] for n in FOUR]))) == 4
    assert places(sheet(*[["山田", n[:4], n[4:8], n[8:], "1200"] for n in FOUR])) == ()  # a table of counts


def test_boxes_of_a_corporate_number_and_of_a_date_are_let_through() -> None:
    assert places(sheet(["法人番号", *"1234567890189"])) == ()
    assert places(sheet(["法人番号", *FOUR[0]])) == ()
    assert places(sheet(["生年月日", *"19750304"], ["電話", *"0312345678"])) == ()


def test_a_column_of_other_numbers_is_let_through_even_if_some_pass() -> None:
    wrong = [number[:-1] + str((int(number[-1]) + 1) % 10) for number in numbers(8)]
    assert places(sheet(*[["山田", number] for number in [*wrong, *FOUR[:3]]])) == ()
    assert places(sheet(["注文番号"], *[[number] for number in FOUR])) == ()


def test_a_list_with_a_number_a_line_is_known_by_its_company() -> None:
    lines = Extraction(passages=tuple(Passage(f"line={n}", number) for n, number in enumerate(FOUR)))
    assert len(places(lines)) == 4
    assert places(Extraction(passages=(Passage("line=1", FOUR[0]),))) == ()


def test_a_misread_digit_in_a_labelled_cell_is_read_again() -> None:
    assert places(sheet(["氏名", "個人番号"], ["山田", "l234 5678 9O18"])) == ("名簿!B2",)


def test_the_name_of_a_sheet_and_a_mails_head_count() -> None:
    assert places(sheet(["氏名", "山田"], name="1234-5678-9018")) == (IN_NAME,)
    assert places(Extraction(facts={"to": "山田 個人番号123456789018 <a@mirai.invalid>"})) == (IN_NAME,)
    assert places(Extraction(facts={"message_id": "<1234-5678-9018@mirai.invalid>"})) == ()


def test_a_comment_and_a_transcript_count_like_any_text() -> None:
    comment = Passage("par=1", "個人番号は 1234-5678-9018 で確認済み", "comment")
    assert places(Extraction(passages=(comment,))) == ("par=1",)
    assert places(said("マイナンバーをお願いします。", "はい、一二三四、五六七八、九〇一八です。")) == ("t=00:01",)
    assert places(said("お電話番号をお願いします。", "はい、一二三四、五六七八、九〇一八です。")) == ()
