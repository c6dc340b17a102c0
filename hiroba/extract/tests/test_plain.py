from pathlib import Path

import pytest

from hiroba.extract import delimited, plain

OFFICE_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files"
needs_office_files = pytest.mark.skipif(not OFFICE_FILES.is_dir(), reason="the shared office files are not here")


def write(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_paragraphs_carry_the_line_they_start_at_and_each_line_its_own(tmp_path: Path) -> None:
    found = plain.extract(write(tmp_path, "a.txt", "一行目\n二行目\n\n\n五行目\n"))
    assert [(p.locator, p.text) for p in found.passages] == [("line=1", "一行目\n二行目"), ("line=5", "五行目")]
    second = found.passages[0].spans[1]
    assert (found.passages[0].text[second.start : second.end], second.locator) == ("二行目", "line=2")


def test_a_very_long_line_is_cut_between_sentences_and_loses_nothing(tmp_path: Path) -> None:
    line = "これは長い議事録の一文です。" * 1000
    found = plain.extract(write(tmp_path, "a.txt", line))
    assert "".join(p.text for p in found.passages) == line
    assert all(len(p.text) <= plain.LONGEST and p.text.endswith("。") for p in found.passages)
    assert {p.locator for p in found.passages} == {"line=1"}


def test_markdown_has_headings_rows_and_code(tmp_path: Path) -> None:
    text = "# 方針 #\n本文の\n続き\n\n見出し2\n---\n\n| 課 | 人数 |\n|---|---|\n| 税務課 | 12 |\n\n"
    text += "```\n# not\n\na heading\n```\n"
    found = plain.extract(write(tmp_path, "a.md", text))
    assert [(p.locator, p.kind, p.level, p.text) for p in found.passages] == [
        ("line=1", "heading", 1, "方針"),
        ("line=2", "paragraph", 0, "本文の\n続き"),
        ("line=5", "heading", 2, "見出し2"),
        ("line=8", "row", 0, "課 | 人数"),
        ("line=10", "row", 0, "税務課 | 12"),
        ("line=13", "code", 0, "# not\n\na heading"),
    ]
    assert found.title == "方針"


def test_a_guessed_encoding_is_reported_and_binary_refused(tmp_path: Path) -> None:
    guessed = plain.extract(write(tmp_path, "a.txt", "予算".encode() + b"\xff" + ("編成方針" * 40).encode()))
    assert guessed.warnings[0].code == "TEXT-01"
    assert plain.extract(write(tmp_path, "b.txt", bytes(range(256)))).error is not None


def test_a_long_file_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MAX_BYTES", 100)
    found = plain.extract(write(tmp_path, "a.txt", "あいうえお\n" * 50))
    assert [w.code for w in found.warnings] == ["TEXT-03"]
    assert set(found.passages[0].text.split("\n")) == {"あいうえお"}


def test_a_row_starts_at_its_physical_line_even_after_quoted_line_ends(tmp_path: Path) -> None:
    found = delimited.extract(
        write(tmp_path, "a.csv", '課,内容\r\n税務課,"一行目\n二行目"\r\n,,\r\n広報課,"5"" 管"\r\n')
    )
    assert [(p.locator, p.text) for p in found.passages] == [
        ("line=1", "課 | 内容"),
        ("line=2", "税務課 | 一行目\n二行目"),
        ("line=5", '広報課 | 5" 管'),
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (["a", "b", "c"], ["1", "2", "3"], ["x", "y", "z"]))
    assert [p.text for p in delimited.extract(write(tmp_path, "a.csv", text)).passages][1] == "1 | 2 | 3"


def test_a_quote_that_never_closes_costs_one_row_only(tmp_path: Path) -> None:
    found = delimited.extract(write(tmp_path, "a.csv", 'a,b\n1,"2\n3,4\n5,6\n'))
    assert [p.text for p in found.passages] == ["a | b", '1 | "2', "3 | 4", "5 | 6"]
    assert [w.code for w in found.warnings] == ["CSV-01"]


def test_a_quote_inside_a_cell_opens_nothing(tmp_path: Path) -> None:
    found = delimited.extract(write(tmp_path, "a.csv", 'a,b\n5" 管,x\n3,4\n'))
    assert [p.text for p in found.passages] == ["a | b", '5" 管 | x', "3 | 4"]


@needs_office_files
def test_twins_in_two_encodings_give_the_same_rows() -> None:
    sjis = delimited.extract(OFFICE_FILES / "japanese/localgovlistjp__localgov_sjis_crlf.csv")
    utf8 = delimited.extract(OFFICE_FILES / "japanese/localgovlistjp__localgov_utf8_lf.csv")
    assert sjis.passages == utf8.passages
    assert len(sjis.passages) > 1000
    assert (sjis.warnings, utf8.warnings) == ((), ())


@needs_office_files
@pytest.mark.parametrize("name", ["docling__csv-semicolon.csv", "docling__csv-too-few-columns.csv"])
def test_every_cell_that_a_peer_finds_is_found_in_its_row(name: str) -> None:
    expected = (OFFICE_FILES / "docling_expected" / f"{name}.md").read_text().split("\n")
    rows = [p.text for p in delimited.extract(OFFICE_FILES / "office" / name).passages]
    for row, line in zip(rows, [expected[0], *expected[2:]], strict=True):
        assert row.split(" | ") == [cell.strip() for cell in line.strip("|").split("|") if cell.strip()]


@needs_office_files
def test_a_formula_that_would_start_a_program_stays_text() -> None:
    found = delimited.extract(OFFICE_FILES / "hostile/oletools__dde-in-csv.csv")
    assert any("calc" in passage.text for passage in found.passages)
