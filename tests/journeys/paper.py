"""Paper for journeys and faults: pages drawn here with whatever Japanese font the machine has, saved as a FAX would."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

WIDE, HIGH, DPI = 1654, 900, 200  # the upper part of a sheet of A4


def japanese_font() -> str:
    """Give the file of a Japanese font; the test is skipped where there is none."""
    if shutil.which("fc-match"):
        asked = ["fc-match", "-f", "%{lang}\n%{file}", ":lang=ja"]
        languages, _, file = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.partition("\n")
        if "ja" in languages.split("|"):
            return file
    pytest.skip("no Japanese font is installed here")


def draw_page(*lines: str) -> Image.Image:
    """Draw lines of text on a black and white page."""
    page = Image.new("L", (WIDE, HIGH), 255)
    drawing, font = ImageDraw.Draw(page), ImageFont.truetype(japanese_font(), 44)
    for number, line in enumerate(lines):
        drawing.text((150, 120 + 110 * number), line, fill=0, font=font)
    return page.convert("1")


def write_fax(path: Path, *pages: tuple[str, ...]) -> Path:
    """Write pages as one TIFF, compressed as a FAX machine does (G4)."""
    first, *rest = [draw_page(*lines) for lines in pages]
    first.save(path, save_all=True, append_images=rest, compression="group4", dpi=(DPI, DPI))
    return path
