from __future__ import annotations

from pathlib import Path

from hiroba.extract.files import extract

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Asia/Tokyo
END:VTIMEZONE
BEGIN:VEVENT
UID:a1
SUMMARY;LANGUAGE=ja:指定管理者との打合
 せ
DTSTART;TZID="Asia/Tokyo":20261201T130000
DTEND;VALUE=DATE:20261202
ORGANIZER;CN="近藤 学":mailto:kondo@mirai.invalid
ATTENDEE;CN=木村:mailto:k@x
ATTENDEE:mailto:sato@mirai.invalid
LOCATION:301会議室\\, 本庁
DESCRIPTION:議題\\n資料を持参
BEGIN:VALARM
DESCRIPTION:鳴る
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:b
こわれた行
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_each_event_is_a_passage_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "予定.ics"
    path.write_bytes(CALENDAR.encode())
    found = extract(path)
    assert found.passages[0].locator == "line=6"
    assert found.passages[0].text.split("\n") == [
        "指定管理者との打合せ", "2026-12-01 13:00", "2026-12-02", "301会議室, 本庁", "近藤 学",
        "木村、sato@mirai.invalid", "議題", "資料を持参",
    ]  # fmt: skip
    assert [passage.text for passage in found.passages[1:]] == ["b"]
    assert "鳴る" not in found.passages[0].text


def test_a_calendar_without_events_says_so(tmp_path: Path) -> None:
    path = tmp_path / "空.ics"
    path.write_bytes(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    error = extract(path).error
    assert error is not None
    assert error.code == "ICS-01"
