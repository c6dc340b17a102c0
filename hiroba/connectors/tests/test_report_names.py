"""What the name of a report says, as systems write it; and numbers that are no days."""

from __future__ import annotations

import datetime as dt

import pytest

from hiroba.connectors.report_names import read_report_name

LATEST = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("path", "name", "issued_at"),
    [
        ("支払一覧_20261123.pdf", "支払一覧", "2026-11-23T00:00:00"),
        ("支払一覧_20261123_0905.pdf", "支払一覧", "2026-11-23T09:05:00"),
        ("支払一覧20261123090530.PDF", "支払一覧", "2026-11-23T09:05:30"),
        ("2026-11-23 支払一覧.csv", "支払一覧", "2026-11-23T00:00:00"),
        ("支払一覧(R8.11.23現在).pdf", "支払一覧", "2026-11-23T00:00:00"),
        ("支払一覧_R081123.pdf", "支払一覧", "2026-11-23T00:00:00"),
        ("支払一覧_令和8年11月23日_9時.pdf", "支払一覧_9時", "2026-11-23T00:00:00"),
        ("支払一覧_20261122_20261123.pdf", "支払一覧", "2026-11-23T00:00:00"),
        ("20261123/支払一覧.pdf", "支払一覧", "2026-11-23T00:00:00"),
        ("支払一覧/20261123.pdf", "支払一覧", "2026-11-23T00:00:00"),
        ("支払期限一覧_20271231.pdf", "支払期限一覧", None),  # no report was put out in a year to come
    ],
)
def test_the_days_in_a_name_are_the_issue_and_the_rest_is_the_report(
    path: str, name: str, issued_at: str | None
) -> None:
    read = read_report_name(path, "issued", LATEST)
    assert (read.name, read.issued_at and read.issued_at.isoformat()) == (name, issued_at)


@pytest.mark.parametrize(
    "path",
    [
        "様式20261.pdf",
        "帳票2026112.pdf",
        "帳票20261345.pdf",
        "CODE20261123456789.pdf",
        "帳票R99.12.pdf",
        "第3号_055.pdf",
    ],
)
def test_a_number_that_is_no_day_stays_in_the_name(path: str) -> None:
    read = read_report_name(path, "issued", LATEST)
    assert (read.key, read.issued_at) == (path, None)


def test_the_next_issue_has_the_same_key_and_another_form_another() -> None:
    paths = ["日計表_20261122.pdf", "日計表_20261123_1800.pdf", "日計表_R8.11.24.PDF", "日計表(令和8年11月21日).pdf"]
    assert {read_report_name(path, "issued", LATEST).key for path in paths} == {"日計表.pdf"}
    assert read_report_name("日計表_20261122.csv", "issued", LATEST).key == "日計表.csv"
    assert read_report_name("収納/日計表_20261122.pdf", "issued", LATEST).key == "収納/日計表.pdf"


@pytest.mark.parametrize(
    ("path", "key", "period"),
    [
        ("月計表_202611.pdf", "月計表@2026年11月.pdf", "2026年11月"),
        ("月計表_2026年11月分.pdf", "月計表@2026年11月.pdf", "2026年11月"),
        ("月計表_202610_20261105.pdf", "月計表@2026年10月.pdf", "2026年10月"),
        ("決算_令和8年度.pdf", "決算@2026年度.pdf", "2026年度"),
        ("R8年度/決算_20261105.pdf", "決算@2026年度.pdf", "2026年度"),
    ],
)
def test_last_months_report_is_no_older_version_of_this_months(path: str, key: str, period: str) -> None:
    read = read_report_name(path, "issued", LATEST)
    assert (read.key, read.period) == (key, period)


@pytest.mark.parametrize(
    ("path", "key", "period", "issued_at"),
    [
        ("月計表_202610.pdf", "月計表@2026年10月.pdf", "2026年10月", None),
        ("月計表_令和8年10月分.pdf", "月計表@2026年10月.pdf", "2026年10月", None),
        ("月計表_202610_20261105.pdf", "月計表@2026年10月.pdf", "2026年10月", "2026-11-05"),
        ("月計表_202610_20261106_0900.pdf", "月計表@2026年10月.pdf", "2026年10月", "2026-11-06"),
        ("202610/月計表.pdf", "月計表@2026年10月.pdf", "2026年10月", None),
        ("日計表_20261123.pdf", "日計表@2026年11月23日.pdf", "2026年11月23日", None),
        ("日計表_20261123_1800.pdf", "日計表.pdf", "", "2026-11-23"),
    ],
)
def test_where_names_tell_of_periods_each_period_is_its_own_and_is_put_out_again(
    path: str, key: str, period: str, issued_at: str | None
) -> None:
    read = read_report_name(path, "period", LATEST)
    assert (read.key, read.period) == (key, period)
    assert (read.issued_at and read.issued_at.date().isoformat()) == issued_at


def test_where_numbers_are_no_days_each_name_is_its_own() -> None:
    read = read_report_name("様式/帳票201901.pdf", "none", LATEST)
    assert (read.name, read.key, read.issued_at) == ("帳票201901", "様式/帳票201901.pdf", None)
