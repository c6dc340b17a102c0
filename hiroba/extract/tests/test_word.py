import sys
import zipfile
from pathlib import Path

import pytest

from hiroba.extract import files
from hiroba.extract.passages import Extraction, Passage
from hiroba.extract.tests.making import docx, p, r, relation, write_zip


def read(path: Path) -> Extraction:
    found = files.extract(path)
    assert found.error is None, found.error
    return found


def texts(found: Extraction, kind: str = "") -> list[str]:
    return [passage.text for passage in found.passages if kind in ("", passage.kind)]


def marked(passage: Passage) -> list[tuple[str, str, str]]:
    return [(passage.text[mark.start : mark.end], mark.kind, mark.value) for mark in passage.marks]


def text_box(*paragraphs: str) -> str:
    return f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"


def test_blocks_are_numbered_in_document_order_and_empty_ones_are_not_counted(tmp_path: Path) -> None:
    body = (
        p("一つ目")
        + p()
        + "<w:tbl><w:tr><w:tc>"
        + p("左")
        + "</w:tc><w:tc>"
        + p("右")
        + "</w:tc></w:tr></w:tbl>"
        + p("三つ目")
    )
    found = read(docx(tmp_path / "a.docx", body))
    assert [(x.locator, x.kind, x.text) for x in found.passages] == [
        ("par=1", "paragraph", "一つ目"),
        ("par=2", "row", "左 | 右"),
        ("par=3", "paragraph", "三つ目"),
    ]


def test_a_text_box_is_found_with_its_paragraph_and_only_once(tmp_path: Path) -> None:
    box = text_box(p("枠の中の文"))
    drawing = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx>"
        f"{box}</wps:txbx></wps:wsp></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    found = read(docx(tmp_path / "a.docx", p("前の文", inner=drawing) + p("次の文")))
    assert [(x.locator, x.kind, x.text) for x in found.passages] == [
        ("par=1", "paragraph", "前の文"),
        ("par=2", "shape", "枠の中の文"),
        ("par=3", "paragraph", "次の文"),
    ]


def test_an_old_text_box_and_word_art_are_read(tmp_path: Path) -> None:
    old = f"<w:r><w:pict><v:shape><v:textbox>{text_box(p('古い枠'))}</v:textbox></v:shape></w:pict></w:r>"
    art = '<w:r><w:pict><v:shape><v:textpath string="飾り文字"/></v:shape></w:pict></w:r>'
    assert texts(read(docx(tmp_path / "a.docx", p("本文", inner=old) + p(inner=art)))) == ["本文", "古い枠", "飾り文字"]


def test_ruby_gives_the_base_with_its_reading_as_a_mark(tmp_path: Path) -> None:
    ruby = f"<w:r><w:ruby><w:rt>{r('みらいく')}</w:rt><w:rubyBase>{r('みらい区')}</w:rubyBase></w:ruby></w:r>"
    found = read(docx(tmp_path / "a.docx", p("ここは", inner=ruby + r("です"))))
    assert found.passages[0].text == "ここはみらい区です"
    assert marked(found.passages[0]) == [("みらい区", "ruby", "みらいく")]


def test_ruby_of_old_word_stands_in_an_instruction_and_is_read(tmp_path: Path) -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        "<w:r><w:instrText> EQ \\* jc2 \\o\\ad(\\s\\up 9(</w:instrText></w:r>"
        "<w:r><w:instrText>ひろば</w:instrText></w:r><w:r><w:instrText>),広場)</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    found = read(docx(tmp_path / "a.docx", p("この", inner=field)))
    assert found.passages[0].text == "この広場"
    assert marked(found.passages[0]) == [("広場", "ruby", "ひろば")]


def test_insertions_and_deletions_stay_and_are_told_apart(tmp_path: Path) -> None:
    deleted = '<w:del w:author="山田"><w:r><w:delText>三百</w:delText></w:r></w:del>'
    changes = f'{deleted}<w:ins w:author="佐藤">{r("五百")}</w:ins>{r("人")}'
    found = read(docx(tmp_path / "a.docx", p("参加者は", inner=changes)))
    assert found.passages[0].text == "参加者は三百五百人"
    assert marked(found.passages[0]) == [("三百", "deleted", "山田"), ("五百", "inserted", "佐藤")]


def test_moved_text_and_a_deleted_row_are_marked(tmp_path: Path) -> None:
    moved = f'<w:moveFrom w:author="山田">{r("移した文")}</w:moveFrom>'
    row = f'<w:tr><w:trPr><w:del w:author="佐藤"/></w:trPr><w:tc>{p("消した行")}</w:tc></w:tr>'
    found = read(docx(tmp_path / "a.docx", p(inner=moved) + f"<w:tbl>{row}</w:tbl>"))
    assert [marked(x) for x in found.passages] == [[("移した文", "deleted", "山田")], [("消した行", "deleted", "佐藤")]]


def test_hidden_text_is_kept_and_marked(tmp_path: Path) -> None:
    found = read(docx(tmp_path / "a.docx", p("見える", inner=r("隠し", "<w:vanish/>") + r("文"))))
    assert found.passages[0].text == "見える隠し文"
    assert marked(found.passages[0]) == [("隠し", "hidden", "")]


def test_a_table_in_a_cell_follows_its_row_and_merged_cells_are_said_once(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr><w:tc>{p('内1')}</w:tc><w:tc>{p('内2')}</w:tc></w:tr></w:tbl>"
    merged = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("結合")}</w:tc>'
    going_on = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{p()}</w:tc>"
    first = f"<w:tr>{merged}<w:tc>{p('外')}{inner}{p('続き')}</w:tc></w:tr>"
    body = f"<w:tbl>{first}<w:tr>{going_on}<w:tc>{p('下')}</w:tc></w:tr></w:tbl>"
    assert texts(read(docx(tmp_path / "a.docx", body)), "row") == ["結合 | 外\n続き", "内1 | 内2", "下"]


def test_footnotes_endnotes_and_comments_follow_the_block_they_hang_on(tmp_path: Path) -> None:
    inner = (
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="3"/></w:r>'
        '<w:r><w:commentReference w:id="0"/></w:r>'
    )
    parts = {
        "footnotes": f'<w:footnote w:id="0" w:type="separator">{p("線")}</w:footnote>'
        f'<w:footnote w:id="2">{p("脚注の文")}</w:footnote>',
        "endnotes": f'<w:endnote w:id="3">{p("文末の注")}</w:endnote>',
        "comments": f'<w:comment w:id="0" w:author="課長">{p("根拠は?")}{p("表も。")}</w:comment>'
        f'<w:comment w:id="9">{p("宙に浮いた")}</w:comment>',
    }
    found = read(docx(tmp_path / "a.docx", p("本文", inner=inner) + p("次"), parts))
    assert [(x.kind, x.text) for x in found.passages] == [
        ("paragraph", "本文"),
        ("footnote", "脚注の文"),
        ("footnote", "文末の注"),
        ("comment", "課長: 根拠は?\n表も。"),
        ("paragraph", "次"),
        ("comment", "宙に浮いた"),
    ]
    assert [x.locator for x in found.passages] == [f"par={n}" for n in range(1, 7)]


def test_headers_and_footers_come_last_and_equal_ones_once(tmp_path: Path) -> None:
    parts = {"header1": p("総務課"), "header2": p("総務課"), "footer1": p("取扱注意")}
    found = read(docx(tmp_path / "a.docx", p("本文"), parts))
    assert [(x.kind, x.text) for x in found.passages] == [
        ("paragraph", "本文"),
        ("header", "総務課"),
        ("footer", "取扱注意"),
    ]


STYLES = (
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="J2"><w:name w:val="見出し 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="My"><w:name w:val="章"/><w:basedOn w:val="H1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="O3"><w:name w:val="項"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="輪"/><w:basedOn w:val="Loop"/></w:style>'
)


def test_headings_are_known_by_name_ancestor_and_outline_level(tmp_path: Path) -> None:
    body = (
        p("題", style="T")
        + p("章", style="H1")
        + p("節", style="J2")
        + p("自作", style="My")
        + p("項", style="O3")
        + p("輪", style="Loop")
    )
    found = read(docx(tmp_path / "a.docx", body, {"styles": STYLES}))
    assert [(x.kind, x.level) for x in found.passages] == [
        ("title", 0),
        ("heading", 1),
        ("heading", 2),
        ("heading", 1),
        ("heading", 3),
        ("paragraph", 0),
    ]
    assert found.title == "題"


def level(depth: int, style: str, text: str, suffix: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/>'
        f'{f"""<w:suff w:val="{suffix}"/>""" if suffix else ""}</w:lvl>'
    )


def numbered(text: str, depth: int = 0, number: int = 1) -> str:
    properties = f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{properties}{r(text)}</w:p>"


def test_list_numbers_are_shown_as_word_shows_them(tmp_path: Path) -> None:
    levels = (
        level(0, "decimalFullWidth", "第%1条")
        + level(1, "aiueoFullWidth", "%2", "space")
        + level(2, "decimalEnclosedCircle", "%3", "nothing")
        + level(3, "bullet", "\uf0b7")
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="5"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="10"/></w:lvlOverride></w:num>'
    )
    body = (
        numbered("目的") + numbered("定義") + numbered("甲", 1) + numbered("乙", 1) + numbered("細目", 2)
        + numbered("点", 3) + numbered("雑則") + numbered("戻る", 1) + numbered("附則", 0, 2)
    )  # fmt: skip
    assert texts(read(docx(tmp_path / "a.docx", body, {"numbering": numbering}))) == [
        "第１条 目的",
        "第２条 定義",
        "ア 甲",
        "イ 乙",
        "①細目",
        "• 点",
        "第３条 雑則",
        "ア 戻る",
        "第１０条 附則",
    ]


def test_a_list_may_borrow_the_levels_of_a_list_style(tmp_path: Path) -> None:
    levels = level(0, "irohaFullWidth", "(%1)")
    owner = f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="S"/>{levels}</w:abstractNum>'
    borrower = '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="S"/></w:abstractNum>'
    number = '<w:num w:numId="1"><w:abstractNumId w:val="2"/></w:num>'
    found = read(docx(tmp_path / "a.docx", numbered("甲") + numbered("乙"), {"numbering": owner + borrower + number}))
    assert texts(found) == ["(イ) 甲", "(ロ) 乙"]


def test_fields_show_their_result_even_across_paragraphs(tmp_path: Path) -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    toc = p(inner=mark("begin") + "<w:r><w:instrText> TOC \\o </w:instrText></w:r>" + mark("separate") + r("目次の行"))
    body = (
        toc
        + p("二行目", inner=mark("end"))
        + p(inner=f'<w:fldSimple w:instr="DATE">{r("令和8年11月23日")}</w:fldSimple>')
    )
    assert texts(read(docx(tmp_path / "a.docx", body))) == ["目次の行", "二行目", "令和8年11月23日"]


def test_content_controls_form_fields_symbols_and_formulas_are_read(tmp_path: Path) -> None:
    control = f"<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent>{r('☒ 承認')}</w:sdtContent></w:sdt>"
    checked = "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"
    box = f'<w:r><w:fldChar w:fldCharType="begin">{checked}</w:fldChar></w:r>'
    box += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    formula = "<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>"
    block = f"<w:sdt><w:sdtContent>{p('枠の段落')}</w:sdtContent></w:sdt>"
    body = p(inner=control) + p(inner=box + r("同意")) + p(inner=symbol + r("済")) + p(inner=formula) + block
    assert texts(read(docx(tmp_path / "a.docx", body))) == ["☒ 承認", "☑同意", "☑済", "x+1", "枠の段落"]


def test_charts_and_diagrams_say_what_they_show(tmp_path: Path) -> None:
    space = 'xmlns:c="c" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    chart = (
        f"<c:chartSpace {space}><c:chart><c:title><a:p><a:r><a:t>人口</a:t></a:r></a:p></c:title><c:ser>"
        "<c:tx><c:v>区</c:v></c:tx><c:cat><c:pt><c:v>2025</c:v></c:pt></c:cat><c:val><c:pt><c:v>900</c:v></c:pt></c:val>"
        "</c:ser></c:chart></c:chartSpace>"
    )
    diagram = (
        f'<dgm:dataModel xmlns:dgm="d" {space}><dgm:pt><a:p><a:r><a:t>受付</a:t></a:r></a:p></dgm:pt></dgm:dataModel>'
    )
    frames = '<w:r><w:drawing><c:chart r:id="rc"/></w:drawing><w:drawing><dgm:relIds r:dm="rd"/></w:drawing></w:r>'
    relations = (
        f"<Relationships>{relation('rc', 'chart', 'c.xml')}{relation('rd', 'diagramData', 'd.xml')}</Relationships>"
    )
    path = docx(tmp_path / "a.docx", p("図", inner=frames), {}, {"word/c.xml": chart, "word/d.xml": diagram})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/_rels/document.xml.rels"] = relations.encode()
    assert texts(read(write_zip(path, dict(members))), "shape") == ["人口\n2025\n区 | 900", "受付"]


def test_the_strict_form_of_the_format_reads_the_same(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", p("厳密な形式"))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    strict = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    main = members["word/document.xml"]
    members["word/document.xml"] = main.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", strict)
    assert texts(read(write_zip(path, dict(members)))) == ["厳密な形式"]


def test_embedded_files_come_along_and_macros_and_outside_links_are_reported_not_used(tmp_path: Path) -> None:
    template = relation("x", "attachedTemplate", "http://192.0.2.1/a.dotm", is_external=True)
    outside = f"<Relationships>{template}</Relationships>"
    extra: dict[str, str | bytes] = {
        "word/embeddings/表.xlsx": b"PK-inside",
        "word/vbaProject.bin": b"macro",
        "word/_rels/settings.xml.rels": outside,
    }
    found = read(docx(tmp_path / "a.docm", p("本文"), {}, extra))
    assert [(a.name, a.content) for a in found.attachments] == [("表.xlsx", b"PK-inside")]
    assert {trouble.code for trouble in found.warnings} == {"EXTRACT-35", "EXTRACT-36"}


def test_a_broken_part_costs_only_itself(tmp_path: Path) -> None:
    broken = docx(tmp_path / "a.docx", p("本文は無事"), {"footnotes": "<?xml version='1.0'?><"})
    found = read(broken)
    assert texts(found) == ["本文は無事"]
    assert [(t.code, t.params["part"]) for t in found.warnings] == [("EXTRACT-34", "word/footnotes.xml")]


def test_a_document_cut_off_in_its_xml_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", p("最初の文") + "<w:p><w:r><w:t>途中</w:X>")
    found = files.extract(path)
    assert texts(found)[0] == "最初の文"
    assert [t.code for t in found.warnings] == ["EXTRACT-34"]


@pytest.mark.parametrize("depth", [60, 4000])
def test_tables_nested_beyond_reason_do_not_break_the_reader(tmp_path: Path, depth: int) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(6000)
    try:
        body = "<w:tbl><w:tr><w:tc>" * depth + p("底") + "</w:tc></w:tr></w:tbl>" * depth
        found = files.extract(docx(tmp_path / "a.docx", p("上") + body))
    finally:
        sys.setrecursionlimit(limit)
    assert "上" in texts(found)
    assert found.error is None
