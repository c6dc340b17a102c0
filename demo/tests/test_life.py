"""The ordinary life of みらい区 and stories 9 to 16: told figures, the gate's papers, everybody present, nothing written twice."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

import pytest

from demo.calendar import JST
from demo.life import budgets, council, counters, desks
from demo.papers import Attachment, Body, Csv, Docx, Mail, Paper, Para, Pptx, Text, Xlsx
from demo.people import people, unit_name, units
from demo.stories import s09_waiting, s10_letters, s12_not_here, s13_disclosure, s14_survey, s16_notice

TODAY = date(2026, 11, 23)
NAMES = (
    "s09_waiting",
    "s10_letters",
    "s11_april",
    "s12_not_here",
    "s13_disclosure",
    "s14_survey",
    "s15_lunch",
    "s16_notice",
)
MODULES = [importlib.import_module(f"demo.stories.{name}") for name in NAMES] + [budgets, council, counters, desks]


def written(today: date = TODAY) -> list[Paper]:
    return [paper for module in MODULES for paper in module.papers(today)]


def words_in(value: object) -> Iterable[str]:
    """Yield every word and figure inside plain values, however deep."""
    if isinstance(value, dict):
        yield from words_in([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from words_in(inner)
    elif value is not None:
        yield str(value)


def text_of(body: Body) -> str:
    return "\n".join(words_in(asdict(body)))


def digits_of(text: str) -> list[str]:
    """Find twelve digits in any width, hyphened or not, on their own."""
    narrow = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return [found.replace("-", "") for found in re.findall(r"(?<![\d-])\d{4}-?\d{4}-?\d{4}(?![\d-])", narrow)]


def is_personal_number(digits: str) -> bool:
    """Check a number by the ordinance's own words, apart from the code that made it."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)  # Q_n for the digits from the left
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def paper_named(papers: Iterable[Paper], part: str) -> Paper:
    return next(paper for paper in papers if part in paper.path)


def test_there_are_at_least_350_papers_in_nine_formats_over_two_fiscal_years() -> None:
    papers = written()
    assert len(papers) >= 350
    endings = {paper.path.rsplit(".", 1)[1] for paper in papers}
    assert {"docx", "xlsx", "pptx", "pdf", "eml", "csv", "txt", "html", "png"} <= endings
    assert {paper.at.year if paper.at.month >= 4 else paper.at.year - 1 for paper in papers} == {2025, 2026}


def test_every_section_of_the_office_has_papers_of_its_own() -> None:
    sections = {code for code in units() if unit_name(code).endswith(("課", "係", "図書館", "保育園", "事務所"))}
    assert sections - {paper.unit for paper in written()} == set()


def test_everybody_who_wrote_works_here_and_no_path_comes_twice() -> None:
    papers = written()
    logins = {person.login for person in people()}
    assert {paper.by for paper in papers} <= logins
    assert len({paper.path for paper in papers}) == len(papers)
    addressed = {who for paper in papers if isinstance(paper.body, Mail) for who in (*paper.body.to, *paper.body.cc)}
    assert {who for who in addressed if "@" not in who} <= logins


def test_no_two_papers_share_their_whole_text() -> None:
    seen: dict[str, str] = {}
    for paper in written():
        text = paper.body.text if isinstance(paper.body, Mail | Text) else text_of(paper.body)
        text = f"{paper.body.subject}\n{text}" if isinstance(paper.body, Mail) else text
        assert text not in seen, f"{paper.path} says the same as {seen[text]}"
        seen[text] = paper.path


@pytest.mark.parametrize("today", [date(2026, 4, 1), date(2027, 1, 4), date(2027, 3, 31), date(2028, 2, 29)])
def test_no_paper_comes_from_the_future_and_no_date_is_left_open(today: date) -> None:
    for paper in written(today):
        assert paper.at.astimezone(JST).date() <= today, paper.path
        assert not re.search(r"\{[RWS]?(前々|前|今|来)", paper.path + text_of(paper.body)), paper.path


def test_the_waiting_time_falls_from_23_to_14_to_11_minutes_and_the_last_report_owns_what_was_not_kept() -> None:
    papers = list(s09_waiting.papers(TODAY))
    sheet = paper_named(papers, "待ち時間の記録").body
    assert isinstance(sheet, Xlsx)
    minutes = {row[0]: row[2] for row in sheet.sheets[0].rows[1:]}
    assert (minutes["9月"], minutes["1月"], minutes["3月"]) == (23, 14, 11)
    assert "「誰も」は果たしていない" in text_of(paper_named(papers, "最終").body)
    charts = paper_named(papers, "終わりの報告").body
    assert isinstance(charts, Pptx) and charts.slides[0].chart is not None
    assert list(charts.slides[0].chart.series["平均待ち時間(分)"])[::3] == [23, 18, 11]


def test_weekly_reports_keep_fact_interpretation_next_and_help_apart_and_belong_to_the_team() -> None:
    reports = [paper for paper in s09_waiting.papers(TODAY) if "/週報/" in paper.path]
    assert len(reports) >= 18
    for report in reports:
        assert report.audience == "team:窓口改善PT"
        assert [part in text_of(report.body) for part in ("事実", "解釈", "次", "助けて")] == [True] * 4


def test_there_are_sixty_letters_with_answers_and_private_ones_stay_in_the_room() -> None:
    letters = list(s10_letters.letters(TODAY))
    assert len(letters) >= 60
    assert len({letter.day for letter in letters}) == len(letters)
    assert sum(bool(letter.answers) for letter in letters) >= 50
    private = [paper for paper in s10_letters.papers(TODAY) if "/私信/" in paper.path]
    assert len(private) >= 15
    assert {(paper.unit, paper.audience) for paper in private} == {("00", "section")}


def test_an_anonymous_answer_names_nobody() -> None:
    pages = [paper for paper in s10_letters.papers(TODAY) if paper.path.endswith(".html") and "への返事" in paper.path]
    assert pages
    names = [person.name for person in people()]
    for page in pages:
        assert not any(name in text_of(page.body) for name in names)
        assert page.by == "yamamoto"
        assert page.at.hour == 18  # when the box is emptied, not when it was written


def test_papers_for_the_gate_carry_valid_check_digits() -> None:
    papers = list(s12_not_here.papers(TODAY))
    stopped = [paper for part in ("個人番号あり", "カード再交付") for paper in [paper_named(papers, part)]]
    for paper in stopped:
        numbers = [digits for digits in digits_of(text_of(paper.body)) if len(digits) == 12]
        assert numbers
        assert all(map(is_personal_number, numbers))
    assert len(set(digits_of(text_of(stopped[0].body)))) >= len(s12_not_here.NAMES)


def test_receipt_numbers_have_twelve_digits_and_no_check_digit() -> None:
    body = paper_named(s12_not_here.papers(TODAY), "受付番号一覧").body
    assert isinstance(body, Csv)
    numbers = [str(row[0]) for row in body.rows[1:]]
    assert {len(number) for number in numbers} == {12}
    assert sum(map(is_personal_number, numbers)) < len(numbers) / 4  # by chance one in eleven


def test_fourteen_records_tell_how_three_nurseries_became_two() -> None:
    papers = [paper for paper in s13_disclosure.papers(TODAY) if re.search(r"整備計画/\d\d ", paper.path)]
    assert len(papers) == 14
    first, second = (text_of(paper_named(papers, f"第{n}版").body) for n in (1, 2))
    assert "175人" in first and "3か所整備" in first
    assert "128人" in second and "2か所整備" in second
    kinds = {paper.path.rsplit(".", 1)[1] for paper in papers}
    assert {"docx", "xlsx", "eml"} <= kinds


def test_twenty_six_sections_answer_the_survey_in_five_layouts_and_three_as_scans() -> None:
    answers = s14_survey.answers()
    assert len(answers) == 26
    assert {answer.layout for answer in answers} == {"table", "grid", "hidden", "transposed", "card", "scan"}
    assert sum(answer.layout == "scan" for answer in answers) == 3
    by_layout = {answer.layout: s14_survey.LAYOUTS[answer.layout](answer, TODAY) for answer in answers}
    grid, hidden = by_layout["grid"], by_layout["hidden"]
    assert isinstance(grid, Xlsx) and grid.sheets[0].grid
    assert isinstance(hidden, Xlsx) and hidden.sheets[0].hidden_columns and hidden.sheets[1].hidden


def test_one_notice_arrives_nine_times_by_three_ways_with_four_deadlines() -> None:
    papers = list(s16_notice.papers(TODAY))
    rounds = [paper for paper in papers if re.search(r"/\d(通目|回目)", paper.path)]
    assert sorted(int(re.findall(r"/(\d)(?:通目|回目)", paper.path)[0]) for paper in rounds) == list(range(1, 10))
    assert {paper.path.rsplit(".", 1)[1] for paper in rounds} == {"eml", "html", "png"}
    account = paper_named(papers, "九回来ました").body
    assert isinstance(account, Docx) and "期限は四つ" in text_of(account)
    first = paper_named(papers, "1通目").body
    assert isinstance(first, Mail) and first.text.strip() == "添付のとおり"
    assert [type(attachment) for attachment in first.attachments] == [Attachment]


def test_budgets_agree_between_section_and_overview_but_for_the_figure_that_was_turned_around() -> None:
    papers = list(budgets.papers(TODAY))
    overview = paper_named(papers, "主な事業の一覧.xlsx").body
    assert isinstance(overview, Xlsx)
    told = {str(row[1]): (row[2], row[3]) for row in overview.sheets[0].rows[1:-1]}
    wrong = [item.name for item in budgets.items() if told[item.name] != (item.before, item.adopted)]
    assert wrong == ["遊具の取替え"]
    assert told["遊具の取替え"][0] == 46800
    assert "48,600千円" in text_of(paper_named(papers, "正誤表").body)


def test_a_word_file_of_a_manuscript_shows_its_title_on_the_page() -> None:
    body = paper_named(desks.papers(TODAY), "断水の三日間").body
    assert isinstance(body, Docx)
    first = body.blocks[0]
    assert isinstance(first, Para) and first.text.startswith("断水の三日間") and first.bold
