from pathlib import Path

from hiroba.extract import files
from hiroba.extract.passages import Extraction, Passage

FONTS = r"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset128 MS Mincho;}{\f2\fcharset2 Symbol;}}"


def read(tmp_path: Path, content: str | bytes, head: str = r"{\rtf1\ansi\ansicpg932\uc1") -> Extraction:
    path = tmp_path / "a.rtf"
    path.write_bytes(
        (head + FONTS).encode() + (content.encode("ascii") if isinstance(content, str) else content) + b"}"
    )
    found = files.extract(path)
    assert found.error is None, found.error
    return found


def said(found: Extraction) -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in found.passages]


def marked(passage: Passage) -> list[tuple[str, str, str]]:
    return [(passage.text[mark.start : mark.end], mark.kind, mark.value) for mark in passage.marks]


def escaped(text: str) -> str:
    """As Word writes it: the lead byte in hexadecimal, a trail byte in ASCII as itself."""
    out = ""
    for byte in text.encode("cp932"):
        letter = chr(byte)
        out += letter if byte < 128 and letter.isalnum() else rf"\'{byte:02x}"
    return out


def test_cp932_is_read_even_where_the_second_byte_looks_like_a_letter_or_a_backslash(tmp_path: Path) -> None:
    assert "A" in escaped("ア")  # 0x83 0x41
    text = "アソ表十"  # ソ, 表 and 十 end in 0x5c
    assert said(read(tmp_path, rf"\f1 {escaped(text)}\par")) == [("paragraph", text)]


def test_bytes_written_without_escapes_are_read_too(tmp_path: Path) -> None:
    assert said(read(tmp_path, rb"\f1 " + "人口統計".encode("cp932") + rb"\par")) == [("paragraph", "人口統計")]


def test_unicode_with_its_fallback_negative_numbers_and_pairs(tmp_path: Path) -> None:
    content = r"\u24195?\u-10179?\u-8640?\uc2\u26032\'90\'56 \uc0\u-6153 !\par"
    assert said(read(tmp_path, content)) == [("paragraph", "広🙀新 \ue7f7!")]


def test_an_unknown_byte_is_reported_and_never_silently_wrong(tmp_path: Path) -> None:
    found = read(tmp_path, r"\f1 \'93\par")
    assert [trouble.code for trouble in found.warnings] == ["TEXT-01"]


def test_pictures_objects_and_private_destinations_are_silent_and_results_shown(tmp_path: Path) -> None:
    content = (
        r"{\*\generator X}{\pict 0a0b}{\object{\*\objdata 0105}{\result shown}}\par"
        r"{\field{\*\fldinst HYPERLINK http://a}{\fldrslt link}}\par{\*\unknown gone}"
    )
    found = read(tmp_path, content)
    assert said(found) == [("paragraph", "shown"), ("paragraph", "link")]
    assert [trouble.code for trouble in found.warnings] == ["EXTRACT-38"]


def test_binary_data_is_stepped_over(tmp_path: Path) -> None:
    assert said(read(tmp_path, b"a{\\pict\\bin6 }}{{\\\\}b\\par")) == [("paragraph", "ab")]


def test_table_rows_join_their_cells(tmp_path: Path) -> None:
    content = r"\trowd\pard\intbl one\par more\cell two\cell\row\pard after\par"
    assert said(read(tmp_path, content)) == [("row", "one\nmore | two"), ("paragraph", "after")]


def test_notes_boxes_comments_and_margins_have_their_place(tmp_path: Path) -> None:
    content = (
        r"{\header\pard top\par}text{\footnote note}{\*\atnauthor Boss}{\*\annotation why}"
        r"{\shp{\*\shpinst\shpleft0{\sp{\sn fill}{\sv 1}}{\shptxt box\par}}{\shprslt again}}\par next\par"
    )
    assert said(read(tmp_path, content)) == [
        ("paragraph", "text"),
        ("footnote", "note"),
        ("comment", "Boss: why"),
        ("shape", "box"),
        ("paragraph", "next"),
        ("header", "top"),
    ]


def test_changes_hidden_text_and_headings(tmp_path: Path) -> None:
    content = (
        r"{\stylesheet{\s1 heading 1;}}{\*\revtbl{Unknown;}{Sato;}}\pard\s1 Title\par\pard a{\v b}{\revised\revauth1 c}"
        r"{\deleted\revauthdel1 d}e\par"
    )
    found = read(tmp_path, content)
    assert (found.passages[0].kind, found.passages[0].level) == ("heading", 1)
    assert found.passages[1].text == "abcde"
    assert marked(found.passages[1]) == [("b", "hidden", ""), ("c", "inserted", "Sato"), ("d", "deleted", "Sato")]


def test_ruby_in_an_equation_field_is_read(tmp_path: Path) -> None:
    content = r"{\field{\*\fldinst EQ \\* jc2 \\o\\ad(\\s\\up 9(kana),base)}{\fldrslt}}\par"
    found = read(tmp_path, content)
    assert marked(found.passages[0]) == [("base", "ruby", "kana")]


def test_a_file_cut_off_in_the_middle_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut.rtf"
    path.write_bytes(rb"{\rtf1\ansi first\par {\b second")
    assert [passage.text for passage in files.extract(path).passages] == ["first", "second"]


def test_groups_nested_a_million_deep_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "deep.rtf"
    path.write_bytes(rb"{\rtf1 start\par " + b"{" * 1_000_000 + rb"end\par")
    assert files.extract(path).passages[0].text == "start"
