import pytest

from hiroba.extract.number_format import BUILT_IN, shown_number, shown_text

NOON = 46349.5  # 2026-11-23 12:00


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234567, "#,##0", "1,234,567"),
        (1234567, "#,##0,", "1,235"),
        (1234567, '#,##0,"千円"', "1,235千円"),
        (1234567890, "#,##0,,", "1,235"),
        (1234.5, "#,##0.00", "1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (0.5, "0%", "50%"),
        (-1234, "#,##0;▲#,##0", "▲1,234"),
        (-1234, '#,##0;[Red]"△ "#,##0', "△ 1,234"),
        (-5, "#,##0;[Red]-#,##0", "-5"),
        (-5, "0.0", "-5.0"),
        (0, '#,##0;-#,##0;"－"', "－"),
        (0, "0;-0;;@", ""),
        (7, "000", "007"),
        (1234567, "000-0000", "123-4567"),
        (312345678, "00-0000-0000", "03-1234-5678"),
        (2.675, "0.00", "2.68"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "General", "0.3333333333"),
        (123456789012, "General", "123456789012"),
        (1e20, "General", "1E+20"),
        (0.00001234, "General", "1.234E-05"),
        (12345, "0.00E+00", "1.23E+04"),
        (99999, "0.0E+0", "1.0E+5"),
        (12345, "##0.0E+0", "12.3E+3"),
        (1.5, "# ?/?", "1 1/2"),
        (0.25, "# ??/??", "1/4"),
        (3.125, "# ?/8", "3 1/8"),
        (1500, '[>=1000]#,##0,"千";0', "2千"),
        (150, '[>=1000]#,##0,"千";0', "150"),
        (1, '[=1]"男";[=2]"女";General', "男"),
        (3, '[=1]"男";[=2]"女";General', "3"),
        (12, 'General"名"', "12名"),
        (5000, "[$¥-411]#,##0", "¥5,000"),
        (5000, '"¥"#,##0_);("¥"#,##0)', "¥5,000 "),
        (123, "[DBNum3]0", "１２３"),
        (1203, "[DBNum1]General", "千二百三"),
        (1.5, "0.##", "1.5"),
        (1, "0.##", "1."),
        (0.5, "#.0", ".5"),
    ],
)
def test_a_number_is_shown_as_its_cell_shows_it(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (NOON, "yyyy/m/d", "2026/11/23"),
        (NOON, "yyyy/mm/dd hh:mm", "2026/11/23 12:00"),
        (NOON, '[$-411]ggge"年"m"月"d"日"', "令和8年11月23日"),
        (NOON, '[$-411]ggge"年"m"月"d"日"(aaa);@', "令和8年11月23日(月)"),
        (NOON, "[$-411]ge.m.d", "R8.11.23"),
        (NOON, "[$-411]gge.mm.dd", "令8.11.23"),
        (NOON, "[$-411]gee.m.d", "R08.11.23"),
        (NOON, "aaaa", "月曜日"),
        (NOON, "m/d/yy h:mm AM/PM", "11/23/26 12:00 PM"),
        (NOON, "d-mmm-yy", "23-Nov-26"),
        (NOON, '[DBNum1][$-411]m"月"d"日"', "十一月二十三日"),
        (43586, '[$-ja-JP-x-gannen]ggge"年"m"月"d"日"', "令和元年5月1日"),
        (43586, '[$-800411]ggge"年"m"月"d"日"', "令和元年5月1日"),
        (43586, '[$-411]ggge"年"m"月"d"日"', "令和1年5月1日"),
        (43585, '[$-411]ggge"年"m"月"d"日"', "平成31年4月30日"),
        (32515, "[$-411]ge.m.d", "S64.1.7"),
        (32516, "[$-411]ge.m.d", "H1.1.8"),
        (1.5, "[h]:mm", "36:00"),
        (1.5 + 1 / 86400, "[h]:mm:ss", "36:00:01"),
        (90 / 1440, "[mm]", "90"),
        (0.999988425925926, "h:mm", "23:59"),
        (0.5 + 1.26 / 86400, "mm:ss.0", "00:01.3"),
        (60, "yyyy/m/d", "1900/2/29"),
        (1, "yyyy/m/d", "1900/1/1"),
        (-1, "yyyy/m/d", "-1"),
        (0.75, 'h"時"mm"分"', "18時00分"),
    ],
)
def test_a_serial_number_is_shown_as_its_date(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


def test_the_calendar_of_the_macintosh_begins_in_1904() -> None:
    assert shown_number(0, "yyyy/m/d", is_1904=True) == "1904/1/1"


@pytest.mark.parametrize(
    ("built_in", "shown"),
    [
        *((code, "R8.11.23") for code in (27, 36, 50, 57)),
        *((code, "令和8年11月23日") for code in (28, 29, 51, 54, 58)),
        *((code, "2026年11月") for code in (34, 52, 55)),
        *((code, "11月23日") for code in (35, 53, 56)),
        (31, "2026年11月23日"),
        (32, "12時00分"),
        (14, "2026/11/23"),
        (22, "2026/11/23 12:00"),
    ],
)
def test_the_japanese_built_in_formats_are_known(built_in: int, shown: str) -> None:
    assert shown_number(NOON, BUILT_IN[built_in]) == shown


def test_a_text_format_wraps_its_text() -> None:
    assert shown_text("山田", '@"様"') == "山田様"
    assert shown_text("山田", "0.00") == "山田"
    assert shown_text("山田", ";;;") == ""
    assert shown_text("山田", '0;-0;0;"氏名 "@') == "氏名 山田"


@pytest.mark.parametrize(
    "code", ["", ";;;", '"', "[", "[>]0", "\\", "E+", "/", "?/?", "[$-", "0.0.0", "yyyy.0", "#,,,,", "0" * 900]
)
@pytest.mark.parametrize("value", [0.0, -1.5, 1e300, 1e-300, 123456.789])
def test_no_code_stops_the_reader(code: str, value: float) -> None:
    assert isinstance(shown_number(value, code), str)
