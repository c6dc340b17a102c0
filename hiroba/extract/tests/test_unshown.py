"""What a file holds and shows nowhere is handed to the gate, as far as it names a マイナンバー; and kept nowhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from reportlab.pdfgen.canvas import Canvas

from hiroba.extract import files, wire
from hiroba.extract.passages import Extraction
from hiroba.language.private import find_my_numbers

NUMBER = "個人番号 123456789018"


def found_in(path: Path) -> list[str]:
    """Give the unshown texts in which the gate finds a number, as they come out of the confined reader."""
    read = wire.unpack(wire.pack(replace(files.extract(path), attachments=()))[wire.HEADER.size :], b"")
    assert not any("123456789018" in passage.text for passage in read.passages)
    assert "123456789018" not in str(read.facts)
    return [text for text in read.unshown if find_my_numbers(text)]


@pytest.mark.parametrize("name", ["keywords", "subject", "comments", "category"])
def test_properties_of_a_word_file(tmp_path: Path, name: str) -> None:
    document = Document()
    document.add_paragraph("文")
    setattr(document.core_properties, name, NUMBER)
    document.save(tmp_path / "a.docx")
    assert found_in(tmp_path / "a.docx")


def with_part(path: Path, name: str, change: Callable[[str], str]) -> Path:
    """Change one part of a Word file."""
    document = Document()
    document.add_paragraph("文")
    document.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = change(parts.get(name, b"").decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return path


def test_a_property_of_the_offices_own_is_read_with_its_name(tmp_path: Path) -> None:
    own = (
        '<Properties xmlns:vt="v"><property name="個人番号"><vt:lpwstr>123456789018</vt:lpwstr></property></Properties>'
    )
    assert found_in(with_part(tmp_path / "a.docx", "docProps/custom.xml", lambda _: own))


def test_the_name_of_a_content_control_and_where_a_field_leads(tmp_path: Path) -> None:
    hidden = (
        f'<w:sdt><w:sdtPr><w:alias w:val="{NUMBER}"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>',
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>LINK "{NUMBER}"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
    )
    for each in hidden:
        path = with_part(
            tmp_path / "a.docx",
            "word/document.xml",
            lambda text, each=each: text.replace("<w:sectPr", f"{each}<w:sectPr", 1),
        )
        assert len(found_in(path)) == 1


def test_prompts_and_lists_of_a_workbook_also_where_characters_are_written_by_number(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "文"
    for rule in (DataValidation(type="list", formula1=f'"{NUMBER},x"'), DataValidation(type="whole", prompt=NUMBER)):
        book.active.add_data_validation(rule)
        rule.add("B2")
    book.save(tmp_path / "a.xlsx")
    assert len(found_in(tmp_path / "a.xlsx")) == 2


def test_bookmarks_properties_and_named_fields_of_a_pdf(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(100, 700, "words of this page, enough of them to be text")
    canvas.setKeywords("My Number 123456789018")
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry("My Number 123456789018", "a")
    canvas.acroForm.textfield(name="My Number 123456789018", value="a", x=100, y=600, width=300)
    canvas.save()
    assert len(found_in(tmp_path / "a.pdf")) == 3


def mail(tmp_path: Path, change: Callable[[EmailMessage], None]) -> Path:
    message = EmailMessage()
    message["Subject"] = "届"
    message.set_content("ふつうの本文です。")
    change(message)
    (tmp_path / "a.eml").write_bytes(bytes(message))
    return tmp_path / "a.eml"


@pytest.mark.parametrize("name", ["Reply-To", "Keywords", "X-Note", "Thread-Topic"])
def test_heads_of_a_mail_that_no_page_shows(tmp_path: Path, name: str) -> None:
    value = f'"{NUMBER}" <a@x.invalid>' if name == "Reply-To" else NUMBER
    assert found_in(mail(tmp_path, lambda message: message.add_header(name, value)))


def test_the_alternative_of_a_mail_that_is_not_shown_and_the_pictures_in_it(tmp_path: Path) -> None:
    def add(message: EmailMessage) -> None:
        message.add_alternative(
            f"<p>個人<b>番号</b> 1234-5678-9018</p><!-- {NUMBER} --><img src='cid:a'>", subtype="html"
        )
        html = list(message.iter_parts())[1]
        assert isinstance(html, EmailMessage)
        html.add_related(b"\x89PNG", "image", "png", cid="<a>", filename="写し.png")

    path = mail(tmp_path, add)
    read: Extraction = files.extract(path)
    assert len(found_in(path)) == 2
    assert [each.name for each in read.attachments] == ["写し.png"]


def test_attributes_and_comments_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    head = '<meta name="description" content="個人番号 123456789018">'
    path.write_text(f'<html><head>{head}</head><body><p title="{NUMBER}">文</p><!-- {NUMBER} --></body></html>')
    assert len(found_in(path)) == 3


def test_what_names_nothing_is_handed_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text('<p id="123456789018" title="マイナンバーとは">文</p><!-- 1234-5678-9018 -->')
    assert files.extract(path).unshown == ('<p id="123456789018" title="マイナンバーとは">',)
