"""Forms in spreadsheets: ranges, letters in cells of their own, merged cells, marks and words that choose."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from hiroba.extract import files
from hiroba.extract.form_cells import read_cells
from hiroba.extract.form_places import Answer, Choice, Field
from hiroba.extract.tests.making import write_zip
from hiroba.language.form_values import is_marked, read_choice, read_date, read_number, read_text

TODAY = date(2026, 11, 23)


@pytest.fixture
def answers(tmp_path: Path) -> dict[str, Answer]:
    book = Workbook()
    sheet = book.active
    sheet.title = "申込書"
    for column in range(1, 30):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = 2.6
    for column, letter in enumerate("0312345678木村直美", start=5):  # two fields that touch, a letter a cell
        sheet.cell(3, column).value = letter
    sheet["A5"], sheet["C5"] = "申込日", "令和8年11月23日(月)"
    sheet.merge_cells("C5:H5")
    sheet["A6"], sheet["C6"] = "金額", "￥12,500円"
    sheet["A7"], sheet["C7"], sheet["D7"], sheet["F7"], sheet["G7"] = "区分", "○", "新規", "", "継続"
    sheet["A8"], sheet["C8"] = "同意", "☑有 □無"
    sheet["A9"], sheet["C9"] = "写し", "レ"
    sheet["A10"], sheet["C10"] = "人数", "三人くらい"
    path = tmp_path / "申込書.xlsx"
    book.save(path)
    fields = [
        Field("電話", "text", "申込書!E3:N3"),
        Field("氏名", "text", "申込書!O3:X3"),
        Field("申込日", "date", "申込書!C5:H5"),
        Field("金額", "number", "申込書!C6"),
        Field("区分", "choice", "申込書!C7:H7", (Choice("新規", "申込書!C7:D7"), Choice("継続", "申込書!F7:G7"))),
        Field("同意", "choice", "申込書!C8", (Choice("有"), Choice("無"))),
        Field("写し", "check", "申込書!C9"),
        Field("人数", "number", "申込書!C10"),
        Field("備考", "text", "申込書!C12:H14"),
    ]
    return {each.name: each for each in read_cells(files.extract(path).passages, fields, TODAY)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("電話", "0312345678"),
        ("氏名", "木村直美"),
        ("申込日", "2026-11-23"),
        ("金額", "12500"),
        ("区分", "新規"),
        ("同意", "有"),
        ("写し", "1"),
        ("備考", ""),
    ],
)
def test_a_field_is_read_from_its_cells(answers: dict[str, Answer], name: str, value: str) -> None:
    assert (answers[name].value, answers[name].question) == (value, "")


def test_what_is_no_number_is_asked_and_not_guessed(answers: dict[str, Answer]) -> None:
    assert (answers["人数"].value, answers["人数"].raw, answers["人数"].question) == ("", "三人くらい", "FORM-02")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("令和8年11月23日", "2026-11-23"),
        ("令和 元 年 5 月 1 日", "2019-05-01"),
        ("R8.11.23", "2026-11-23"),
        ("２０２６／１１／２３", "2026-11-23"),
        ("令和8年11月23目", "2026-11-23"),
        ("8年11月23日", None),  # of which era?
        ("令和8年11月", None),
        ("令和8年2月30日", None),
        ("来週", None),
    ],
)
def test_only_a_whole_day_is_a_date(raw: str, value: str | None) -> None:
    assert read_date(raw, TODAY) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("１，２３４円", "1234"),
        ("▲12", "-12"),
        ("0.5", "0.5"),
        ("007", "7"),
        ("1O5", "105"),
        ("約30", None),
        ("1 2-3", None),
    ],
)
def test_a_number_is_read_without_its_units(raw: str, value: str | None) -> None:
    assert read_number(raw) == value


def test_a_choice_is_one_or_none() -> None:
    assert read_choice("男・女", ["男", "女"]) is None
    assert read_choice("(男)・女", ["男", "女"]) == "男"
    assert read_choice("■ 有　□ 無", ["有", "無"]) == "有"
    assert read_choice("☑有 ☑無", ["有", "無"]) is None
    assert read_choice("女", ["男", "女"]) == "女"
    assert is_marked("〇")
    assert not is_marked("□")


def test_what_recognition_makes_of_an_address_is_put_right() -> None:
    assert read_text("若葉台3JH4番30号") == "若葉台3丁目4番30号"
    assert read_text("中央三丁日12番") == "中央三丁目12番"
    assert read_text("JH製作所") == "JH製作所"


_DRAWING = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor>
<xdr:from><xdr:col>{0}</xdr:col><xdr:row>6</xdr:row></xdr:from><xdr:to><xdr:col>{1}</xdr:col><xdr:row>6</xdr:row></xdr:to>
<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="円/楕円 1"/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="ellipse"/><a:noFill/>
</xdr:spPr></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"""
_RELATED = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="/xl/drawings/drawing1.xml"/>
</Relationships>"""


@pytest.mark.parametrize(
    ("columns", "value", "question"), [((2, 3), "新規", ""), ((4, 6), "継続", ""), ((2, 6), "", "FORM-03")]
)
def test_a_circle_drawn_over_a_choice_chooses_it(
    tmp_path: Path, columns: tuple[int, int], value: str, question: str
) -> None:
    book = Workbook()
    book.active.title = "申込書"
    book.active["C7"], book.active["F7"] = "新規", "継続"
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain:
        parts = {name: plain.read(name) for name in plain.namelist()}
    parts |= {"xl/drawings/drawing1.xml": _DRAWING.format(*columns).encode()}
    parts |= {"xl/worksheets/_rels/sheet1.xml.rels": _RELATED.encode()}
    path = write_zip(tmp_path / "circled.xlsx", parts)
    choices = (Choice("新規", "申込書!C7:D7"), Choice("継続", "申込書!F7:G7"))
    (answer,) = read_cells(files.extract(path).passages, [Field("区分", "choice", "申込書!C7:G7", choices)], TODAY)
    assert (answer.value, answer.question) == (value, question)
