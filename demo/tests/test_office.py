"""The office is built as a whole once; what it holds is read back from the real files."""

from __future__ import annotations

import csv
import email
import email.policy
import hashlib
import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from docx import Document

from demo.calendar import era_month
from demo.office import build, papers
from demo.people import get_person, units
from demo.write import render

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirai")
    build(folder, TODAY)
    return folder


def files(office: Path, ending: str) -> list[Path]:
    return sorted((office / "files").rglob(f"*{ending}"))


def only(office: Path, name: str) -> Path:
    found = list((office / "files").rglob(name))
    assert len(found) == 1, found
    return found[0]


def test_the_office_holds_at_least_six_hundred_files_and_the_manifest_names_each(office: Path) -> None:
    entries = json.loads((office / "manifest.json").read_text(encoding="utf-8"))
    on_disk = {str(path.relative_to(office / "files")) for path in (office / "files").rglob("*") if path.is_file()}
    assert {entry["path"] for entry in entries} == on_disk
    assert len(entries) == len(on_disk) >= 600


def test_every_format_is_there_in_numbers(office: Path) -> None:
    counted = Counter(path.suffix for path in (office / "files").rglob("*") if path.is_file())
    wanted = {
        ".docx": 100,
        ".xlsx": 80,
        ".pptx": 15,
        ".pdf": 15,
        ".eml": 60,
        ".txt": 30,
        ".csv": 10,
        ".html": 3,
        ".png": 2,
        ".jpg": 1,
    }
    assert {ending: counted[ending] for ending, least in wanted.items() if counted[ending] < least} == {}


def test_nobody_brings_a_paper_in_who_is_not_of_the_office_and_none_is_from_the_future() -> None:
    for paper in papers(TODAY):
        get_person(paper.by)
        assert paper.unit in units() or paper.unit in ("0603", "060301"), paper.path
        assert paper.at.date() <= TODAY, paper.path


def test_the_same_day_gives_the_same_bytes() -> None:
    def digest() -> str:
        found = hashlib.sha256()
        for index, paper in enumerate(papers(TODAY)):
            if index % 7 == 0:  # a seventh of the office holds every format and keeps the test short
                found.update(render(paper.body, paper.at, paper.path))
        return found.hexdigest()

    assert digest() == digest()


def test_another_day_gives_an_office_too() -> None:
    for today in (date(2026, 4, 2), date(2027, 1, 31), date(2028, 2, 29)):
        assert sum(1 for _ in papers(today)) >= 400


def test_no_archive_carries_a_clock_of_the_building_machine(office: Path) -> None:
    path = only(office, "利用者数の調べ_経過.docx")
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2026, 8, 10)}


def test_the_telephone_rings_388_then_401_then_412_times(office: Path) -> None:
    told = []
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        sheet = openpyxl.load_workbook(only(office, f"受付件数_{era_month(month)}.xlsx"))["受付件数"]
        told.append((sheet["E3"].value, sheet["E4"].value))
        assert sheet["E5"].value == sheet["E3"].value + sheet["E4"].value
        assert sum(sheet[f"{column}3"].value for column in "BCD") == sheet["E3"].value
    assert told == [(388, 91), (401, 93), (412, 96)]


def test_the_money_office_counted_409_at_noon(office: Path) -> None:
    sheet = openpyxl.load_workbook(only(office, "窓口業務 月次件数*.xlsx"))["集計"]
    assert sheet["C3"].value == 409
    assert "正午" in sheet["E3"].value


def test_the_four_figures_stand_where_they_were_told(office: Path) -> None:
    report = pypdfium2.PdfDocument(only(office, "子育て支援年報_*.pdf"))
    assert "4,812人" in report[0].get_textpage().get_text_range()
    outline = Document(str(only(office, "事業概要_原稿（一時保育）.docx")))
    assert "4,790人" in "".join(paragraph.text for paragraph in outline.paragraphs)
    answer = Document(str(only(office, "第2回定例会_答弁資料_一時保育.docx")))
    assert "約5,000人" in "".join(paragraph.text for paragraph in answer.paragraphs)
    with zipfile.ZipFile(only(office, "子育て特集_図.pptx")) as archive:
        chart = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("ppt/charts/chart"))
    assert b"4821" in chart


def test_what_is_sent_back_adds_up_to_38_and_17_and_to_62_and_29(office: Path) -> None:
    for name, totals in (
        ("差し戻し一覧_令和8年2月.xlsx", {"B": 38, "C": 17}),
        ("差し戻し理由（5月分）.xlsx", {"B": 62, "C": 29}),
    ):
        book = openpyxl.load_workbook(only(office, name))
        sheet = book[book.sheetnames[-1]]
        for column, total in totals.items():
            values = [cell.value for cell in sheet[column] if isinstance(cell.value, int)]
            assert sum(values[:-1]) == values[-1] == total


def test_an_inquiry_keeps_its_words_through_every_step(office: Path) -> None:
    mails = {}
    for path in files(office, ".eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        mails[str(message["Message-ID"])] = message
    rounds = [
        message
        for message in mails.values()
        if str(message["Subject"]) == "Fw: Fw: Fw: 「相談窓口の件数」について（照会）"
    ]
    assert len(rounds) == 6
    for last in rounds:
        first = last
        while first["In-Reply-To"]:
            first = mails[str(first["In-Reply-To"])]
        body = last.get_body()
        source = first.get_body()
        assert body is not None
        assert source is not None
        for line in source.get_content().strip().splitlines():
            assert line in body.get_content()


def test_the_robot_is_silent_since_12_may(office: Path) -> None:
    rows = list(csv.reader(only(office, "実行ログ_*.csv").read_text(encoding="cp932").splitlines()))
    assert rows[-2][0] == "令和8年5月12日 07:00"
    assert rows[-2][1] == "異常"


def test_twenty_four_meetings_decide_three_times(office: Path) -> None:
    minutes = [
        paper
        for paper in papers(TODAY)
        if "/第" in paper.path and "/議事録." in paper.path and "防災連絡会" in paper.path
    ]
    assert len(minutes) == 24
    decided = [paper for paper in minutes if "下記のとおり" in str(paper.body)]
    assert len(decided) == 3


def test_five_of_the_eleven_boxes_are_empty(office: Path) -> None:
    forms = [path for path in files(office, ".xlsx") if path.name.startswith("様式第4号_")]
    assert len(forms) == 8
    for path in forms:
        sheet = openpyxl.load_workbook(path)["様式第4号"]
        row = [sheet.cell(6, column).value for column in range(1, 12)]
        assert row.count(None) == 5
        assert "".join(sheet.cell(1, column).value or "" for column in range(1, 20)) == "様式第４号（第３条関係）"


def test_people_have_one_open_or_ended_row_for_each_post(office: Path) -> None:
    rows = list(csv.DictReader((office / "people.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len({row["ログイン"] for row in rows}) >= 200
    by_login = {
        login: [row for row in rows if row["ログイン"] == login] for login in ("sato", "nakagawa", "guest", "konno")
    }
    assert [(row["部署コード"], row["終了日"]) for row in by_login["sato"]] == [("040201", "2027-03-31"), ("0401", "")]
    assert [(row["部署コード"], row["区分"], row["開始日"]) for row in by_login["nakagawa"]][1] == (
        "0403",
        "兼務",
        "2027-04-01",
    )
    assert [row["終了日"] for row in by_login["guest"]] == ["2027-03-31"]
    assert [row["部署コード"] for row in by_login["konno"] if row["区分"] == "本務"] == ["0402", "0403"]
    merged = list(csv.DictReader((office / "next-april.csv").read_text(encoding="cp932").splitlines()))
    assert {row["部署名"] for row in merged if row["開始日"] == "2027-04-01"} == {"環境清掃課", "清掃事務所"}
