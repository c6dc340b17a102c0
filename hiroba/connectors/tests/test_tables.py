from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from hiroba.connectors.columns import find_moment, propose
from hiroba.connectors.outside import OutsideError
from hiroba.connectors.tables import find_header, open_delimited, open_sheet
from hiroba.extract.files import extract

LEDGER = (
    "公園施設台帳,,,\r\n出力日:,令和8年11月1日,,\r\n\r\n"
    "施設番号,施設名,設置年月日,備考\r\n"
    'P-001,みどり公園,平成12年4月1日,"遊具あり\r\n要点検"\r\n'
    "P-002,あおば公園,S55.10.3,髙木の剪定①\r\n"
)


def written(folder: Path, text: str, encoding: str, name: str = "台帳.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_the_header_is_found_below_titles_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    table = open_delimited(written(tmp_path, LEDGER, encoding))
    assert table.header == ("施設番号", "施設名", "設置年月日", "備考")
    rows = list(table.rows)
    assert [row.locator for row in rows] == ["line=5", "line=7"]
    assert rows[1].cells == ("P-002", "あおば公園", "S55.10.3", "髙木の剪定①")


def test_japanese_that_begins_late_in_an_ascii_file_is_read(tmp_path: Path) -> None:
    lines = "id,name\n" + "".join(f"{n},x\n" for n in range(60_000)) + "60000,みどり公園\n"
    table = open_delimited(written(tmp_path, lines, "cp932"))
    assert [row.cells[1] for row in table.rows][-1] == "みどり公園"


def test_a_quote_that_is_never_closed_ends_the_reading(tmp_path: Path) -> None:
    path = written(tmp_path, '番号,件名\n1,"開いたまま\n2,次\n3,その次\n', "utf-8")
    with pytest.raises(OutsideError) as caught:
        list(open_delimited(path).rows)
    assert (caught.value.code, caught.value.params) == ("TABLE-04", {"line": 2})


def test_a_file_without_line_ends_is_not_read_into_memory(tmp_path: Path) -> None:
    path = written(tmp_path, "番号,件名\n1," + "あ" * 2_500_000, "utf-8")
    with pytest.raises(OutsideError, match="TABLE-04"):
        list(open_delimited(path).rows)
    path = written(
        tmp_path, ",".join(f"列{chr(0x4E00 + n)}" for n in range(600)) + "\n" + "あ," * 599 + "い\n", "utf-8"
    )
    with pytest.raises(OutsideError, match="TABLE-02"):
        open_delimited(path)


def test_a_table_without_a_header_is_not_guessed_at(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="TABLE-03"):
        open_delimited(written(tmp_path, "1,2,3\n4,5,6\n7,8,9\n", "utf-8"))
    assert find_header([["2026年度"], ["", ""]]) is None


def test_names_that_come_twice_or_not_at_all_stay_apart(tmp_path: Path) -> None:
    table = open_delimited(written(tmp_path, "番号,氏名,,氏名,\n1,a,b,c,\n", "utf-8"))
    assert table.header == ("番号", "氏名", "C", "氏名(2)")


def test_a_workbook_is_a_table_with_the_place_of_each_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["表紙"])
    sheet = book.create_sheet("台帳")
    for row in (["施設の一覧"], [], ["番号", "施設名", "面積"], ["P-1", "みどり公園", 120.5], ["P-2", None, 80]):
        sheet.append(row)
    book.save(tmp_path / "台帳.xlsx")
    table = open_sheet(extract(tmp_path / "台帳.xlsx"))
    rows = list(table.rows)
    assert table.header == ("番号", "施設名", "面積")
    assert (rows[0].locator, rows[0].cells) == ("台帳!A4", ("P-1", "みどり公園", "120.5"))
    assert (rows[1].locator, rows[1].cells) == ("台帳!A5", ("P-2", "", "80"))


def test_the_columns_of_an_electronic_decision_are_proposed() -> None:
    header = ["決裁番号", "件名", "起案日", "起案者", "起案部署", "伺い文", "添付ファイル", "保存期間"]
    rows = [
        [
            f"R8-{n}",
            f"遊具修繕の契約について{n}",
            "令和8年5月1日",
            "近藤 学",
            "公園課",
            "次のとおり" * 20,
            "a.pdf",
            "5年",
        ]
        for n in range(20)
    ]
    proposal = propose(header, rows)
    uses = ["key", "title", "date", "person", "unit", "text", "file", "field"]
    assert [column.use for column in proposal.columns] == uses
    assert proposal.shape == "cases"


def test_a_ledger_is_rows_and_a_column_of_personal_numbers_is_left_out() -> None:
    header = ["施設コード", "施設名", "個人番号", "面積"]
    proposal = propose(header, [["1", "みどり公園", "123456789018", "10"], ["2", "あおば", "", "20"]])
    assert [column.use for column in proposal.columns] == ["key", "title", "leave_out", "field"]
    assert proposal.shape == "rows"


def test_one_number_written_into_remarks_does_not_leave_the_column_out() -> None:
    proposal = propose(["番号", "備考"], [["1", "個人番号 123456789018"], ["2", ""]])
    assert [column.use for column in proposal.columns] == ["key", "text"]


def test_a_key_whose_values_come_twice_is_not_proposed_as_one() -> None:
    proposal = propose(["受付番号", "内容"], [["1", "a" * 80], ["1", "b" * 80]])
    assert [column.use for column in proposal.columns] == ["field", "text"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和8年11月23日(月) 9:05", dt.datetime(2026, 11, 23, 9, 5)),
        ("R8.11.23", dt.datetime(2026, 11, 23)),
        ("S55.10.3", dt.datetime(1980, 10, 3)),
        ("20261123", dt.datetime(2026, 11, 23)),
        ("2026-11-23T09:05:00Z", dt.datetime(2026, 11, 23, 9, 5, tzinfo=dt.UTC)),
        ("令和元年5月1日", dt.datetime(2019, 5, 1)),
        ("2026/11/23 25:00", None),
        ("令和8年13月1日", None),
        ("公園課", None),
        ("今日", None),
        ("11/23", None),
    ],
)
def test_days_are_read_as_offices_write_them(text: str, expected: dt.datetime | None) -> None:
    assert find_moment(text) == expected
