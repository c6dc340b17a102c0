"""Formats of old Office programs, turned into today's by LibreOffice, so that our own readers give exact places.

Each file has a folder, a profile and a process of its own (see `enclosure`), and all three are gone afterwards. The
profile is a copy of one that has seen nothing but a text of ours: making it takes a start of its own, once a process.
Macros, links and everything that asks a network are switched off in the profile as well as walled off."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from hiroba.extract import enclosure
from hiroba.extract.confinement import MEMORY
from hiroba.extract.passages import Extraction, Passage, Trouble
from hiroba.extract.spool import OFFICE

SECONDS = 60.0
NEEDED = "EXTRACT-40"
"""The code a reader gives for a file that must go through here first."""

TARGETS = {"doc": "docx", "ppt": "pptx", "xlsb": "xlsx", "visio": "pdf", "word-xml": "docx", "excel-xml": "xlsx"}
"""Format of formats.py → what it is turned into."""
_NAMES = {"word-xml": "xml", "excel-xml": "xml", "visio": "vsd"}
_FILTERS = {
    "doc": "MS Word 97",
    "docx": "MS Word 2007 XML",
    "pptx": "Impress MS PowerPoint 2007 XML",
    "xlsx": "Calc MS Excel 2007 XML",
}
_RESTART = 81  # a profile that is not set up yet is set up by the first start, which asks for a second
_ROOT = Path(__file__).resolve().parents[2]

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}</oor:items>
"""
_ITEM = (
    '<item oor:path="/org.openoffice.{path}">'
    '<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
)
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisablePythonRuntime", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Calc/Content/Update", "Link", "1"),  # never
    ("Office.Writer/Content/Update", "Link", "0"),  # never
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Setup/L10N", "ooSetupSystemLocale", "ja-JP"),  # what an old file does not say of itself is Japanese here
)


def read_converted(path: Path, asked: Extraction, read: Callable[[Path], Extraction]) -> Extraction:
    """Read a file that its reader answered with NEEDED, through what LibreOffice makes of it (EXTRACT-41 says so)."""
    kind = str(asked.error.params["format"]) if asked.error else ""
    with converted(path, kind) as made:
        if isinstance(made, Trouble):
            return replace(asked, error=made, facts={"format": kind})
        found = read(made)
    return replace(
        found,
        passages=tuple(each for each in found.passages if not _is_added(each)),
        warnings=(*asked.warnings, *found.warnings, Trouble("EXTRACT-41", {"format": kind})),
        facts={**found.facts, "format": kind},
        extractor=f"libreoffice+{found.extractor}",
        parts=(),  # its pictures lie in what LibreOffice made, which is gone by now
    )


def _is_added(passage: Passage) -> bool:
    """Tell LibreOffice's own head and foot of a sheet that had none: the sheet's name, and the word for page."""
    sheet, is_sheet, _ = passage.locator.rpartition("!")
    return bool(is_sheet) and passage.kind in ("header", "footer") and passage.text in (sheet, "Page", "ページ")


@functools.cache
def find_program() -> Path | None:
    """Give LibreOffice's own program file (not the script that starts it), or None where it is not installed."""
    script = shutil.which("soffice") or shutil.which("libreoffice")
    if script is None:
        return None
    program = Path(script).resolve().parent / "soffice.bin"
    return program if program.is_file() else None


@contextlib.contextmanager
def converted(
    path: Path, kind: str, seconds: float = SECONDS, memory: int = MEMORY, to: str = ""
) -> Iterator[Path | Trouble]:
    """Give a file of format `kind` as what TARGETS says (or as `to`), for as long as the block lasts; or why there is
    none.

    EXTRACT-40 no LibreOffice, or no walls to run it in; EXTRACT-05 it took longer than `seconds`; EXTRACT-03 it made
    nothing of the file."""
    program = find_program()
    if program is None:
        yield Trouble(NEEDED, {"format": kind})
        return
    with tempfile.TemporaryDirectory(prefix=OFFICE, ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        source = folder / f"in.{_NAMES.get(kind, kind)}"
        shutil.copyfile(path, source)
        shutil.copytree(_profile(program), folder / "profile")
        yield _convert(program, folder, source, to or TARGETS[kind], seconds, memory)


_profile_lock = threading.Lock()
_profile_folder: Path | None = None


def _profile(program: Path) -> Path:
    """Give a profile that LibreOffice has set up, made by its first start over a text of ours; it may have been swept
    away since it was last used (see spool), then it is made again."""
    global _profile_folder  # noqa: PLW0603 - one for the process, under the lock
    with _profile_lock:
        if _profile_folder is None or not _profile_folder.is_dir():
            folder = Path(tempfile.mkdtemp(prefix=OFFICE)).resolve()
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            _write_profile(folder)
            source = folder / "in.txt"
            source.write_text("ひろば", encoding="utf-8")
            with contextlib.suppress(subprocess.TimeoutExpired):  # then each file's own start sets up its copy
                _run(program, folder, _arguments(folder, source, "docx"), SECONDS, MEMORY)
            _profile_folder = folder / "profile"
        os.utime(_profile_folder.parent)
        return _profile_folder


def _arguments(folder: Path, source: Path, target: str) -> list[str]:
    filter_name = f"{target}:{_FILTERS[target]}" if target in _FILTERS else target
    return [
        "--headless", "--norestore", "--nolockcheck", "--nologo", "--nodefault", "--nofirststartwizard",
        f"-env:UserInstallation=file://{folder}/profile", "--convert-to", filter_name, "--outdir", f"{folder}/out",
        str(source),
    ]  # fmt: skip


def _convert(program: Path, folder: Path, source: Path, target: str, seconds: float, memory: int) -> Path | Trouble:
    for _ in range(2):
        try:
            status = _run(program, folder, _arguments(folder, source, target), seconds, memory)
        except subprocess.TimeoutExpired:
            return Trouble("EXTRACT-05", {"seconds": int(seconds)})
        if status != _RESTART:
            break
    if status == enclosure.NO_WALLS:
        return Trouble(NEEDED, {"format": source.suffix.removeprefix(".")})
    made = folder / "out" / f"in.{target}"
    return made if made.is_file() and made.stat().st_size else Trouble("EXTRACT-03")


def _run(program: Path, folder: Path, arguments: list[str], seconds: float, memory: int) -> int:
    """Run once inside the walls and give the status; raises TimeoutExpired when the process group had to be ended."""
    walls = [str(os.getpid()), str(folder), str(memory), str(int(seconds) + 1), str(program)]
    process = subprocess.Popen(
        [sys.executable, "-m", "hiroba.extract.enclosure", *walls, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _remove_socket(folder)


def _remove_socket(folder: Path) -> None:
    """Remove the socket LibreOffice left behind: it may make one in /tmp, but remove nothing there.

    Its name is the MD5 of the profile's address in UTF-16, each byte in hexadecimal without a leading zero."""
    address = f"file://{folder}/profile".encode("utf-16-le")
    name = "SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in hashlib.md5(address, usedforsecurity=False).digest())
    for place in enclosure.SOCKET_PLACES:
        for prefix in ("OSL_PIPE_", f"OSL_PIPE_{os.getuid()}_"):
            Path(place, prefix + name).unlink(missing_ok=True)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _write_profile(folder: Path) -> None:
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (user / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")
