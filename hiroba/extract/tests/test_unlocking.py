from collections.abc import Iterator
from pathlib import Path

import pytest

from hiroba.extract.passages import Trouble
from hiroba.extract.sandbox import Sandbox

LOCKED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files" / "encrypted"
pytestmark = pytest.mark.skipif(not LOCKED.is_dir(), reason="the shared office files are not here")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(readers=1) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "password", "quote"),
    [
        ("oletools__encrypted.docx", "encrypted", ""),  # agile
        ("oletools__encrypted.pptx", "encrypted", ""),
        ("tika__testWORD_protected_passtika.docx", "tika", "This is an encrypted Word 2007"),  # standard
        ("paperless-ngx__password-is-test.pdf", "test", "Password Protected PDF test."),
        ("pdfminer.six__aes-256.pdf", "foo", "Secret!"),
        ("pdfminer.six__rc4-40.pdf", "foo", "Secret!"),
    ],
)
def test_who_knows_the_password_reads_the_file(sandbox: Sandbox, name: str, password: str, quote: str) -> None:
    path = LOCKED / name
    before = path.read_bytes()
    assert sandbox.extract(path).error == Trouble("EXTRACT-02")
    assert sandbox.extract(path, password="まちがい").error == Trouble("EXTRACT-43")
    found = sandbox.extract(path, password=password)
    assert found.error is None
    assert quote in "\n".join(passage.text for passage in found.passages)
    assert found.passages
    assert not found.attachments
    assert path.read_bytes() == before


def test_a_lock_of_1997_is_said_to_be_one_that_cannot_be_opened(sandbox: Sandbox) -> None:
    assert sandbox.extract(LOCKED / "oletools__encrypted.xls", password="x").error == Trouble(
        "EXTRACT-47", {"format": "office"}
    )


def test_nothing_of_an_opened_file_stays_on_disk(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert sandbox.extract(LOCKED / "oletools__encrypted.docx", password="encrypted").error is None
    assert not list(tmp_path.iterdir())
