from pathlib import Path

from hiroba.extract import files
from hiroba.extract.passages import Trouble
from hiroba.extract.tests.making import write_zip

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
    "<dc:title>防災の手引き</dc:title><dc:creator>防災課</dc:creator></metadata><manifest>"
    '<item id="b" href="two.xhtml"/><item id="a" href="%E4%B8%80.xhtml"/><item id="c" href="none.xhtml"/></manifest>'
    '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>'
)


def book(path: Path, **extra: str) -> Path:
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": PACKAGE,
        "OPS/一.xhtml": "<html><body><h1>一章</h1><p>はじめに逃げる。</p></body></html>",
        "OPS/two.xhtml": "<html><body><p>つぎに知らせる。</p></body></html>",
    }
    return write_zip(path, parts | extra)


def test_chapters_are_read_in_the_order_of_the_book(tmp_path: Path) -> None:
    found = files.extract(book(tmp_path / "a.epub"))
    assert [(each.locator, each.text) for each in found.passages] == [
        ("par=1", "一章"),
        ("par=2", "はじめに逃げる。"),
        ("par=3", "つぎに知らせる。"),
    ]
    assert (found.title, found.facts["author"]) == ("防災の手引き", "防災課")
    assert found.warnings == (Trouble("EXTRACT-42", {"count": 1}),)


def test_a_book_whose_text_is_locked_says_so_and_one_with_hidden_fonts_is_read(tmp_path: Path) -> None:
    lock = '<encryption><EncryptionMethod Algorithm="{}"/></encryption>'
    locked = book(
        tmp_path / "l.epub", **{"META-INF/encryption.xml": lock.format("http://www.w3.org/2001/04/xmlenc#aes")}
    )
    assert files.extract(locked).error == Trouble("EXTRACT-02")
    fonts = book(tmp_path / "f.epub", **{"META-INF/encryption.xml": lock.format("http://www.idpf.org/2008/embedding")})
    assert files.extract(fonts).passages
