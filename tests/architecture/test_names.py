"""A thing without a name has no place yet."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMPTY_NAMES = {
    "core",
    "common",
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "service",
    "misc",
    "lib",
    "base",
    "manager",
}


def test_no_folder_or_file_has_a_name_that_says_nothing() -> None:
    found = [
        str(path.relative_to(ROOT))
        for room in ("hiroba", "config", "demo", "bench", "tests")
        for path in (ROOT / room).rglob("*")
        if path.suffix in ("", ".py") and path.stem.lower() in EMPTY_NAMES
    ]
    assert found == []


def test_every_feature_has_its_address_and_its_views() -> None:
    features = [path for path in (ROOT / "hiroba/features").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert len(features) >= 8
    for feature in features:
        assert {"urls.py", "views.py", "apps.py"} <= {path.name for path in feature.iterdir()}, feature.name


def test_shared_words_never_say_the_word_for_publishing_to_citizens() -> None:
    """庁内 sharing is 共有; 公開 means citizens."""
    told = re.compile("公開(?!請求|文書|ガイドライン)")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "hiroba").rglob("*")
        if path.suffix in (".html", ".py", ".js") and "tests" not in path.parts and told.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_nobody_may_silence_an_error_without_saying_why() -> None:
    silent = re.compile(r"except( Exception| BaseException)?:\s*$")
    found = []
    for path in (ROOT / "hiroba").rglob("*.py"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if (
                silent.search(line)
                and "raise" not in path.read_text("utf-8").splitlines()[number : number + 4].__str__()
            ):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_no_signals_and_no_save_with_effects() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "hiroba").rglob("*.py")
        if "tests" not in path.parts
        and re.search(r"django\.db\.models\.signals|def save\(self", path.read_text("utf-8"))
    ]
    assert found == []
