"""Files that nobody here wrote, as they come in an office: read whole, or refused with a code that fits."""

import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiroba.extract.passages import Extraction
from hiroba.extract.sandbox import Sandbox

OFFICE_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files"
pytestmark = pytest.mark.skipif(not OFFICE_FILES.is_dir(), reason="the shared office files are not here")
OURS = {".docx", ".docm", ".pptx", ".odt", ".ods", ".odp", ".rtf"}
OLD = {".doc", ".ppt"}
DOCLING = OFFICE_FILES / "docling_expected"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(readers=2) as opened:
        yield opened


def files_of(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (OFFICE_FILES / folder).glob("*"))


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text))


def all_text(found: Extraction) -> str:
    return "\n".join(passage.text for passage in found.passages)


@pytest.mark.parametrize(
    "path", [x for x in files_of("office", "japanese") if x.suffix in OURS], ids=lambda path: path.name
)
def test_every_real_file_is_read_without_trouble(sandbox: Sandbox, path: Path) -> None:
    found = sandbox.extract(path)
    assert found.error is None
    assert found.passages
    assert len(all_text(found)) > 15
    for passage in found.passages:
        assert passage.text == passage.text.strip()
        assert all(0 <= mark.start < mark.end <= len(passage.text) for mark in passage.marks)
        assert all(0 <= span.start < span.end <= len(passage.text) for span in passage.spans)


@pytest.mark.parametrize(
    "expected", [x for x in sorted(DOCLING.glob("*.md")) if Path(x.stem).suffix in OURS], ids=lambda path: path.stem
)
def test_each_word_another_reader_found_is_in_some_passage(sandbox: Sandbox, expected: Path) -> None:
    found = sandbox.extract(OFFICE_FILES / "office" / expected.stem)
    text = re.sub(r"<!--.*?-->", "", expected.read_text(encoding="utf-8"))
    ours = all_text(found)
    # Numbers of lists aside: each tool counts what it shows.
    assert {word for word in words_of(text) if word not in ours and not word.isdigit()} == set()


@pytest.mark.parametrize(
    ("name", "locator", "kind", "quote"),
    [
        ("docling__textbox.docx", "par=3", "shape", "Student falls ill"),
        ("docling__docx_comments.docx", "par=3", "comment", "John Reviewer: This is a sample reviewer comment"),
        ("docling__unit_test_headers_numbered.docx", "par=11", "heading", "1.2.1. Section 1.2.3"),
        ("docling__powerpoint_sample.pptx", "slide=2", "note", "Some notes on the second slide."),
        ("docling__odf_table_with_title_01.ods", "Sheet1!B5:C5", "row", "2019 | 120"),
        ("docling__text_document_01.odt", "par=7", "paragraph", "1. numbered list 1"),
    ],
)
def test_a_known_sentence_is_at_its_place(sandbox: Sandbox, name: str, locator: str, kind: str, quote: str) -> None:
    found = sandbox.extract(OFFICE_FILES / "office" / name)
    assert any(p.locator == locator and p.kind == kind and p.text.startswith(quote) for p in found.passages)


@pytest.mark.parametrize("path", files_of("encrypted"), ids=lambda path: path.name)
def test_a_password_is_said_to_be_one(sandbox: Sandbox, path: Path) -> None:
    error = sandbox.extract(path).error
    assert error is not None
    assert error.code == "EXTRACT-02"


@pytest.mark.parametrize("path", files_of("hostile", "encrypted"), ids=lambda path: path.name)
def test_no_hostile_file_takes_long_or_breaks_anything(sandbox: Sandbox, path: Path) -> None:
    before = {entry.name for entry in path.parent.iterdir()}
    started = time.monotonic()
    found = sandbox.extract(path)
    assert time.monotonic() - started < (80 if path.suffix in OLD else 20)  # LibreOffice may take a minute
    assert found.error is None or re.fullmatch(r"[A-Z]+-\d\d", found.error.code)
    assert found.error is None or found.error.code not in {"EXTRACT-05", "EXTRACT-06", "EXTRACT-08"}
    assert {entry.name for entry in path.parent.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("oletools__empty", "EXTRACT-07"),
        ("poi__poc-xmlbomb.xlsx", "EXTRACT-30"),
        ("tika__testWORD_truncated.docx", "EXTRACT-03"),
        ("tika__testZIP_corrupted_oom.zip", "EXTRACT-03"),
        ("ocrmypdf__invalid.pdf", "EXTRACT-03"),
    ],
)
def test_what_cannot_be_read_says_why(sandbox: Sandbox, name: str, code: str) -> None:
    error = sandbox.extract(OFFICE_FILES / "hostile" / name).error
    assert error is not None
    assert error.code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("oletools__dde-test.docx", "EXTRACT-36"),
        ("oletools__sample_with_external_link_to_doc.docx", "EXTRACT-36"),
        ("tika__testODTMacro.odt", "EXTRACT-35"),
    ],
)
def test_what_was_not_run_or_followed_is_said(sandbox: Sandbox, name: str, code: str) -> None:
    assert code in {trouble.code for trouble in sandbox.extract(OFFICE_FILES / "hostile" / name).warnings}


def test_no_reader_ever_used_more_than_a_gigabyte() -> None:
    with Sandbox(readers=1) as sandbox:
        for path in files_of("hostile", "encrypted", "japanese"):
            sandbox.extract(path)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_000_000
