import pytest

from hiroba.extract.equations import equation_text
from hiroba.extract.numerals import numeral


@pytest.mark.parametrize(
    ("number", "style", "shown"),
    [
        (12, "decimal", "12"),
        (7, "decimalZero", "07"),
        (3, "decimalFullWidth", "３"),
        (21, "decimalEnclosedCircle", "㉑"),
        (3, "aiueoFullWidth", "ウ"),
        (1, "aiueo", "ｱ"),
        (4, "irohaFullWidth", "ニ"),
        (120, "japaneseCounting", "百二十"),
        (10_011, "japaneseCounting", "一万十一"),
        (21, "japaneseLegal", "弐拾壱"),
        (105, "japaneseDigitalTenThousand", "一〇五"),
        (2, "ideographTraditional", "乙"),
        (28, "upperLetter", "BB"),
        (44, "lowerRoman", "xliv"),
        (5, "none", ""),
        (5, "a style of the future", "5"),
    ],
)
def test_numbers_look_as_word_shows_them(number: int, style: str, shown: str) -> None:
    assert numeral(number, style) == shown


@pytest.mark.parametrize(
    ("instruction", "shown"),
    [
        (r' EQ \* jc2 \* "Font:ＭＳ 明朝" \* hps10 \o\ad(\s\up 9(ひろば),広場)', ("広場", "ひろば")),
        (r"eq \o(○,1)", ("○1", "")),
        (r"HYPERLINK http://a", ("", "")),
    ],
)
def test_fields_of_equations_say_what_they_show(instruction: str, shown: tuple[str, str]) -> None:
    assert equation_text(instruction) == shown
