"""Transcripts of other systems come with their times and names; what is damaged in them is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from hiroba.extract import files
from hiroba.extract.passages import Extraction

TEAMS = """WEBVTT

NOTE この会議の文字起こし

0a1b-0
00:00:03.120 --> 00:00:05.480
<v 木村 直美>それでは、始めます。</v>

0a1b-1
00:00:06.000 --> 00:00:08.000
<v 近藤 学>公園の水やりについて</v>

0a1b-2
00:00:08.100 --> 00:00:11.000
<v 近藤 学>相談です &amp; お願いです。</v>

01:02:03.000 --> 01:02:04.000 align:start position:0%
<v.loud 木村 直美>はい。<v 近藤 学>ありがとう<c.yellow>ございます</c>。
"""
SUBRIP = """1
00:00:01,000 --> 00:00:02,500
<i>一つめの文です。</i>

2
00:00:02,600 --> 00:00:04,000
{\\an8}二つめの
文です。

壊れた所

3
00:10:00,000 --> 00:10:02,000
おわり。
"""
ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:02.000
木村 直美: おはようございます。

2
00:00:03.000 --> 00:00:04.000
近藤 学: 時間: 10時からです。

3
00:00:05.000 --> 00:00:06.000
木村 直美: はい。
"""


def read(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Extraction:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return files.extract(path)


def lines(extraction: Extraction) -> list[str]:
    return [f"{passage.locator} {passage.text}" for passage in extraction.passages]


def test_teams_voices_become_named_lines_and_pieces_of_one_sentence_come_together(tmp_path: Path) -> None:
    found = read(tmp_path, "会議.vtt", TEAMS)
    assert lines(found) == [
        "t=00:03 木村 直美: それでは、始めます。",
        "t=00:06 近藤 学: 公園の水やりについて相談です & お願いです。",
        "t=1:02:03 木村 直美: はい。",
        "t=1:02:03 近藤 学: ありがとうございます。",
    ]
    second = found.passages[1]
    assert [(mark.kind, mark.value, second.text[mark.start : mark.end]) for mark in second.marks] == [
        ("speaker", "近藤 学", "近藤 学")
    ]
    assert [(span.locator, second.text[span.start : span.end]) for span in second.spans] == [
        ("t=00:06", "公園の水やりについて"),
        ("t=00:08", "相談です & お願いです。"),
    ]
    assert (found.facts["media"], found.facts["speakers"], found.extractor) == ("transcript", "2", "transcript/1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_subrip_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, "字幕.srt", SUBRIP, encoding)
    assert lines(found) == ["t=00:01 一つめの文です。", "t=00:02 二つめの 文です。", "t=10:00 おわり。"]


def test_names_before_a_colon_are_speakers_only_where_most_lines_have_one(tmp_path: Path) -> None:
    found = read(tmp_path, "zoom.vtt", ZOOM)
    assert [passage.marks[0].value for passage in found.passages] == ["木村 直美", "近藤 学", "木村 直美"]
    assert found.passages[1].text == "近藤 学: 時間: 10時からです。"
    plain = read(tmp_path, "b.vtt", ZOOM.replace("木村 直美: ", ""))
    assert [passage.marks for passage in plain.passages] == [(), (), ()]
    assert plain.passages[1].text.startswith("近藤 学: 時間")


def test_a_transcript_without_a_time_says_so_and_stays(tmp_path: Path) -> None:
    found = read(tmp_path, "a.vtt", "WEBVTT\n\nただの文\n")
    assert ([warning.code for warning in found.warnings], found.passages) == (["TRANSCRIPT-01"], ())


def test_the_word_file_that_teams_writes_is_told_by_its_times(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("週例の打ち合わせ-20261123_100000-会議の録音")
    for name, time, said in (
        ("木村 直美", "0:03", "それでは、始めます。"),
        ("近藤 学", "0:09", "公園の水やりについて相談です。"),
        ("木村 直美", "1:00:12", "費用はいくらですか。"),
    ):
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(f"   {time}").add_break()
        paragraph.add_run(said)
    document.save(str(tmp_path / "会議.docx"))
    found = files.extract(tmp_path / "会議.docx")
    assert lines(found) == [
        "t=00:03 木村 直美: それでは、始めます。",
        "t=00:09 近藤 学: 公園の水やりについて相談です。",
        "t=1:00:12 木村 直美: 費用はいくらですか。",
    ]


def test_a_timetable_in_a_word_file_stays_a_word_file(tmp_path: Path) -> None:
    document = Document()
    for text in ("次第", "開会 10:00", "説明を聞き、質問をする。", "昼食をとる。", "午後は現地を見る。", "閉会 15:00"):
        document.add_paragraph(text)
    document.save(str(tmp_path / "次第.docx"))
    assert files.extract(tmp_path / "次第.docx").passages[0].locator == "par=1"
