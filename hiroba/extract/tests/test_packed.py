import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyzipper

from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(readers=1) as opened:
        yield opened


def contents(found: Extraction) -> dict[str, bytes]:
    return {each.name: b"".join(each.pieces()) for each in found.attachments}


def test_each_file_of_a_zip_comes_out_under_its_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "資料.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("報告/十月.txt", "話し中")
        archive.writestr("報告/__MACOSX/._十月.txt", "x")
    found = sandbox.extract(path)
    assert contents(found) == {"報告/十月.txt": "話し中".encode()}
    assert [(each.locator, each.text, each.kind) for each in found.passages] == [("line=1", "報告/十月.txt", "row")]


def test_names_written_by_old_japanese_windows_and_by_macos_are_read(sandbox: Sandbox, tmp_path: Path) -> None:
    for encoding in ("cp932", "utf-8"):
        path = tmp_path / f"{encoding}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("X" * len("表紙①.txt".encode(encoding)), b"1")
        raw = "表紙①.txt".encode(encoding)
        path.write_bytes(path.read_bytes().replace(b"X" * len(raw), raw))  # bytes that no flag explains
        assert list(contents(sandbox.extract(path))) == ["表紙①.txt"]


def test_no_name_leads_out_of_the_archive_and_no_link_is_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../up.txt", "/etc/root.txt", "C:\\Windows\\w.txt", "a/../../b.txt"):
            archive.writestr(name, "x")
        archive.writestr(link, "/etc/passwd")
    found = sandbox.extract(path)
    assert sorted(contents(found)) == ["Windows/w.txt", "a/b.txt", "etc/root.txt", "up.txt"]
    assert found.warnings == (Trouble("EXTRACT-42", {"count": 1}),)


def test_a_bomb_is_refused_by_what_it_declares(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b", b"\0" * (64 << 20))
    error = sandbox.extract(path).error
    assert error == Trouble("EXTRACT-04", {"megabytes": 64, "members": 1})


def test_a_bomb_that_declares_nothing_is_cut_off(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"x" * (80 << 20)))
    found = sandbox.extract(path)
    assert not found.attachments
    assert found.warnings == (Trouble("EXTRACT-42", {"count": 1}),)


def test_a_damaged_member_leaves_the_others_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "half.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"AAAA-AAAA")
        archive.writestr("b.txt", b"BBBB-BBBB")
    path.write_bytes(path.read_bytes().replace(b"AAAA-AAAA", b"AAAA-AAAX"))
    found = sandbox.extract(path)
    assert contents(found) == {"b.txt": b"BBBB-BBBB"}
    assert found.warnings == (Trouble("EXTRACT-42", {"count": 1}),)


def test_a_locked_zip_asks_for_its_password_and_opens_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "aes.zip"
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword("ひみつ2026".encode("cp932"))
        archive.writestr("名簿.csv", "a,b")
    assert sandbox.extract(path).error == Trouble("EXTRACT-02")
    assert sandbox.extract(path, password="ちがう").error == Trouble("EXTRACT-43")
    assert contents(sandbox.extract(path, password="ひみつ2026")) == {"名簿.csv": b"a,b"}


def test_tar_and_gzip_are_opened_too(sandbox: Sandbox, tmp_path: Path) -> None:
    tar = tmp_path / "t.tar.gz"
    with tarfile.open(tar, "w:gz") as archive:
        for name, kind in (("甲.txt", tarfile.REGTYPE), ("乙/丙.txt", tarfile.REGTYPE), ("s", tarfile.SYMTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, 3 * (kind == tarfile.REGTYPE), "/etc/passwd"
            archive.addfile(info, io.BytesIO(b"abc"))
    assert contents(sandbox.extract(tar)) == {"甲.txt": b"abc", "乙/丙.txt": b"abc"}
    with gzip.GzipFile(tmp_path / "one.log.gz", "wb") as file:
        file.write(b"line")
    assert contents(sandbox.extract(tmp_path / "one.log.gz")) == {"one.log": b"line"}


def test_lzh_is_opened(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "昔.lzh"
    path.write_bytes(stored_lzh("議事録.txt".encode("cp932"), b"gijiroku"))
    assert contents(sandbox.extract(path)) == {"議事録.txt": b"gijiroku"}


def stored_lzh(name: bytes, content: bytes) -> bytes:
    """An archive of one file as LHA writes it without compression (method -lh0-, header level 0)."""
    head = b"-lh0-" + len(content).to_bytes(4, "little") * 2 + b"\0\0\x21\x28" + b"\x20\0"
    head += bytes([len(name)]) + name + crc16(content).to_bytes(2, "little")
    return bytes([len(head), sum(head) & 0xFF]) + head + content + b"\0"


def crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


@pytest.mark.parametrize(("head", "kind"), [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x01\0", "rar")])
def test_an_archive_that_cannot_be_opened_says_which_it_is(
    sandbox: Sandbox, tmp_path: Path, head: bytes, kind: str
) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(head + b"\0" * 100)
    assert sandbox.extract(path).error == Trouble("EXTRACT-45", {"format": kind})


def test_large_files_inside_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, archive.open("b.bin", "w", force_zip64=True) as out:
        for _ in range(200):
            out.write(b"\x01" * (1 << 20))
    with Sandbox(readers=1, memory=170 << 20) as small:
        [attachment] = small.extract(path).attachments
    assert sum(len(piece) for piece in attachment.pieces()) == 200 << 20
