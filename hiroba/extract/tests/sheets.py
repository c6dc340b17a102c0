"""Small sheets of paper drawn by the tests with Debian's fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

MINCHO = Path("/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf")
needs_fonts = pytest.mark.skipif(not MINCHO.exists(), reason="fonts-ipaexfont is not installed")


def sheet(wide: int = 900, high: int = 400) -> Image.Image:
    """White paper."""
    return Image.new("L", (wide, high), 255)


def write(paper: Image.Image, x: int, y: int, text: str, size: int = 32, **how: str) -> None:
    """Write black on it."""
    ImageDraw.Draw(paper).text((x, y), text, font=ImageFont.truetype(str(MINCHO), size), fill=0, **how)


def save(paper: Image.Image, path: Path, **how: object) -> Path:
    """Keep it as a file of 200 dots an inch, unless told otherwise."""
    paper.save(path, **{"dpi": (200, 200), **how})
    return path
