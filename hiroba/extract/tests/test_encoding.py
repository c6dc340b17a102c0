import random

import pytest

from hiroba.extract.encoding import UndecodableError, decode

SENTENCES = (
    "令和8年度の予算編成方針について、下記のとおり通知します。",
    "保育所の入所申込は〇〇区役所3階の窓口で受け付けています（平日のみ）。",
    "高橋さん、資料をありがとうございました。\r\n明日の会議で配ります。",
    "ID,氏名,電話\r\n1,佐藤,03-0000-0000\r\n",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16", "cp932", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_japanese_in_any_encoding_is_read_and_sure(encoding: str, sentence: str) -> None:
    decoded = decode(sentence.encode(encoding))
    assert decoded.text == sentence
    assert decoded.sure


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-8", "iso2022_jp"])
def test_a_doubtful_or_short_piece_is_never_wrong_in_silence(encoding: str) -> None:
    dice = random.Random(20261123)
    text = "".join(SENTENCES)
    for _ in range(300):
        start = dice.randrange(len(text) - 6)
        piece = text[start : start + 6]
        decoded = decode(piece.encode(encoding))
        assert decoded.text == piece or not decoded.sure, (piece, decoded)


def test_extensions_of_windows_survive_in_jis_and_euc_mail() -> None:
    assert decode(b"\x1b$B-!-j|b\x1b(B").text == "①㈱髙"
    assert decode(b"\xad\xa1\xad\xea\xa4\xa2\xfc\xe2").text == "①㈱あ髙"


def test_half_width_kana_of_a_bank_file_stays_kana() -> None:
    assert decode("ﾌﾘｺﾐ ｻﾄｳ ﾀﾛｳ".encode("cp932")).text == "ﾌﾘｺﾐ ｻﾄｳ ﾀﾛｳ"
    assert decode(b"\x1b(I1234\x1b(B").text == "ｱｲｳｴ"


def test_a_character_of_the_private_area_is_kept() -> None:
    assert decode("外字".encode("cp932") + b"\xf0\x40" + "です。".encode("cp932")).text == "外字\ue000です。"


def test_duplicates_of_cp932_stay_as_the_codec_maps_them() -> None:
    assert decode("〜−‖".encode("euc_jp") + "から".encode("euc_jp")).text == "〜−‖から"
    assert decode(b"\x81\x60\x81\x7c\x81\x61" + "です".encode("cp932")).text == "～－∥です"


def test_western_text_is_western() -> None:
    assert decode("Zürich, Größe, café, naïve".encode("latin-1")).text == "Zürich, Größe, café, naïve"


def test_a_wrong_declaration_is_corrected_and_reported() -> None:
    text = "議事録を送ります。ご確認ください。"
    assert decode(text.encode("cp932"), "utf-8") == decode(text.encode("cp932"), "UTF-8")
    corrected = decode(text.encode("cp932"), "utf-8")
    assert corrected.text == text
    assert not corrected.sure
    assert decode(text.encode("utf-8"), "iso-8859-1").text == text


def test_a_right_declaration_is_followed() -> None:
    assert decode("Ελληνικά".encode("iso8859-7"), "iso-8859-7").text == "Ελληνικά"
    assert decode("髙①".encode("cp932"), "Shift_JIS").text == "髙①"


def test_a_broken_character_is_marked_and_the_rest_read() -> None:
    data = ("保育所の入所申込は窓口で受け付けています。" * 10).encode()
    decoded = decode(data[:-1])
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith("保育所の入所申込")
    assert not decoded.sure


def test_a_few_broken_bytes_do_not_cost_the_text_nor_its_encoding() -> None:
    data = bytearray(("保育所の入所申込は窓口で受け付けています。" * 10).encode())
    data[100] = 0xFF
    data[400] = 0x41
    decoded = decode(bytes(data))
    assert (decoded.encoding, decoded.sure) == ("utf-8", False)
    assert decoded.text.count("入所申込") >= 8
    assert decode(b"A long English report with an odd byte. " * 9 + b"\x90").text.count("English") == 9


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1" * 9, b"\0" * 50])
def test_binary_is_refused_instead_of_shown_as_text(data: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode(data)


def test_nothing_is_an_empty_text() -> None:
    assert decode(b"").text == ""
