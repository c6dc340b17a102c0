"""The head of a paper: what is proposed as title, date and sender, and what is not."""

from __future__ import annotations

from datetime import date

from hiroba.language.letterheads import find_letterhead

TODAY = date(2026, 11, 23)
LETTER = [
    "8 みら公第123号",
    "令和８年１１月１６日",
    "みらい区長 様",
    "東京都公園協会",
    "会長 大山 茂",
    "公園の遊具の点検について(照会)",
    "標記について、令和9年1月15日までに回答をお願いします。",
]


def test_a_letter_gives_title_date_and_sender() -> None:
    head = find_letterhead(LETTER, TODAY)
    assert head.title == "公園の遊具の点検について(照会)"
    assert head.dated_on == date(2026, 11, 16)
    assert head.sender == "東京都公園協会"


def test_labels_win_over_guesses() -> None:
    head = find_letterhead(["発信者: 木村工務店 03-1234-5678", "件名:見積りの差しかえ", "工事について"], TODAY)
    assert (head.title, head.sender) == ("見積りの差しかえ", "木村工務店")


def test_a_fax_header_gives_number_and_time() -> None:
    head = find_letterhead(
        ["2026年11月20日 14:03  FROM: みらい建設 TEL 03-1234-5678   P.001/002", "御 見 積 書", "みらい区 御中"], TODAY
    )
    assert (head.fax_from, head.fax_at, head.fax_on) == ("03-1234-5678", "14:03", date(2026, 11, 20))
    assert head.title == "御見積書"
    assert head.sender == "みらい建設"
    assert head.dated_on == date(2026, 11, 20)


def test_a_form_with_spread_letters_is_named() -> None:
    assert find_letterhead(["利 用 申 込 書", "みらい区長 あて"], TODAY).title == "利用申込書"


def test_nothing_is_made_up() -> None:
    head = find_letterhead(["こんにちは。", "希望する園 みどり保育園", "令和9年5月1日に行います。"], TODAY)
    assert (head.title, head.sender, head.dated_on, head.fax_from) == ("", "", None, "")
