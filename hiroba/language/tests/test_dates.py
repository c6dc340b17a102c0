from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiroba.language.dates import find_period

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("text", "from_on", "until_on"),
    [
        ("令和6年度", "2024-04-01", "2025-03-31"),
        ("R6年度", "2024-04-01", "2025-03-31"),
        ("2025年度", "2025-04-01", "2026-03-31"),
        ("FY2025", "2025-04-01", "2026-03-31"),
        ("令和元年", "2019-01-01", "2019-12-31"),
        ("平成元年度", "1989-04-01", "1990-03-31"),
        ("R6.5.1", "2024-05-01", "2024-05-01"),
        ("令和６年５月", "2024-05-01", "2024-05-31"),
        ("令和6年2月29日", "2024-02-29", "2024-02-29"),
        ("昭和64年1月7日", "1989-01-07", "1989-01-07"),
        ("2026年11月", "2026-11-01", "2026-11-30"),
        ("2026年12月", "2026-12-01", "2026-12-31"),
        ("2026/11/3", "2026-11-03", "2026-11-03"),
        ("20261103", "2026-11-03", "2026-11-03"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-11-01..2026-11-30", "2026-11-01", "2026-11-30"),
        ("令和5年度〜令和6年度", "2023-04-01", "2025-03-31"),
        ("2025年4月から2025年6月まで", "2025-04-01", "2025-06-30"),
        ("2026-03..", "2026-03-01", None),
        ("..令和5年度", None, "2024-03-31"),
        ("令和5年度上半期", "2023-04-01", "2023-09-30"),
        ("令和5年度下半期", "2023-10-01", "2024-03-31"),
        ("令和5年度第4四半期", "2024-01-01", "2024-03-31"),
        ("昨年度", "2025-04-01", "2026-03-31"),
        ("今年度", "2026-04-01", "2027-03-31"),
        ("先月", "2026-10-01", "2026-10-31"),
        ("今週", "2026-11-23", "2026-11-29"),
        ("5月", "2026-05-01", "2026-05-31"),
        ("2月", "2027-02-01", "2027-02-28"),
        ("過去30日間", "2026-10-24", "2026-11-23"),
        ("昨日", "2026-11-22", "2026-11-22"),
    ],
)
def test_a_period_is_read_as_offices_write_it(text: str, from_on: str | None, until_on: str | None) -> None:
    period = find_period(text, TODAY)
    assert period is not None
    assert (period.from_on and period.from_on.isoformat(), period.until_on and period.until_on.isoformat()) == (
        from_on,
        until_on,
    )


@pytest.mark.parametrize(
    "text", ["", "予算", "令和6年13月", "2026-02-30", "令和0年", "..", "2026-05..2026-04", "13月", "9999年12月", "0000"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert find_period(text, TODAY) is None


@given(st.text("令和元年度月日0123456789./-~RH上半期第四 から", max_size=24))
def test_any_text_is_read_without_an_error_and_in_order(text: str) -> None:
    period = find_period(text, TODAY)
    if period and period.from_on and period.until_on:
        assert period.from_on <= period.until_on
