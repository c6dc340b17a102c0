import os
import struct
import time
import zipfile
from pathlib import Path

import pytest

from hiroba.extract import files
from hiroba.extract.archives import MEGABYTE, Limits
from hiroba.extract.formats import find_format
from hiroba.extract.passages import Trouble
from hiroba.extract.tests.making import docx, open_document, p, package, pptx, shape, write_zip

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(9))
    + "]><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
)


def refusal(path: Path, **options: object) -> str:
    started = time.process_time()
    found = files.extract(path, **options)  # type: ignore[arg-type]
    assert time.process_time() - started < 2
    assert found.error is not None
    assert not found.passages
    return found.error.code


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_content_decides_and_the_name_only_where_content_cannot(tmp_path: Path) -> None:
    assert find_format(docx(tmp_path / "a.docx", p("x")).rename(tmp_path / "a.pdf")) == "docx"
    assert find_format(pptx(tmp_path / "a.pptx", shape("x")).rename(tmp_path / "b.docx")) == "pptx"
    assert find_format(open_document(tmp_path / "a.ods", "").rename(tmp_path / "c.bin")) == "ods"
    stored = write(tmp_path / "0f3a", b"a,b\n1,2\n")
    assert find_format(stored) == "text"
    assert find_format(stored, "名簿.csv") == "csv"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table>", "html"),
        ("a.xls", b"a\tb\n1\t2\n", "csv"),
        ("a.xls", b"\x09\x08\x10\x00\x00\x06", "xls"),
        ("a", b"\xef\xbb\xbf<!DOCTYPE html><title>x</title>", "html"),
        ("a", b"Received: by x\r\nFrom: a@example.jp\r\nSubject: x\r\n\r\nhi", "eml"),
        ("memo.txt", b"From: a\nTo: b\n\nhi", "text"),
        ("a", b"From a@b Mon Jan  1 10:00:00 2024\nFrom: a\nTo: b\n\nhi", "mbox"),
        ("a.eml", b"From a@b Mon Jan  1 10:00:00 2024\nFrom: a\nTo: b\n\nhi", "eml"),
        ("a", b"  {\\rtf1 x}", "rtf"),
        ("a", b"junk\n%PDF-1.7", "pdf"),
        ("a", "広報みらい".encode("cp932"), "text"),
        ("a", "広報みらい\n".encode("utf-16"), "text"),
        ("a.py", b"print(1)\n", "text"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "video"),
        ("a.xml", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><x/>', "excel-xml"),
    ],
)
def test_formats_are_known_by_how_they_begin(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    assert find_format(write(tmp_path / name, content)) == expected


def test_what_is_not_a_document_is_refused_with_its_own_code(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusal(tmp_path / "link.txt") == "EXTRACT-31"
    assert refusal(tmp_path / "pipe.txt") == "EXTRACT-31"
    assert refusal(tmp_path / "nowhere.txt") == "EXTRACT-32"
    assert refusal(write(tmp_path / "empty.docx", b"")) == "EXTRACT-07"
    assert refusal(write(tmp_path / "noise", bytes(range(256)) * 9)) == "EXTRACT-09"
    assert refusal(write(tmp_path / "a.docx", b"not a zip")) == "EXTRACT-03"
    assert refusal(write(tmp_path / "b.docx", b"PK\3\4 cut off")) == "EXTRACT-03"


def test_a_format_that_comes_later_is_named(tmp_path: Path) -> None:
    found = files.extract(write(tmp_path / "a.svg", b"<svg/>"))
    assert found.error == Trouble("EXTRACT-01", {"format": "svg"})


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in package("wordprocessingml.document.main+xml", "word/document.xml").items():
            archive.writestr(name, content)
        with archive.open("word/document.xml", "w", force_zip64=True) as member:
            for _ in range(megabytes):
                member.write(bytes(MEGABYTE))
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert refusal(bomb(tmp_path / "ratio.docx", 60)) == "EXTRACT-04"
    assert refusal(bomb(tmp_path / "size.docx", 310)) == "EXTRACT-04"
    many = docx(tmp_path / "many.docx", p("x"), {}, {f"{n}.xml": "" for n in range(50)})
    assert refusal(many, limits=Limits(members=40)) == "EXTRACT-04"


def test_members_that_share_their_bytes_cannot_hide_what_they_become(tmp_path: Path) -> None:
    """A bomb of overlapping members: each declares a modest size, all point at the same bytes."""
    path = bomb(tmp_path / "a.docx", 30)
    data = path.read_bytes()
    start = data.rindex(b"PK\1\2")
    end = data.index(b"PK\5\6")
    copies = 10
    directory = data[data.index(b"PK\1\2") : end] + data[start:end] * copies
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 3 + copies, 3 + copies, len(directory), data.index(b"PK\1\2"), 0)
    path.write_bytes(data[: data.index(b"PK\1\2")] + directory + tail)
    assert refusal(path) == "EXTRACT-04"


def test_a_member_that_lies_about_its_size_yields_no_more_than_it_declared(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.docx", 60)
    data = path.read_bytes().replace(struct.pack("<I", 60 * MEGABYTE), struct.pack("<I", 1000))
    path.write_bytes(data)
    assert refusal(path) == "EXTRACT-03"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_billions_of_laughs_are_refused(tmp_path: Path, encoding: str) -> None:
    content = LAUGHS.encode(encoding)
    members = package("wordprocessingml.document.main+xml", "word/document.xml") | {"word/document.xml": content}
    assert refusal(write_zip(tmp_path / "a.docx", members)) == "EXTRACT-30"


def test_an_entity_that_points_at_another_file_is_refused_and_would_not_be_read_anyway(tmp_path: Path) -> None:
    from hiroba.extract.strange_xml import parse_xml

    secret = write(tmp_path / "secret.txt", b"himitsu")
    outside = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><d>&x;</d>'
    members = package("wordprocessingml.document.main+xml", "word/document.xml") | {"word/document.xml": outside}
    assert refusal(write_zip(tmp_path / "a.docx", members)) == "EXTRACT-30"
    root, _ = parse_xml(outside.encode())
    assert "himitsu" not in "".join(str(text) for text in root.itertext())


def test_names_in_an_archive_that_climb_out_write_nothing(tmp_path: Path) -> None:
    inner = tmp_path / "in"
    inner.mkdir()
    files.extract(docx(inner / "a.docx", p("x"), {}, {"../../climbed.txt": b"x", "/tmp/hiroba-climbed": b"x"}))
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.docx"]


def test_passwords_are_recognised_before_parsing(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", p("x"))
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\1\2")
    data[directory + 8] |= 1
    path.write_bytes(data)
    assert refusal(path) == "EXTRACT-02"


def test_a_package_without_its_main_part_is_damaged(tmp_path: Path) -> None:
    types = package("wordprocessingml.document.main+xml", "word/document.xml")["[Content_Types].xml"]
    assert refusal(write_zip(tmp_path / "a.docx", {"[Content_Types].xml": types})) == "EXTRACT-03"
    assert (
        refusal(write_zip(tmp_path / "a.odt", {"mimetype": "application/vnd.oasis.opendocument.text"})) == "EXTRACT-03"
    )


def test_a_reader_that_breaks_costs_only_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hiroba.extract import word

    def broken(path: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(word, "extract", broken)
    found = files.extract(docx(tmp_path / "a.docx", p("x")))
    assert found.error == Trouble("EXTRACT-08", {"reason": "ZeroDivisionError"})


def test_a_file_of_ichitaro_is_kept_with_a_word_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "通知.jtd"
    path.write_bytes(compound_with("DocumentText"))
    assert files.extract(path).error == Trouble("EXTRACT-46")


def compound_with(stream: str) -> bytes:
    """A compound file of one directory sector that names a stream, and no more."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[30:34] = b"\x09\0\x06\0"
    for at, value in ((44, 1), (48, 1), (60, 0xFFFFFFFE), (68, 0xFFFFFFFE), (76, 0)):
        head[at : at + 4] = value.to_bytes(4, "little")
    head[80:512] = b"\xff" * 432
    table = b"\xfd\xff\xff\xff\xfe\xff\xff\xff".ljust(512, b"\xff")
    names = ("Root Entry".encode("utf-16-le"), stream.encode("utf-16-le"))
    rows = (
        name.ljust(64, b"\0") + (len(name) + 2).to_bytes(2, "little") + bytes([kind])
        for name, kind in zip(names, (5, 2), strict=True)
    )
    return bytes(head) + table + b"".join(row.ljust(128, b"\0") for row in rows).ljust(512, b"\0")
