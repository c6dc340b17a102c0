from __future__ import annotations

import pytest

from hiroba.language.likeness import BANDS, bands, compare, signature, sketch
from hiroba.language.version_names import is_series, read_name
from hiroba.language.versions import Paper, decide, is_older

TEXT = "\n".join(
    f"第{n}条 区は、{subject}について、区民の申出があったときは、速やかに調べ、結果を文書で知らせるものとする。"
    for n, subject in enumerate(
        ("公園の遊具", "道路のくぼみ", "街路灯の不点灯", "粗大ごみの収集", "窓口の待ち時間"), start=1
    )
)


def paper(name: str, text: str = TEXT, folder: str = "公園課") -> Paper:
    return Paper(name, folder, name[name.rfind(".") :], sketch(text))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("カード_案1.docx", "カード_案3_最終.docx"),
        ("記入例_最終版.docx", "記入例_最終版2.docx"),
        ("転入届の手引 第4版.docx", "転入届の手引 第5版.docx"),
        ("事例集(旧).docx", "事例集.docx"),
        ("報告書v1.2.docx", "報告書v1.10.docx"),
        ("要綱_たたき台.docx", "要綱_最終.docx"),
    ],
)
def test_names_say_which_version_is_older(older: str, newer: str) -> None:
    assert is_older(paper(older), paper(newer)) is True
    assert is_older(paper(newer), paper(older)) is False
    assert decide(paper(older), paper(newer, TEXT + "追加。"))[0] == "version"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("月例報告_9月.docx", "月例報告_10月.docx"),
        ("第3回会議録.docx", "第4回会議録.docx"),
        ("令和7年度 予算要求.xlsx", "令和8年度 予算要求.xlsx"),
        ("週報 第8週.docx", "週報 第16週.docx"),
        ("会議録_20261101.docx", "会議録_20261108.docx"),
        ("照会R8.5.1.docx", "照会R8.6.1.docx"),
    ],
)
def test_papers_of_a_series_are_not_versions_however_alike(one: str, other: str) -> None:
    assert is_series(read_name(one), read_name(other))
    assert decide(paper(one), paper(other, TEXT + "追加。"))[0] is None


def test_the_same_text_in_another_form_is_the_same_content() -> None:
    printed = TEXT.replace("、", "、\n").replace("区民", "区 民") + "\n- 1 -"
    assert decide(paper("要綱.docx"), paper("youkou.pdf", printed))[0] == "format"


def test_a_draft_and_the_printed_final_are_versions_not_the_same_content() -> None:
    final = TEXT.replace("速やかに", "直ちに", 1) + "街路灯を加えた。"
    assert decide(paper("要綱_案2.docx"), paper("要綱_最終.pdf", final))[0] == "version"
    assert decide(paper("要綱.docx"), paper("youkou.pdf", final))[0] == "version"


def test_a_form_filled_in_by_two_sections_is_neither() -> None:
    parks = TEXT + "\n回答課 公園課 担当者 近藤 件数 1,204 理由 遊具の点検が重なったため" * 2
    roads = TEXT + "\n回答課 道路課 担当者 林 件数 87 理由 舗装の補修が多いため" * 2
    assert decide(paper("0702_公園課_調査.xlsx", parks), paper("0701_道路課_調査.xlsx", roads))[0] is None


def test_the_same_name_in_folders_of_two_sections_is_no_version() -> None:
    changed = TEXT.replace("速やかに", "直ちに")
    assert decide(paper("予算要求と査定.xlsx"), paper("予算要求と査定.xlsx", changed, folder="道路課"))[0] is None


def test_texts_too_short_to_say_anything_say_nothing() -> None:
    assert decide(paper("a.txt", "了解しました。"), paper("b.txt", "了解しました。"))[0] is None


def test_the_same_figures_count_in_what_is_nearly_the_same_text() -> None:
    one, other = sketch(TEXT + "総額 1,234,567 円"), sketch(TEXT + "総額 9,876,543 円")
    assert compare(one, other).numbers_shared < 1.0
    assert compare(one, one).numbers_shared == compare(one, one).shared == 1.0


def test_alike_texts_share_a_band_and_others_do_not() -> None:
    first = bands(signature(sketch(TEXT)))
    changed = bands(signature(sketch(TEXT.replace("速やかに", "直ちに", 1))))
    other = bands(
        signature(sketch("まったく別の文章です。" * 3 + "入園の申込みは、十一月の末までに出してください。" * 5))
    )
    assert len(first) == BANDS
    assert set(first) & set(changed)
    assert not set(first) & set(other)
