"""Write Word files: what python-docx offers, and raw XML for what it lacks (footnotes, text boxes, ruby, tracked changes)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt

from demo.papers import Block, Bullets, Docx, Heading, PageBreak, Para, Revised, Table, TextBox
from demo.people import address

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
RUBY = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
ALIGN = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}


class _Writer:
    """One Word document in the making."""

    def __init__(self, body: Docx, at: datetime) -> None:
        self.document = Document()
        self.at = at
        self.footnotes: list[str] = []
        self.serial = 0
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Yu Mincho", Pt(10.5)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), "游明朝")
        core = self.document.core_properties
        core.title, core.author, core.created, core.modified = body.title, "", at, at
        section = self.document.sections[0]
        if body.header:
            section.header.paragraphs[0].text = body.header
        if body.footer:
            section.footer.paragraphs[0].text = body.footer
        self.writers: dict[type, Callable[[Any], None]] = {
            Heading: self.heading,
            Para: self.para,
            Revised: self.revised,
            Bullets: self.bullets,
            Table: self.table,
            TextBox: self.text_box,
            PageBreak: self.page_break,
        }

    def add(self, block: Block) -> None:
        self.writers[type(block)](block)

    def heading(self, block: Heading) -> None:
        self.document.add_heading(block.text, block.level)

    def para(self, block: Para) -> None:
        paragraph = self.document.add_paragraph()
        if block.align in ALIGN:
            paragraph.alignment = ALIGN[block.align]
        end = 0
        for match in RUBY.finditer(block.text):
            paragraph.add_run(block.text[end : match.start()])
            paragraph._p.append(parse_xml(_ruby(match[1], match[2])))
            end = match.end()
        run = paragraph.add_run(block.text[end:])
        for each in paragraph.runs:
            each.bold = block.bold or None
        if block.footnote:
            self.footnotes.append(block.footnote)
            mark = f'<w:r {NS}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{len(self.footnotes) + 1}"/></w:r>'
            paragraph._p.append(parse_xml(mark))
        if block.remark:
            name = address(block.remark.by).split(" <")[0]
            comment = self.document.add_comment([run], text=block.remark.text, author=name, initials=name[:1])
            comment._comment_elm.set(qn("w:date"), f"{self.at:%Y-%m-%dT%H:%M:%SZ}")

    def revised(self, block: Revised) -> None:
        paragraph = self.document.add_paragraph(block.before)
        name = escape(address(block.by).split(" <")[0])
        who = f'w:author="{name}" w:date="{block.at:%Y-%m-%dT%H:%M:%SZ}"'
        self.serial += 2
        if block.deleted:
            paragraph._p.append(
                parse_xml(
                    f'<w:del {NS} w:id="{900 + self.serial}" {who}><w:r><w:delText xml:space="preserve">{escape(block.deleted)}</w:delText></w:r></w:del>'
                )
            )
        if block.inserted:
            paragraph._p.append(
                parse_xml(
                    f'<w:ins {NS} w:id="{901 + self.serial}" {who}><w:r><w:t xml:space="preserve">{escape(block.inserted)}</w:t></w:r></w:ins>'
                )
            )
        paragraph.add_run(block.after)

    def bullets(self, block: Bullets) -> None:
        style = "List Number" if block.numbered else "List Bullet"
        for item in block.items:
            self.document.add_paragraph(item, style=style)

    def table(self, block: Table) -> None:
        if block.caption:
            self.document.add_paragraph(block.caption)
        width = max(len(row) for row in block.rows)
        table = self.document.add_table(len(block.rows), width, style="Table Grid")
        for index, row in enumerate(block.rows):
            cells = table.rows[index].cells
            for column, value in enumerate(row):
                cells[column].text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        for (top, left), (bottom, right) in block.merges:
            merged = table.cell(top, left).merge(table.cell(bottom, right))
            text = "\n".join(paragraph.text for paragraph in merged.paragraphs if paragraph.text)
            merged.text = text
        self.document.add_paragraph()

    def page_break(self, block: PageBreak) -> None:
        document: Any = self.document
        document.add_page_break()

    def text_box(self, block: TextBox) -> None:
        self.serial += 1
        self.document.element.body.insert(
            len(self.document.element.body) - 1, parse_xml(_text_box(block.text, self.serial))
        )

    def save(self) -> bytes:
        if self.footnotes:
            self._attach_footnotes()
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _attach_footnotes(self) -> None:
        notes = "".join(
            f'<w:footnote w:id="{index}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {escape(text)}</w:t></w:r></w:p></w:footnote>'
            for index, text in enumerate(self.footnotes, start=2)
        )
        lines = "".join(
            f'<w:footnote w:type="{kind}" w:id="{index}"><w:p><w:r><w:{tag}/></w:r></w:p></w:footnote>'
            for index, (kind, tag) in enumerate(
                (("separator", "separator"), ("continuationSeparator", "continuationSeparator"))
            )
        )
        xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {NS}>{lines}{notes}</w:footnotes>'
        package = self.document.part.package
        part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES, xml.encode(), package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _ruby(base: str, reading: str) -> str:
    return (
        f'<w:r {NS}><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/><w:hps w:val="10"/><w:hpsRaise w:val="18"/>'
        f'<w:hpsBaseText w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr><w:rt><w:r><w:t>{escape(reading)}</w:t></w:r></w:rt>'
        f"<w:rubyBase><w:r><w:t>{escape(base)}</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )


def _text_box(text: str, serial: int) -> str:
    """Return a paragraph holding a box as Word writes it: the modern drawing, and VML for old readers."""
    lines = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in text.split("\n")
    )
    content = f"<w:txbxContent>{lines}</w:txbxContent>"
    return (
        f'<w:p {NS}><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="4680000" cy="900000"/><wp:docPr id="{serial + 50}" name="テキスト ボックス {serial}"/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="4680000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        '<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr>'
        f"<wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f'<mc:Fallback><w:pict><v:shape style="width:368pt;height:71pt"><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r></w:p>"
    )


def word_bytes(body: Docx, at: datetime) -> bytes:
    """Return the bytes of the Word file, its archive still to be repacked."""
    writer = _Writer(body, at.replace(tzinfo=None))
    for block in body.blocks:
        writer.add(block)
    return writer.save()
