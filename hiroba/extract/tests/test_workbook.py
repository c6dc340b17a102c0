import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from hiroba.extract import old_workbook, workbook
from hiroba.extract.passages import Extraction, Mark, Passage

OFFICE_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files"
needs_office_files = pytest.mark.skipif(not OFFICE_FILES.is_dir(), reason="the shared office files are not here")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>'
    '<numFmt numFmtId="165" formatCode="#,##0,&quot;千円&quot;"/><numFmt numFmtId="166" formatCode=";;;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/>'
    '<xf numFmtId="166"/></cellXfs>'
)


def relations(*entries: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{k}" Target="{t}"/>' for n, (k, t) in enumerate(entries, 1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def made(
    tmp_path: Path, sheet: str, more: dict[str, str] | None = None, *, state: str = "visible", strings: str = ""
) -> Path:
    parts = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="予算 (案)" sheetId="1" r:id="r1" state="{state}"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{sheet}</worksheet>',
        **(more or {}),
    }
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def read(tmp_path: Path, sheet: str, more: dict[str, str] | None = None, **options: str) -> Extraction:
    return workbook.extract(made(tmp_path, sheet, more, **options))


def row(number: int, *cells: str, attributes: str = "") -> str:
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(place: str, value: str, style: int = 0) -> str:
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def data(*rows: str) -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>"


def places(passage: Passage) -> list[tuple[str, str]]:
    return [(passage.text[span.start : span.end], span.locator) for span in passage.spans]


def test_a_row_is_a_passage_and_each_cell_has_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, data(row(14, text("A14", "保育"), text("C14", "待機児童"), number("F14", "12"))))
    (passage,) = found.passages
    assert (passage.locator, passage.kind, passage.text) == ("予算 (案)!A14:F14", "row", "保育 | 待機児童 | 12")
    assert places(passage) == [("保育", "予算 (案)!A14"), ("待機児童", "予算 (案)!C14"), ("12", "予算 (案)!F14")]


def test_a_lone_cell_is_cited_alone(tmp_path: Path) -> None:
    assert [p.locator for p in read(tmp_path, data(row(14, text("C14", "計")))).passages] == ["予算 (案)!C14"]


def test_numbers_are_read_as_they_are_shown(tmp_path: Path) -> None:
    cells = [
        number("A1", "46349", 1),
        number("B1", "1234567", 2),
        number("C1", "0.125", 3),
        number("D1", "0.30000000000000004"),
    ]
    assert read(tmp_path, data(row(1, *cells))).passages[0].text == "令和8年11月23日 | 1,235千円 | 12.50% | 0.3"


def test_saved_values_are_shown_and_formulas_only_where_there_is_none(tmp_path: Path) -> None:
    cells = '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>SUM(A1:A9)</f></c><c r="C1" t="b"><v>1</v></c>'
    cells += '<c r="D1" t="e"><v>#N/A</v></c>'
    cells += '<c r="E1" t="str"><f>A1&amp;"x"</f><v>2x</v></c>'
    assert read(tmp_path, data(row(1, cells))).passages[0].text == "2 | =SUM(A1:A9) | TRUE | #N/A | 2x"


def test_a_merged_range_is_one_cell_with_the_place_of_the_range(tmp_path: Path) -> None:
    sheet = data(row(1, text("A1", "歳入"), text("D1", "歳出")), row(2, text("B2", "下に残る字")))
    found = read(tmp_path, sheet + '<mergeCells><mergeCell ref="A1:C3"/></mergeCells>').passages
    assert places(found[0]) == [("歳入", "予算 (案)!A1:C3"), ("歳出", "予算 (案)!D1")]
    assert found[1].marks == (Mark(0, 5, "hidden"),)


def test_a_reading_is_a_mark_and_never_in_the_text(tmp_path: Path) -> None:
    strings = '<si><r><t>特別区</t></r><r><t>民税</t></r><rPh sb="0" eb="3"><t>トクベツク</t></rPh></si>'
    found = read(tmp_path, data(row(1, text("A1", "x"), '<c r="B1" t="s"><v>0</v></c>')), strings=strings).passages[0]
    assert (found.text, found.marks) == ("x | 特別区民税", (Mark(4, 7, "ruby", "トクベツク"),))


def test_hidden_rows_columns_sheets_and_blanked_cells_are_read_and_marked(tmp_path: Path) -> None:
    sheet = '<cols><col min="2" max="2" hidden="1" width="9"/></cols>' + data(
        row(1, text("A1", "見える"), text("B1", "隠れた列")),
        row(2, text("A2", "隠れた行"), attributes='hidden="1"'),
        row(3, '<c r="A3" s="4" t="inlineStr"><is><t>書式で隠す</t></is></c>'),
    )
    found = read(tmp_path, sheet).passages
    assert [p.marks for p in found] == [
        (Mark(6, 10, "hidden"),),
        (Mark(0, 4, "hidden"),),
        (Mark(0, 5, "hidden"),),
    ]
    hidden = read(tmp_path, data(row(1, text("A1", "秘"))), state="veryHidden")
    assert hidden.passages[0].marks == (Mark(0, 1, "hidden"),)
    assert [(w.code, w.params) for w in hidden.warnings] == [("SHEET-01", {"sheets": "予算 (案)"})]


def test_letters_on_graph_paper_are_read_as_words(tmp_path: Path) -> None:
    columns = "".join(f'<col min="{n}" max="{n}" width="2.5"/>' for n in range(1, 9))
    letters = [text(f"{column}3", letter) for column, letter in zip("BCDEF", "特別区民税", strict=True)]
    digits = [number(f"{column}5", digit) for column, digit in zip("BCDE", "1234", strict=True)]
    sheet = f"<cols>{columns}</cols>" + data(row(3, *letters, text("H3", "課税額")), row(5, *digits))
    found = read(tmp_path, sheet).passages
    assert places(found[0]) == [("特別区民税", "予算 (案)!B3:F3"), ("課税額", "予算 (案)!H3")]
    assert (found[1].text, found[1].locator) == ("1234", "予算 (案)!B5:E5")


def test_a_word_is_read_letter_by_letter_in_wide_columns_too_but_a_row_of_marks_is_not(tmp_path: Path) -> None:
    def shown(letters: str) -> str:
        cells = [text(f"{chr(66 + n)}3", letter) for n, letter in enumerate(letters)]
        return read(tmp_path, data(row(3, *cells))).passages[0].text

    assert shown("特別区民税") == "特別区民税"
    assert shown("月火水木金") == "月 | 火 | 水 | 木 | 金"
    assert shown("○×○△") == "○ | × | ○ | △"
    assert shown("有無有有") == "有 | 無 | 有 | 有"
    assert shown("123") == "1 | 2 | 3"


def test_a_word_written_down_a_column_is_found_too(tmp_path: Path) -> None:
    rows = [row(n, text(f"A{n}", letter), text(f"B{n}", f"項目{n}")) for n, letter in enumerate("申請者", 1)]
    found = read(tmp_path, data(*rows)).passages
    assert [(p.locator, p.text) for p in found if p.text == "申請者"] == [("予算 (案)!A1:A3", "申請者")]


def test_shapes_groups_charts_and_diagrams_are_read_where_they_lie(tmp_path: Path) -> None:
    body = "<xdr:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></xdr:txBody>"
    frame = '<xdr:graphicFrame><a:graphic><c:chart r:id="r1"/></a:graphic></xdr:graphicFrame>'
    diagram = f'<xdr:graphicFrame><d:relIds xmlns:d="{DRAWING}/diagram" r:dm="r2"/></xdr:graphicFrame>'
    shapes = [
        f"<xdr:sp>{body.format('承認欄')}</xdr:sp>",
        f"<xdr:grpSp><xdr:sp>{body.format('組の中')}</xdr:sp><xdr:grpSp><xdr:sp>{body.format('奥')}</xdr:sp></xdr:grpSp></xdr:grpSp>",
        f'<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice><xdr:sp>{body.format("新")}</xdr:sp></mc:Choice>'
        f"<mc:Fallback><xdr:sp>{body.format('旧')}</xdr:sp></mc:Fallback></mc:AlternateContent>",
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="図 1" descr="庁舎の写真"/></xdr:nvPicPr></xdr:pic>',
        frame,
        diagram,
    ]
    corner = "<xdr:{0}><xdr:col>{1}</xdr:col><xdr:row>{2}</xdr:row></xdr:{0}>"
    place = corner.format("from", 1, 2) + corner.format("to", 3, 8)
    anchors = "".join(f"<xdr:twoCellAnchor>{place}{shape}</xdr:twoCellAnchor>" for shape in shapes)
    chart = (
        f'<c:chartSpace xmlns:c="{DRAWING}/chart" xmlns:a="{DRAWING}/main">'
        "<c:title><a:p><a:r><a:t>人口の推移</a:t></a:r></a:p></c:title>"
        "<c:ser><c:tx><c:v>世帯</c:v></c:tx><c:cat><c:pt idx='0'><c:v>令和7年</c:v></c:pt></c:cat>"
        "<c:val><c:pt idx='0'><c:v>123</c:v></c:pt></c:val></c:ser></c:chartSpace>"
    )
    point = "<d:pt><d:t><a:p><a:r><a:t>手順一</a:t></a:r></a:p></d:t></d:pt>"
    points = f'<d:dataModel xmlns:d="{DRAWING}/diagram" xmlns:a="{DRAWING}/main">{point}</d:dataModel>'
    names = f'xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main" xmlns:c="{DRAWING}/chart"'
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": f'<xdr:wsDr {names} xmlns:r="{OFFICE}">{anchors}</xdr:wsDr>',
        "xl/drawings/_rels/drawing1.xml.rels": relations(
            ("chart", "../charts/chart1.xml"), ("diagramData", "../diagrams/data1.xml")
        ),
        "xl/charts/chart1.xml": chart,
        "xl/diagrams/data1.xml": points,
    }
    found = read(tmp_path, data(), more).passages
    assert {(p.kind, p.locator) for p in found} == {("shape", "予算 (案)!B3:D9")}
    assert [p.text for p in found[:5]] == ["承認欄", "組の中", "奥", "新", "庁舎の写真"]
    assert all(word in found[5].text for word in ("人口の推移", "世帯", "令和7年", "123"))
    assert found[6].text == "手順一"


def test_comments_and_printed_headers_are_read(tmp_path: Path) -> None:
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("comments", "../comments1.xml"), ("threadedComment", "../threadedComments/t1.xml")
        ),
        "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList>'
        '<comment ref="C14"><text><r><t>要確認</t></r></text></comment><comment ref="D1"><text><t>[Threaded comment]'
        "\n\nhttps://go.microsoft.com/fwlink\n\nComment:\n 済</t></text></comment></commentList></comments>",
        "xl/threadedComments/t1.xml": '<ThreadedComments xmlns="urn:t"><threadedComment ref="D1">'
        "<text>済</text></threadedComment></ThreadedComments>",
    }
    sheet = (
        data(row(1, text("A1", "x")))
        + '<headerFooter><oddHeader>&amp;C&amp;"ＭＳ ゴシック"&amp;14部外秘 &amp;P/&amp;N</oddHeader></headerFooter>'
    )
    found = [(p.kind, p.locator, p.text) for p in read(tmp_path, sheet, more).passages[1:]]
    assert found == [
        ("comment", "予算 (案)!C14", "要確認"),
        ("comment", "予算 (案)!D1", "済"),
        ("header", "予算 (案)!A1", "部外秘 /"),
    ]


def test_a_sheet_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        "",
        {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>' + row(1, text("A1", "残る")) + "<row"},
    )
    found = workbook.extract(path)
    assert [p.text for p in found.passages] == ["残る"]
    assert [w.code for w in found.warnings] == ["EXTRACT-34"]


def test_no_entity_is_expanded(tmp_path: Path) -> None:
    strings = (
        '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "漏">]>'
        + f'<sst xmlns="{MAIN}"><si><t>&a;&b;x</t></si></sst>'
    )
    found = read(tmp_path, data(row(1, '<c r="A1" t="s"><v>0</v></c>')), {"xl/sharedStrings.xml": strings})
    assert all("root" not in p.text and "漏" not in p.text for p in found.passages)


def test_a_huge_sheet_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 10)
    found = read(tmp_path, data(*[row(n, text(f"A{n}", "あ")) for n in range(1, 100)]))
    assert len(found.passages) == 11
    assert [w.code for w in found.warnings] == ["EXTRACT-37"]


def test_what_another_program_wrote_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "様式"
    sheet["C14"] = "補助金"
    sheet["C14"].comment = Comment("上限あり", "x")
    sheet["D14"] = 46349
    sheet["D14"].number_format = "[$-411]ge.m.d"
    book.save(tmp_path / "b.xlsx")
    found = [(p.locator, p.text) for p in workbook.extract(tmp_path / "b.xlsx").passages]
    assert found == [("様式!C14:D14", "補助金 | R8.11.23"), ("様式!C14", "上限あり")]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\3\4" + b"x" * 100)
    for read_one in (workbook.extract, old_workbook.extract):
        error = read_one(tmp_path / "a.xlsx").error
        assert error is not None
        assert error.code == "EXTRACT-03"


@needs_office_files
@pytest.mark.parametrize(
    "name", ["docling__xlsx_01", "docling__xlsx_05_table_with_title", "docling__xlsx_07_gap_tolerance_"]
)
def test_every_word_that_a_peer_finds_is_in_a_passage(name: str) -> None:
    expected = (OFFICE_FILES / f"docling_expected/{name}.xlsx.md").read_text()
    found = " ".join(p.text for p in workbook.extract(OFFICE_FILES / f"office/{name}.xlsx").passages)
    cells = {c.strip() for line in expected.splitlines() if line.startswith("|") for c in line.split("|")}
    assert {
        cell for cell in cells if cell.strip("-: ") and " ".join(cell.split()) not in " ".join(found.split())
    } == set()


@needs_office_files
def test_old_and_new_files_of_one_workbook_agree() -> None:
    new = workbook.extract(OFFICE_FILES / "office/markitdown__test.xlsx").passages
    old = old_workbook.extract(OFFICE_FILES / "office/markitdown__test.xls").passages
    assert [(p.locator, p.text) for p in new if p.kind == "row"] == [(p.locator, p.text) for p in old]


@needs_office_files
def test_readings_of_a_real_workbook_are_marks_and_shapes_are_found() -> None:
    found = workbook.extract(OFFICE_FILES / "japanese/poi__51519.xlsx").passages
    assert found[1].text.startswith("1 | 豊田 | 豊田車会社")
    assert found[1].marks[:2] == (Mark(4, 5, "ruby", "トヨ"), Mark(5, 6, "ruby", "タ"))
    shapes = workbook.extract(OFFICE_FILES / "japanese/poi__57826.xlsx").passages
    assert [(p.kind, p.locator, p.text) for p in shapes] == [("shape", "Sheet1!A2:C4", "test ok")]


@needs_office_files
def test_japanese_old_workbooks_are_read() -> None:
    found = old_workbook.extract(OFFICE_FILES / "japanese/poi__12561-1.xls").passages
    assert found[0].locator == "作業リスト!A3:M3"
    assert "2002/6/30" in found[1].text
    phonetic = old_workbook.extract(OFFICE_FILES / "japanese/tika__testEXCEL_phonetic.xls").passages
    assert phonetic[1].text.startswith("1 | 豊田 | 豊田車会社 | ")


@needs_office_files
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("encrypted/oletools__encrypted.xls", "EXTRACT-02"),
        ("hostile/poi__clusterfuzz-testcase-minimized-POIHSSFFuzzer-6137883240824832.xls", "EXTRACT-03"),
        ("hostile/poi__clusterfuzz-testcase-minimized-XLSX2CSVFuzzer-5636439151607808.xlsx", "EXTRACT-03"),
    ],
)
def test_hostile_and_locked_workbooks_are_refused_with_a_code(name: str, code: str) -> None:
    read_one = old_workbook.extract if name.endswith(".xls") else workbook.extract
    error = read_one(OFFICE_FILES / name).error
    assert error is not None
    assert error.code == code


@needs_office_files
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("tika__testEXCEL_macro.xlsm", "EXTRACT-35"),
        ("oletools__excel4_sample_macro.xls", "EXTRACT-35"),
        ("oletools__dde-test.xlsx", "EXTRACT-36"),
    ],
)
def test_macros_and_links_outside_are_noticed_and_not_followed(name: str, code: str) -> None:
    read_one = old_workbook.extract if name.endswith(".xls") else workbook.extract
    assert code in [w.code for w in read_one(OFFICE_FILES / "hostile" / name).warnings]
