"""The pairs of colours that meet on a page hold WCAG 2.2 AA; the values are read from the stylesheet itself."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[1] / "static" / "hiroba"
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", (CSS / "tokens.css").read_text()))

GROUNDS = ("ground", "panel")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3", "link", "visited", "key", "bad") for ground in GROUNDS],
    *[(ink, "key-soft") for ink in ("ink", "ink-2", "key", "key-strong", "link")],
    ("ground", "key"), ("ground", "key-strong"), ("ink-2", "gray-soft"), ("ink-3", "gray-soft"),
    ("fact", "ok-soft"), ("ink", "ok-soft"), ("warn", "warn-soft"), ("ink", "warn-soft"), ("ink-2", "warn-soft"),
    ("bad", "bad-soft"), ("ink", "bad-soft"), ("ink-2", "bad-soft"), ("ink", "mark"), ("link", "mark"),
    ("fact", "fact-soft"), ("interp", "interp-soft"), ("plan", "plan-soft"), ("ask", "ask-soft"),
    ("added", "added-soft"), ("removed", "removed-soft"), ("ink", "added-soft"), ("ink", "removed-soft"),
    ("link", "ok-soft"), ("link", "warn-soft"), ("link", "bad-soft"),
]  # fmt: skip
# What must be seen to be used: edges of fields, the frame of the drop zone, the ring around what has the focus.
EDGES = [
    ("ink-3", "ground"), ("line-strong", "ground"), ("line-strong", "panel"), ("key", "ground"), ("bad", "ground"),
    ("focus-ring", "ground"), ("focus-ring", "panel"), ("focus-ring", "focus"), ("focus", "key"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_what_wcag_says_of_black_on_white() -> None:
    assert contrast("focus-ring", "ground") == pytest.approx(21.0)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable_on_its_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5, f"{ink} on {ground}: {contrast(ink, ground):.2f}"


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_that_matter_are_seen(edge: str, ground: str) -> None:
    assert contrast(edge, ground) >= 3.0, f"{edge} on {ground}: {contrast(edge, ground):.2f}"


def test_every_colour_that_a_stylesheet_uses_is_a_token() -> None:
    for sheet in CSS.glob("*.css"):
        if sheet.name == "tokens.css":
            continue
        text = sheet.read_text()
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) <= {"#fff"}, sheet.name
        used = set(re.findall(r"var\(--([a-z0-9-]+)", text))
        defined = set(re.findall(r"--([a-z0-9-]+):", (CSS / "tokens.css").read_text()))
        assert used <= defined, f"{sheet.name}: {used - defined}"
