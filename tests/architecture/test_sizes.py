"""A file fits a sitting, a function fits a screen. Complexity is ruff's C901."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("hiroba", "config", "demo", "bench", "tests")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
# Named exceptions; this list may only shrink.
ALLOWED: dict[str, int] = {}


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_is_longer_than_a_sitting(room: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources()
        if path.relative_to(ROOT).parts[0] == room
    }
    assert {name: lines for name, lines in lengths.items() if lines > ALLOWED.get(name, LONGEST_FILE)} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long: dict[str, int] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert long == {}


def test_templates_and_scripts_keep_to_the_same_length() -> None:
    found = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for pattern in ("*.html", "*.js", "*.css")
        for path in (ROOT / "hiroba").rglob(pattern)
    }
    assert found
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FILE} == {}
