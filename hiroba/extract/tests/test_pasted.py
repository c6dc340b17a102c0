"""A scanned card pasted into a Word file is read like any other paper, and stands where it was pasted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

from hiroba.extract import files, pasted, wire
from hiroba.extract.joining import join
from hiroba.extract.passages import Extraction, Part
from hiroba.extract.slow import read_part
from hiroba.extract.tests.making import package, relation, shape, write_zip
from hiroba.extract.tests.sheets import needs_fonts, sheet, write

pytestmark = needs_fonts
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def card(text: str = "個人番号 1234 5678 9018", wide: int = 620) -> io.BytesIO:
    paper = sheet(wide, 120)
    write(paper, 30, 40, text, 40)
    target = io.BytesIO()
    paper.save(target, "PNG")
    target.seek(0)
    return target


def icon() -> io.BytesIO:
    target = io.BytesIO()
    Image.new("L", (64, 64), 90).save(target, "PNG")
    target.seek(0)
    return target


def letter(path: Path, *pictures: io.BytesIO) -> Path:
    """Write a Word file: a line, the pictures, a line."""
    document = Document()
    document.add_paragraph("申請書の写しです。")
    for picture in pictures:
        document.add_picture(picture)
    document.add_paragraph("以上")
    document.save(path)
    return path


def whole(path: Path) -> Extraction:
    first = wire.unpack(wire.pack(files.extract(path))[wire.HEADER.size :], b"")
    return join(first, {part: read_part(path, part) for part in first.parts})


def test_what_a_pasted_picture_says_follows_the_block_it_stands_in(tmp_path: Path) -> None:
    path = letter(tmp_path / "写し.docx", icon(), card())
    assert files.extract(path).parts == (Part("recognise", 1),)
    found = whole(path)
    assert [(each.locator, each.kind) for each in found.passages] == [
        ("par=1", "paragraph"),
        ("par=1", "shape"),
        ("par=2", "paragraph"),
    ]
    assert found.parts == ()
    assert "recognition/" not in found.extractor  # it is no paper: it has no page to be shown beside
    assert "1234 5678 9018" in found.passages[1].text


def test_a_picture_over_a_sheet_stands_at_its_cells(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "台帳"
    book.active["A1"] = "写し"
    book.active.add_image(SheetImage(card("児童手当の認定請求書")), "B3")
    book.save(tmp_path / "台帳.xlsx")
    (part,) = files.extract(tmp_path / "台帳.xlsx").parts
    assert part.place.startswith("台帳!B3")
    said = whole(tmp_path / "台帳.xlsx").passages[-1]
    assert said.locator == part.place
    assert "児童手当" in said.text


def test_a_logo_on_every_slide_is_read_once_and_stands_on_the_first(tmp_path: Path) -> None:
    slides = {}
    for number in (1, 2):
        slides[f"ppt/slides/slide{number}.xml"] = (
            '<p:sld xmlns:p="p" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
            f"<p:cSld><p:spTree>{shape(f'{number}枚目')}</p:spTree></p:cSld></p:sld>"
        )
        slides[f"ppt/slides/_rels/slide{number}.xml.rels"] = (
            f'<Relationships><Relationship Id="i" Type="{TYPES}/image" Target="../media/image1.png"/></Relationships>'
        )
    relations = "".join(relation(f"s{n}", "slide", f"slides/slide{n}.xml") for n in (1, 2))
    listed = "".join(f'<p:sldId xmlns:r="{TYPES}" r:id="s{n}"/>' for n in (1, 2))
    members: dict[str, str | bytes] = {
        **package("presentationml.presentation.main+xml", "ppt/presentation.xml"),
        **slides,
        "ppt/presentation.xml": f'<p:presentation xmlns:p="p"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{relations}</Relationships>",
        "ppt/media/image1.png": card("みらい区").getvalue(),
    }
    found = files.extract(write_zip(tmp_path / "a.pptx", members))
    assert [(part.number, part.place) for part in found.parts] == [(1, "slide=1")]


def test_more_pictures_than_are_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiroba.extract.package.MOST", 1)
    monkeypatch.setattr(pasted, "MOST", 1)
    found = whole(letter(tmp_path / "写真.docx", card("一枚目の写真"), card("二枚目の写真", 640)))
    assert [trouble.code for trouble in found.warnings] == ["EXTRACT-48"]


def test_a_broken_picture_is_no_reason_to_lose_the_text(tmp_path: Path) -> None:
    path = letter(tmp_path / "a.docx", card())
    first = files.extract(path)
    unread = join(first, {})
    assert [trouble.code for trouble in unread.warnings] == ["PART-06"]
    failed = join(first, {part: read_part(tmp_path / "a.docx", Part("recognise", 9)) for part in first.parts})
    assert [trouble.code for trouble in failed.warnings] == ["PART-05"]
    assert len(failed.passages) == 2
