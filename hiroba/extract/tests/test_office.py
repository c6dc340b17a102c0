import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiroba.extract import confinement, files, office
from hiroba.extract.passages import Trouble
from hiroba.extract.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = office.find_program()
needs_office = pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")
needs_walls = pytest.mark.skipif(confinement.landlock_version() < 1, reason="this kernel has no Landlock")


@pytest.fixture(scope="module")
def old_paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Word file of 1997–2003, saved by LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    new = folder / "paper.html"
    text = "<p>保育園の入園</p><p>髙﨑さんが申し込みました。</p><p>十月は三十一件です。</p>"
    new.write_text(f"<html><meta charset=utf-8><body>{text}</body></html>", encoding="utf-8")
    soffice = shutil.which("soffice") or ""
    command = [
        soffice, "--headless", f"-env:UserInstallation=file://{folder}/profile",
        "--infilter=HTML (StarWriter)", "--convert-to", "doc:MS Word 97", "--outdir", str(folder), str(new),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "paper.doc"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(readers=1) as opened:
        yield opened


@needs_office
@needs_walls
def test_a_word_file_of_2003_is_read_with_its_places(sandbox: Sandbox, old_paper: Path) -> None:
    found = sandbox.extract(old_paper)
    assert found.error is None
    assert [(passage.locator, passage.text) for passage in found.passages] == [
        ("par=1", "保育園の入園"),
        ("par=2", "髙﨑さんが申し込みました。"),
        ("par=3", "十月は三十一件です。"),
    ]
    assert Trouble("EXTRACT-41", {"format": "doc"}) in found.warnings
    assert found.facts["format"] == "doc"
    assert found.extractor.startswith("libreoffice+docx/")


@needs_office
@needs_walls
def test_a_sheet_saved_as_xml_in_2003_is_read_by_its_cells_and_nothing_is_added(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "件数.xml"
    row = '<Row><Cell><Data ss:Type="String">十月</Data></Cell><Cell><Data ss:Type="Number">31</Data></Cell></Row>'
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="件数"><Table>{row}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    found = sandbox.extract(path)
    assert [(passage.locator, passage.text) for passage in found.passages] == [("件数!A1:B1", "十月 | 31")]


def test_a_reader_alone_says_that_libreoffice_is_needed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "find_program", lambda: None)
    path = ROOT.parent / "shared" / "data" / "office_files" / "hostile" / "oletools__sample_with_vba.ppt"
    if not path.is_file():
        pytest.skip("the shared office files are not here")
    assert files.extract(path).error == Trouble("EXTRACT-40", {"format": "ppt"})
    assert sandbox.extract(path).error == Trouble("EXTRACT-40", {"format": "ppt"})


@needs_office
@needs_walls
def test_a_conversion_that_takes_too_long_is_ended_and_leaves_nothing(old_paper: Path) -> None:
    with office.converted(old_paper, "doc", seconds=0.3) as made:
        assert made == Trouble("EXTRACT-05", {"seconds": 0})
    running = subprocess.run(["/bin/ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in running.splitlines() if f"{os.getpid()} " in line and "hiroba-office-" in line]


@needs_office
@needs_walls
def test_only_the_first_conversion_of_a_process_sets_up_a_profile_and_each_has_a_copy_of_its_own(
    old_paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, runs = office._run, []

    def counted(program: Path, folder: Path, *rest: Any) -> int:
        runs.append((folder, run(program, folder, *rest)))
        return runs[-1][1]

    monkeypatch.setattr(office, "_profile_folder", None)
    monkeypatch.setattr(office, "_run", counted)
    for _ in range(2):
        with office.converted(old_paper, "doc") as made:
            assert isinstance(made, Path)
    assert [status for _, status in runs[1:]] == [0, 0]
    assert len({folder for folder, _ in runs}) == 3
    assert not runs[1][0].exists()


def enclosed(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the place of LibreOffice."""
    python = Path(sys.executable).resolve()
    walls = [str(os.getpid()), str(folder), str(800 * 2**20), "20", str(python)]
    command = [sys.executable, "-m", "hiroba.extract.enclosure", *walls, "-I", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@needs_walls
@pytest.mark.parametrize(
    "attempt",
    [
        "open('{outside}/new', 'w')",
        "open('{outside}/secret').read()",
        "open('/etc/passwd').read()",
        "import os; os.remove('{outside}/secret')",
        "import os; os.listdir('{outside}')",
        "import socket; socket.create_connection(('127.0.0.1', {port}), 3)",
        "import subprocess; subprocess.run(['/bin/true'], check=True)",
    ],
)
def test_the_program_inside_the_walls_reaches_nothing_but_its_folder(tmp_path: Path, attempt: str) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = attempt.format(outside=outside, port=server.getsockname()[1])
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
        (outside / "secret").write_text("x")
        done = enclosed(inside, code)
    assert done.returncode != 0
    assert "Permission" in done.stderr or "refused" in done.stderr or "unreachable" in done.stderr
    assert (outside / "secret").exists()
    assert enclosed(inside, f"open('{inside}/own', 'w').write('x')").returncode == 0
    assert (inside / "own").read_text() == "x"
