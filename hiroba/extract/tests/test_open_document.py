from pathlib import Path

from hiroba.extract import files
from hiroba.extract.passages import Extraction, Passage
from hiroba.extract.tests.making import open_document, open_styles


def read(path: Path) -> Extraction:
    found = files.extract(path)
    assert found.error is None, found.error
    return found


def said(found: Extraction) -> list[tuple[str, str, str]]:
    return [(passage.locator, passage.kind, passage.text) for passage in found.passages]


def marked(passage: Passage) -> list[tuple[str, str, str]]:
    return [(passage.text[mark.start : mark.end], mark.kind, mark.value) for mark in passage.marks]


def test_headings_lists_tables_notes_comments_and_boxes_are_read_in_order(tmp_path: Path) -> None:
    body = (
        '<text:h text:outline-level="2">節</text:h>'
        '<text:p>本文<text:s text:c="2"/>あり<text:note><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>脚注</text:p></text:note-body></text:note>"
        "<office:annotation><dc:creator>課長</dc:creator><text:p>確認を</text:p></office:annotation></text:p>"
        '<text:list text:style-name="L"><text:list-item><text:p>一</text:p></text:list-item>'
        "<text:list-item><text:p>二</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell><table:covered-table-cell/>"
        "<table:table-cell><text:p>乙</text:p><table:table><table:table-row><table:table-cell><text:p>内</text:p>"
        "</table:table-cell></table:table-row></table:table></table:table-cell></table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>枠の文</text:p></draw:text-box></draw:frame></text:p>"
    )
    style = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" '
        'style:num-format="ア, イ, ウ, ..." '
        'style:num-prefix="(" style:num-suffix=")"/></text:list-style>'
    )
    margins = open_styles(
        "<office:master-styles><style:master-page><style:header><text:p>みらい区</text:p></style:header>"
        "</style:master-page></office:master-styles>"
    )
    found = read(open_document(tmp_path / "a.odt", body, style, {"styles.xml": margins}))
    assert [(kind, text) for _, kind, text in said(found)] == [
        ("heading", "節"),
        ("paragraph", "本文  あり"),
        ("footnote", "脚注"),
        ("comment", "課長: 確認を"),
        ("paragraph", "(ア) 一"),
        ("paragraph", "(イ) 二"),
        ("row", "甲 | 乙"),
        ("row", "内"),
        ("shape", "枠の文"),
        ("header", "みらい区"),
    ]
    assert [locator for locator, *_ in said(found)] == [f"par={n}" for n in range(1, 11)]


def test_tracked_changes_and_ruby_are_marked(tmp_path: Path) -> None:
    author = "<office:change-info><dc:creator>山田</dc:creator></office:change-info>"
    changes = (
        f'<text:tracked-changes><text:changed-region text:id="d"><text:deletion>{author}<text:p>三百</text:p>'
        "</text:deletion>"
        f'</text:changed-region><text:changed-region text:id="i"><text:insertion>{author}</text:insertion>'
        "</text:changed-region>"
        "</text:tracked-changes>"
    )
    body = (
        '<text:p>参加者<text:change text:change-id="d"/><text:change-start text:change-id="i"/>五百<text:change-end '
        'text:change-id="i"/>人</text:p>'
        "<text:p><text:ruby><text:ruby-base>広場</text:ruby-base><text:ruby-text>ひろば</text:ruby-text></text:ruby></text:p>"
    )
    found = read(open_document(tmp_path / "a.odt", changes + body))
    assert found.passages[0].text == "参加者三百五百人"
    assert marked(found.passages[0]) == [("三百", "deleted", "山田"), ("五百", "inserted", "山田")]
    assert marked(found.passages[1]) == [("広場", "ruby", "ひろば")]


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_sheet_rows_carry_the_address_of_each_cell_and_filling_is_not_unrolled(tmp_path: Path) -> None:
    merged = cell("1,200", 'table:number-columns-spanned="2"') + "<table:covered-table-cell/>"
    body = (
        '<table:table table:name="予算"><table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row><table:table-row><table:table-cell/>'
        f"{cell('令和8年度')}{merged}{cell('円')}"
        "</table:table-row></table:table>"
    )
    found = read(open_document(tmp_path / "a.ods", body))
    assert said(found) == [("予算!B1048001:E1048001", "row", "令和8年度 | 1,200 | 円")]
    row = found.passages[0]
    assert [(row.text[s.start : s.end], s.locator) for s in row.spans] == [
        ("令和8年度", "予算!B1048001"),
        ("1,200", "予算!C1048001:D1048001"),
        ("円", "予算!E1048001"),
    ]


def test_a_cell_that_claims_a_million_copies_is_bounded(tmp_path: Path) -> None:
    repeated = cell("x", 'table:number-columns-repeated="16384"')
    repeated = f'<table:table-row table:number-rows-repeated="1000000">{repeated}</table:table-row>'
    found = read(open_document(tmp_path / "a.ods", f'<table:table table:name="S">{repeated}</table:table>'))
    assert len(found.passages) == 200
    assert len(found.passages[0].spans) == 200


def test_hidden_sheets_and_cell_comments_are_told(tmp_path: Path) -> None:
    styles = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    note = "<office:annotation><dc:creator>係長</dc:creator><text:p>概算</text:p></office:annotation>"
    row = f"<table:table-row>{cell('7').replace('<text:p>', note + '<text:p>')}</table:table-row>"
    body = f'<table:table table:name="裏" table:style-name="h">{row}</table:table>'
    found = read(open_document(tmp_path / "a.ods", body, styles))
    assert said(found) == [("裏!A1", "row", "7"), ("裏!A1", "comment", "係長: 概算")]
    assert [(t.code, t.params) for t in found.warnings] == [("SHEET-01", {"sheets": "裏"})]
    assert all(passage.marks[-1].kind == "hidden" for passage in found.passages)


def test_slides_are_read_title_first_with_notes_last(tmp_path: Path) -> None:
    def frame(text: str, kind: str = "", y: str = "1cm") -> str:
        box = f"<draw:text-box><text:p>{text}</text:p></draw:text-box>"
        return f'<draw:frame presentation:class="{kind}" svg:y="{y}">{box}</draw:frame>'

    notes = f"<presentation:notes>{frame('話すこと', 'notes')}</presentation:notes>"
    body = (
        f"<draw:page>{frame('下', y='9cm')}{frame('上', y='20mm')}{frame('表題', 'title', '12cm')}{notes}</draw:page>"
    )
    assert said(read(open_document(tmp_path / "a.odp", body))) == [
        ("slide=1", "heading", "表題"),
        ("slide=1", "shape", "上"),
        ("slide=1", "shape", "下"),
        ("slide=1", "note", "話すこと"),
    ]


def test_an_encrypted_document_says_so(tmp_path: Path) -> None:
    manifest = '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    found = files.extract(open_document(tmp_path / "a.odt", "<text:p/>", "", {"META-INF/manifest.xml": manifest}))
    assert found.error is not None
    assert found.error.code == "EXTRACT-02"
