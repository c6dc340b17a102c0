"""Files made to hurt whoever reads them: each is small and says what it tries."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

from hiroba.extract.tests.making import docx, p, write_zip

MEGABYTE = 1024 * 1024
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = (
    f'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY l0 "わは">{_LAUGHS}]><w:document><w:body>&l9;</w:body></w:document>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY e SYSTEM "file:///etc/passwd">'
    '<!ENTITY n SYSTEM "http://127.0.0.1:9/steal">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>&e;&n;</w:t></w:r></w:p></w:body></w:document>"
)


def zip_of(parts: dict[str, bytes]) -> bytes:
    """Give a zip file as bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_document(folder: Path, name: str, document: str) -> None:
    """Write a Word file whose main part is `document` as it stands."""
    path = docx(folder / name, p())
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
    parts["word/document.xml"] = document
    write_zip(path, parts)


def write_hostile(folder: Path) -> list[str]:
    """Write our own bombs and tricks; give their names."""
    folder.mkdir(parents=True, exist_ok=True)
    bomb = b"\0" * (200 * MEGABYTE)
    (folder / "爆弾.zip").write_bytes(zip_of({f"{n}.txt": bomb for n in range(2)}))
    layer = zip_of({"底.txt": bomb[: 50 * MEGABYTE]})
    for depth in range(12):
        layer = zip_of({f"{depth}-{side}.zip": layer for side in range(3)})
    (folder / "入れ子.zip").write_bytes(layer)
    docx(folder / "ふくらむ.docx", p("表"), extra={"word/media/image1.png": bomb})
    with_document(folder, "長い本文.docx", f"<w:document><w:body>{'<w:p/>' * (8 * MEGABYTE)}</w:body></w:document>")
    with_document(folder, "十億の笑い.docx", BILLION_LAUGHS)
    with_document(folder, "外の実体.docx", OUTSIDE)
    (folder / "外の実体.svg").write_text(OUTSIDE, encoding="utf-8")
    (folder / "抜け出す.zip").write_bytes(zip_of({"../../../tmp/hiroba-escaped.txt": b"x", "/etc/hiroba": b"x"}))
    (folder / "からっぽ.docx").write_bytes(b"")
    (folder / "からっぽ.pdf").write_bytes(b"")
    whole = docx(folder / "もと.docx", p("途中で切れる文"))
    (folder / "途中まで.docx").write_bytes(whole.read_bytes()[:300])
    whole.unlink()
    (folder / "乱数.pdf").write_bytes(b"%PDF-1.7\n" + os.urandom(50_000))
    (folder / "乱数.xlsx").write_bytes(os.urandom(50_000))
    (folder / "実は頁.png").write_bytes(b"<html><script>alert(1)</script></html>")
    (folder / "深い.html").write_text("<div>" * 100_000, encoding="utf-8")
    (folder / "長い行.csv").write_text("あ," * 2_000_000, encoding="utf-8")
    (folder / "かっこ.json").write_text("[" * 200_000, encoding="utf-8")
    (folder / "深い.rtf").write_text("{\\rtf1 " + "{" * 200_000, encoding="ascii")
    (folder / "ふつう.txt").write_text("これは何でもない知らせです。", encoding="utf-8")
    return sorted(path.name for path in folder.iterdir())
