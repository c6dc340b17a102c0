from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hiroba.language.personal import find_personal_data
from hiroba.language.private import find_my_numbers, has_check_digit


def with_check_digit(eleven: str) -> str:
    (number,) = [eleven + digit for digit in "0123456789" if has_check_digit(eleven + digit)]
    return number


NUMBER = with_check_digit("12345678901")
GROUPED = f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}"
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def test_the_check_digit_is_the_one_of_the_ministry_ordinance() -> None:
    # Worked by hand from the ordinance: weights 2..7 from the right, then 2..6; 11 minus the rest, 0 for rests 0 and 1.
    assert NUMBER == "123456789018"
    assert has_check_digit("000000000000")
    assert not has_check_digit("123456789012")


@given(st.text("0123456789", min_size=11, max_size=11))
def test_every_eleven_digits_have_exactly_one_check_digit(eleven: str) -> None:
    assert sum(has_check_digit(eleven + digit) for digit in "0123456789") == 1


@pytest.mark.parametrize(
    "text",
    [
        f"マイナンバー：{NUMBER}",
        f"個人番号　{GROUPED.translate(WIDE)}",
        f"個人番号 {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]} です",
        f"個人番号\n{' '.join(NUMBER)}",
        f"個人番号 {GROUPED.replace('-', 'ー')}",
        f"個人番号 {GROUPED.replace('-', '−')}",
        f"個人番号 {GROUPED.replace('-', '‐')}",
        f"{NUMBER}（マイナンバー）",
        f"受付番号 5 氏名 山田 マイナンバー {NUMBER}",
        f"メモ {GROUPED}",
    ],
)
def test_a_personal_number_is_found_in_every_writing(text: str) -> None:
    (found,) = find_my_numbers(text)
    assert sum(character.isdigit() for character in text[found.start : found.end]) == 12


@pytest.mark.parametrize(
    "text",
    [
        f"受付番号 {NUMBER}",
        f"マイナンバーカード申請の受付番号 {NUMBER}",
        f"整理番号：{GROUPED}",
        f"電話 {GROUPED}",
        f"コード {NUMBER}",
        "マイナンバー 123456789012",
        f"マイナンバー 9{NUMBER}",
        f"個人番号 {GROUPED}-1234",
        f"個人番号 1,{NUMBER}",
        "",
    ],
)
def test_other_numbers_of_twelve_digits_are_harmless(text: str) -> None:
    assert find_my_numbers(text) == []


def test_the_header_of_its_own_column_decides() -> None:
    row = f"{NUMBER}\t山田 太郎\t{with_check_digit('98765432109')}"
    found = find_my_numbers(row, context="受付番号\t氏名\t個人番号")
    assert [each.start for each in found] == [row.rindex("\t") + 1]
    assert find_my_numbers(f"{NUMBER} 山田", context="個人番号")
    assert not find_my_numbers(f"{NUMBER} 山田", context="整理番号")


def test_a_column_of_numbers_that_all_pass_needs_no_label() -> None:
    numbers = [with_check_digit(str(10_000_000_000 + 7 * at)) for at in range(5)]
    assert len(find_my_numbers("\n".join(numbers))) == 5
    mixed = [number[:-1] + str((int(number[-1]) + 1) % 10) for number in numbers] + numbers[:3]
    assert find_my_numbers("\n".join(mixed)) == []


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(["", "-", "－", " ", "　", "—"]), st.booleans())
def test_no_labelled_number_slips_through(eleven: str, dash: str, is_wide: bool) -> None:
    number = with_check_digit(eleven)
    assume(len(set(number)) > 1)
    text = dash.join([number[:4], number[4:8], number[8:]])
    text = f"個人番号：{text.translate(WIDE) if is_wide else text}。"
    assert [text[each.start : each.end] for each in find_my_numbers(text)] == [text[5:-1]]


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_is_read_without_an_error_and_places_lie_inside(text: str, context: str) -> None:
    for found in [*find_my_numbers(text, context), *find_personal_data(text)]:
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("氏名　山田　太郎\n住所　みらい区中央一丁目２番３号 みらい市本町１－２－３", "name_and_address"),
        ("氏名：佐藤花子　生年月日：昭和50年3月4日", "name_and_birth_date"),
        ("山田 太郎\t東京都みらい区中央1-2-3\t済", "name_and_address"),
        ("世帯主 鈴木一郎（S50.3.4生）", "name_and_birth_date"),
        ("みらい銀行 中央支店 普通 １２３４５６７", "bank_account"),
        ("被保険者番号：0012345678", "insured_number"),
        ("基礎年金番号 1234-567890", "pension_number"),
        ("運転免許証番号 123456789012", "licence_number"),
        ("旅券番号 TK1234567", "passport_number"),
    ],
)
def test_obvious_personal_data_is_found(text: str, kind: str) -> None:
    assert kind in [each.kind for each in find_personal_data(text)]


@pytest.mark.parametrize(
    "text",
    [
        "氏名　　　　　　住所　　　　　　生年月日　　年　　月　　日",
        "申請者の氏名、住所及び生年月日を記入してください。",
        "銀行の普通預金の残高は1234567円",
        "担当は福祉課の山田です。みらい区役所 みらい区中央1-2-3",
        "被保険者番号を記入",
        "令和6年4月1日生まれ変わる広場",
    ],
)
def test_forms_and_notices_without_values_are_let_through(text: str) -> None:
    assert find_personal_data(text) == []


@pytest.mark.parametrize("unit", ["氏名山田太郎", "1 ", "1234-", "みらい市", "普通 ", "個人番号", "S50.3."])
def test_long_hostile_text_takes_time_in_proportion(unit: str) -> None:
    began = time.perf_counter()
    find_my_numbers(unit * 20_000)
    find_personal_data(unit * 20_000)
    assert time.perf_counter() - began < 8


@pytest.mark.parametrize(
    "text",
    [
        "個人番号 1234\n5678 9018",
        "個人番号 12345678\n9018",
        "マイナンバーは1234の5678の9018です",
        "マイナンバー 一二三四、五六七八、九〇一八",
        "マイナンバー イチから 1、2、3、4、5、6、7、8、9、0、1、8",
        "個 人 番 号 １２３４ ５６７８ ９Ｏｌ８",
        "マイナンパー 12345678 90l8",
        "個人番号_1234_5678_9018",
        "マイナンバー(12桁の番号): 123456789018",
        "氏名 山田太郎 昭和50年3月4日生 123456789018",
        "山田太郎 みらい区中央1-2-3 123456789018",
        "受付番号 2026-0012 山田太郎 1234-5678-9018",
    ],
)
def test_a_number_that_is_broken_spoken_or_misread_is_found_beside_its_label(text: str) -> None:
    assert len(find_my_numbers(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "法人番号 1234567890189",
        "品番 1234-5678-9018",
        "お客様番号:1234 5678 9018",
        "入場者数 1234 5678 9018 3456 人",
        "会計 1234\t5678\t9018",
        "メーター番号 123456789018",
        "注文番号 123456789018 を確認しました",
        "ISBN 978-4-00-123456-7",
        "2026-0401 1234 5678",
        "金額 123,456,789,018円",
        "マイナンバーカードの申請受付番号 1234 5678 9018",
    ],
)
def test_hard_negatives_are_let_through(text: str) -> None:
    assert find_my_numbers(text) == []


def test_what_was_just_said_names_the_number_that_is_spoken_next() -> None:
    assert find_my_numbers("はい、1234の5678の9018です。", before="マイナンバーをお願いします。")
    assert not find_my_numbers("はい、1234の5678の9018です。", before="お元気ですか。")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("申請者氏名 大西 茂 電話 03-0000-1234", "name_and_phone"),
        ("森 さとみ様 090-0000-5678", "name_and_phone"),
        ("住民票コード:1234 5678 901", "resident_record_code"),
        ("在留カード番号 AB12345678CD", "residence_card_number"),
        ("障害者手帳番号 みらい第123456号", "disability_certificate_number"),
        ("ゆうちょ銀行 記号 12345 番号 12345671", "bank_account"),
        ("森 さとみ(H3.12.9生)", "name_and_birth_date"),
    ],
)
def test_more_of_what_belongs_to_one_person_is_found(text: str, kind: str) -> None:
    assert kind in [each.kind for each in find_personal_data(text)]


@pytest.mark.parametrize(
    "text",
    [
        "担当 公園課 河野 電話 03-0000-1234(内線 5678)",
        "みらい区立中央図書館 みらい区中央2-3-4 電話 03-0000-0000",
        "住民票コードの通知は 2026 年度に 1234 件",
        "課長 大西 茂、係長 森 さとみ が 2026年4月1日に出席した。",
    ],
)
def test_an_offices_own_people_and_places_are_let_through(text: str) -> None:
    assert find_personal_data(text) == []
