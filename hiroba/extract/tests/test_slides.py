from pathlib import Path

from hiroba.extract import files
from hiroba.extract.passages import Extraction
from hiroba.extract.tests.making import pptx, relation, shape

DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="p"'


def read(path: Path) -> Extraction:
    found = files.extract(path)
    assert found.error is None, found.error
    return found


def said(found: Extraction) -> list[tuple[str, str, str]]:
    return [(passage.locator, passage.kind, passage.text) for passage in found.passages]


def test_a_slide_is_read_title_first_then_from_top_to_bottom_and_left_to_right(tmp_path: Path) -> None:
    shapes = (
        shape("右下", x=9_000_000, y=5_000_000)
        + shape("左下", x=100, y=5_050_000)
        + shape("上", x=0, y=2_000_000)
        + shape("表題", y=8_000_000, placeholder="title")
        + shape("3", placeholder="sldNum").replace('<a:off x="0" y="0"/>', "")
    )
    found = read(pptx(tmp_path / "a.pptx", shapes, shape("二枚目")))
    assert said(found) == [
        ("slide=1", "heading", "表題"),
        ("slide=1", "shape", "上"),
        ("slide=1", "shape", "左下"),
        ("slide=1", "shape", "右下"),
        ("slide=1", "footer", "3"),
        ("slide=2", "shape", "二枚目"),
    ]
    assert found.title == "表題"


def test_shapes_in_groups_in_groups_are_read(tmp_path: Path) -> None:
    group = f"<p:grpSp><p:grpSp>{shape('内側')}</p:grpSp>{shape('外側', y=900_000)}</p:grpSp>"
    assert [text for *_, text in said(read(pptx(tmp_path / "a.pptx", group)))] == ["内側", "外側"]


def test_a_formula_with_a_second_form_is_said_once(tmp_path: Path) -> None:
    forms = (
        '<mc:AlternateContent xmlns:mc="mc"><mc:Choice><m:oMath xmlns:m="m"><m:t>x=1</m:t></m:oMath></mc:Choice>'
        "<mc:Fallback><a:r><a:t>x=1</a:t></a:r></mc:Fallback></mc:AlternateContent>"
    )
    path = pptx(tmp_path / "a.pptx", shape("式: ").replace("</a:r></a:p>", f"</a:r>{forms}</a:p>"))
    assert [text for *_, text in said(read(path))] == ["式: x=1"]


def test_a_table_gives_its_rows_and_merged_cells_once(tmp_path: Path) -> None:
    def cell(text: str, merged: str = "") -> str:
        return f"<a:tc {merged}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    merged = cell("年度", 'gridSpan="2"') + cell("", 'hMerge="1"')
    rows = f"<a:tr>{merged}{cell('件数')}</a:tr><a:tr>{cell('令和7')}{cell('8')}</a:tr>"
    frame = (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{rows}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    assert said(read(pptx(tmp_path / "a.pptx", frame))) == [
        ("slide=1", "row", "年度 | 件数"),
        ("slide=1", "row", "令和7 | 8"),
    ]


def test_notes_comments_and_chart_numbers_belong_to_their_slide(tmp_path: Path) -> None:
    frame = (
        '<p:graphicFrame><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    series = "<c:ser><c:tx><c:v>相談</c:v></c:tx><c:val><c:v>42</c:v></c:val></c:ser>"
    chart = f'<c:chartSpace xmlns:c="c" {DRAWING}>{series}</c:chartSpace>'
    number = shape("1", placeholder="sldNum")
    spoken = shape("話すこと", placeholder="body")
    notes = f"<p:notes {DRAWING}><p:cSld><p:spTree>{spoken}{number}</p:spTree></p:cSld></p:notes>"
    comments = '<p:cmLst xmlns:p="p"><p:cm authorId="7"><p:text>数字の出典は?</p:text></p:cm></p:cmLst>'
    authors = '<p:cmAuthorLst xmlns:p="p"><p:cmAuthor id="7" name="部長"/></p:cmAuthorLst>'
    relations = (
        relation("c1", "chart", "../c.xml")
        + relation("n", "notesSlide", "../n.xml")
        + relation("k", "comments", "../k.xml")
    )
    extra: dict[str, str | bytes] = {
        "ppt/c.xml": chart,
        "ppt/n.xml": notes,
        "ppt/k.xml": comments,
        "ppt/authors.xml": authors,
    }
    path = pptx(
        tmp_path / "a.pptx",
        frame,
        relations=relations,
        extra=extra,
        more=relation("au", "commentAuthors", "authors.xml"),
    )
    assert said(read(path)) == [
        ("slide=1", "shape", "相談 | 42"),
        ("slide=1", "note", "話すこと"),
        ("slide=1", "comment", "部長: 数字の出典は?"),
    ]


def test_a_hidden_slide_is_read_marked_and_reported(tmp_path: Path) -> None:
    found = read(pptx(tmp_path / "a.pptx", shape("見える"), shape("隠した"), hidden=2))
    assert [[mark.kind for mark in passage.marks] for passage in found.passages] == [[], ["hidden"]]
    assert [(t.code, t.params) for t in found.warnings] == [("SLIDES-01", {"slides": "2"})]
