"""What is written about the code is true: files exist, settings and commands are explained, locks are in step."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.command import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_each_step_of_the_trace_is_a_file_that_exists() -> None:
    named = re.findall(r"`((?:hiroba|config)/[\w/.]+)`", read("docs/dev/trace.md"))
    assert len(named) >= 16
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_setting_is_explained_to_who_operates(language: str) -> None:
    names = set()
    for room in ("hiroba", "config"):
        for path in (ROOT / room).rglob("*.py"):
            if "tests" not in path.parts:
                names |= set(re.findall(r"\"(HIROBA_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    assert names
    text = read(f"docs/operate/{language}.md")
    assert {name for name in names if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_command_is_explained_to_who_operates(language: str) -> None:
    text = read(f"docs/operate/{language}.md")
    assert {name for name in COMMANDS if f"`hiroba {name}" not in text} == set()


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8")):
            if not target.startswith("/") and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} → {target}")
    assert broken == []


def test_every_dependency_is_locked_with_its_hash() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    names = ("demo", "ocr", "speech", "sources", "push")
    run = project["dependencies"] + [each for name in names for each in extras[name]]
    for lock, wanted in (
        ("requirements.lock", run),
        ("requirements-dev.lock", run + extras["dev"]),
    ):
        text = read(lock).lower().replace("_", "-")
        for line in wanted:
            name = re.match(r"[A-Za-z0-9_.-]+", line)
            assert name is not None
            assert f"\n{name[0].lower().replace('_', '-')}" in f"\n{text}", f"{line} is not in {lock}"
        assert text.count("==") <= text.count("--hash=sha256:")


def test_decisions_are_numbered_and_have_their_parts() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        for part in ("Status", "Context", "Decision", "Consequences", "Alternatives", "Enforced by"):
            assert f"**{part}**" in text, f"{path.name}: {part}"
        assert len(text.splitlines()) <= 40, f"{path.name} is longer than a screen"
