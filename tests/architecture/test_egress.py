"""Hiroba reaches nothing outside: not from the pages, not from the commands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.office import found_office, write_papers

ROOT = Path(__file__).resolve().parents[2]
# Names of XML vocabularies and words of documentation, never fetched.
HARMLESS = ("http://www.w3.org/", "http://localhost", "http://127.0.0.1")


def test_no_page_style_or_script_names_an_address_outside() -> None:
    found = []
    for path in (ROOT / "hiroba").rglob("*"):
        if path.suffix in (".html", ".css", ".js", ".svg") and "tests" not in path.parts:
            for address in re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'<)]*", path.read_text("utf-8")):
                if not address.startswith(HARMLESS) and "github.com/digital-go-jp" not in address:
                    found.append(f"{path.relative_to(ROOT)}: {address}")
    assert found == []


def has_namespaces() -> bool:
    unshare = shutil.which("unshare")
    return bool(unshare) and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_namespaces(), reason="this machine does not let us take the network away")
def test_an_office_works_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    office = found_office(tmp_path / "home")
    papers = write_papers(tmp_path / "papers")
    for line in (
        ["import", str(papers), "--as", "kimura", "--audience", "everyone", "--wait", "--json"],
        ["search", "話し中", "--as", "kondo", "--json"],
        ["doctor", "--json"],
    ):
        done = subprocess.run(
            ["unshare", "-rn", sys.executable, "-m", "config.command", *line],
            cwd=ROOT,
            env=office.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
    assert '"whole": true' in done.stdout
