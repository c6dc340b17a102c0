"""Pictures pasted into Office files: which of them may hold writing, where each stands, and its bytes.

To a slow reader each is a page of paper: number N is the Nth of them by name. What is no larger than an icon is left
out, as are drawings made of lines (EMF, WMF); the same picture shown in many places lies in the file once."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from hiroba.extract.passages import Part

SHORTEST_SIDE, LONGEST_SIDE = 40, 160
"""Pixels: a picture is read from this size on in both directions. A line of twelve digits on a screen is larger."""
MOST = 100
LARGEST = 100 * 2**20  # bytes of one picture
_FOLDERS = re.compile(r"(?:word|xl|ppt)/media/|pictures/|media/", re.I)
_SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".bmp", ".gif", ".webp")
_FORMATS = ["PNG", "JPEG", "TIFF", "GIF", "BMP", "DIB", "WEBP"]
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, RuntimeError, zlib.error)


def pictures_in(archive: zipfile.ZipFile) -> list[str]:
    """Give the names of the pictures that may hold writing; the first MOST of them are read."""
    names = (info for info in archive.infolist() if _FOLDERS.match(info.filename) and info.file_size <= LARGEST)
    found = [info.filename for info in names if info.filename.lower().endswith(_SUFFIXES)]
    return [name for name in sorted(found, key=_by_number) if _is_worth_reading(archive, name)]


def parts_of(names: Sequence[str], places: Mapping[str, str], first: str) -> tuple[Part, ...]:
    """Leave pictures to the slow reader, MOST of them. `places` gives where the file shows each (by its name in lower
    case); what it does not say, such as a letterhead, stands at `first`."""
    read = enumerate(names[:MOST], start=1)
    return tuple(Part("recognise", number, places.get(name.lower(), first)) for number, name in read)


def find_picture(path: Path, number: int) -> io.BytesIO | None:
    """Give the bytes of picture `number` (from 1) of an Office file; None when there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = pictures_in(archive)[:MOST]
            return io.BytesIO(archive.read(names[number - 1])) if 1 <= number <= len(names) else None
    except _UNREADABLE:
        return None


def _by_number(name: str) -> tuple[int, str]:
    """image2 stands before image10."""
    return len(name), name


def _is_worth_reading(archive: zipfile.ZipFile, name: str) -> bool:
    """Tell by the picture's head whether it is larger than an icon; what cannot be opened shows nothing to anybody."""
    try:
        with archive.open(name) as file, Image.open(file, formats=_FORMATS) as image:
            return min(image.size) >= SHORTEST_SIDE and max(image.size) >= LONGEST_SIDE
    except (*_UNREADABLE, zipfile.BadZipFile, Image.DecompressionBombError):
        return False
