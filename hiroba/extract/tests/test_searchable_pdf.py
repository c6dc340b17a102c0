from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from hiroba.extract.page_images import print_page
from hiroba.extract.searchable_pdf import SearchablePdf, Sheet

MADE_AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def sheet_of(path: Path, page: int = 1) -> Sheet:
    image = print_page(path, page)
    return Sheet(image.wide, image.high, image.content, image.coding, image.across, image.down, image.colours)


def fax(path: Path) -> Path:
    page = Image.new("1", (827, 1169), 1)
    ImageDraw.Draw(page).rectangle((100, 100, 300, 200), fill=0)
    page.save(path, compression="group4", dpi=(100, 100))
    return path


def made(tmp_path: Path) -> bytes:
    document = SearchablePdf("児童公園の点検", MADE_AT)
    lines = [("page=1;box=72,100,200,12", "公園の𠮷田さん"), ("page=1;box=400,100,14,140", "縦に書いた文")]
    document.add_page(sheet_of(fax(tmp_path / "fax.tif")), [*lines, ("par=3", "場所のない文")])
    Image.new("RGB", (400, 300), "orange").save(tmp_path / "photo.jpg", dpi=(100, 100))
    document.add_page(sheet_of(tmp_path / "photo.jpg"), [("page=2;box=10,10,100,9", "写真")])
    return document.finished()


def test_its_text_is_found_at_its_place_and_the_page_looks_as_it_was(tmp_path: Path) -> None:
    with pdfium.PdfDocument(made(tmp_path)) as document:
        text = document[0].get_textpage()
        assert "公園の𠮷田さん" in text.get_text_range()
        left, bottom, right, top = text.get_charbox(0)
        assert 70 < left < 76
        high = document[0].get_height()
        assert 98 < high - top < 114 and 98 < high - bottom < 116 and right < 110
        assert "縦に書いた文" in text.get_text_range().replace("\r\n", "")
        assert "場所のない文" not in text.get_text_range()
        grey = document[0].render(scale=1).to_pil().convert("L")
        assert grey.getpixel((140, 100)) == 0  # the FAX's black box
        assert grey.getpixel((300, 400)) == 255  # and no ink where the text lies
        red, green, blue = document[1].render(scale=1).to_pil().convert("RGB").getpixel((100, 100))
        assert red > 240 and 140 < green < 190 and blue < 40


def test_it_says_of_itself_what_pdf_a_asks(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(made(tmp_path))) as document:
        assert document.check_pdf_syntax() == []
        with document.open_metadata() as metadata:
            assert (metadata.pdfa_status, metadata["dc:title"]) == ("2B", "児童公園の点検")
        assert str(document.docinfo["/Title"]) == "児童公園の点検"
        [intent] = list(document.Root.OutputIntents)
        assert intent.S == "/GTS_PDFA1" and bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"
        font = document.pages[0].Resources.Font.F
        program = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
        assert program[:4] == b"\0\1\0\0"
        assert not document.is_encrypted and document.trailer.get("/ID") is not None


def test_black_and_white_stays_black_and_white(tmp_path: Path) -> None:
    image = print_page(fax(tmp_path / "fax.tif"), 1)
    assert (image.coding, image.across, image.down, image.colours) == ("FlateDecode", 827, 1169, 1)
    assert len(image.content) < 2_000
