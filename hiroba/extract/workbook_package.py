"""The zip package of a workbook: its parts, how they point at one another, its strings and number formats."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from hiroba.extract.number_format import BUILT_IN
from hiroba.extract.passages import Mark

MAX_PART = 300 * 2**20  # bytes of a part once unpacked
MAX_STRINGS = 3_000_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class DamagedPartError(ValueError):
    """A part is missing, too large or no XML."""


@dataclass(slots=True)
class Relation:
    """What a part points at: the last word of the relation's type, and the part's name."""

    kind: str
    target: str
    is_external: bool = False


@dataclass
class Package:
    """An open workbook package."""

    archive: zipfile.ZipFile
    names: dict[str, str] = field(default_factory=dict)  # lower case → as it is

    def __post_init__(self) -> None:
        self.names = {name.lower(): name for name in self.archive.namelist()}

    def has(self, name: str) -> bool:
        """Tell whether there is such a part (names are compared without case, as Excel does)."""
        return name.lower() in self.names

    def elements(self, name: str, *tags: str) -> Iterator[Any]:
        """Give each element of a part with one of these local names, once complete; memory stays flat.

        Raises DamagedPartError where the part is missing, too large or ends in the middle."""
        if not self.has(name):
            raise DamagedPartError(name)
        information = self.archive.getinfo(self.names[name.lower()])
        if information.file_size > MAX_PART:
            raise DamagedPartError(name)
        try:
            with self.archive.open(information) as stream:
                parser = etree.iterparse(stream, events=("end",), tag=[f"{{*}}{tag}" for tag in tags], **_SAFE)
                for _, element in parser:
                    yield element
                    _forget(element)
        except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as failure:
            raise DamagedPartError(name) from failure

    def tree(self, name: str) -> Any:
        """Give a small part as a tree; damaged ones as far as they can be read. Raises DamagedPartError."""
        try:
            data = self.archive.read(self.names[name.lower()]) if self.has(name) else b""
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as failure:
            raise DamagedPartError(name) from failure
        root = etree.fromstring(data, etree.XMLParser(recover=True, **_SAFE)) if data.strip() else None
        if root is None:
            raise DamagedPartError(name)
        return root

    def relations(self, name: str) -> dict[str, Relation]:
        """Give what a part points at, by relation id; none where the list is damaged."""
        folder, base = posixpath.split(name)
        try:
            root = self.tree(f"{folder}/_rels/{base}.rels")
        except DamagedPartError:
            return {}
        found: dict[str, Relation] = {}
        for entry in root.iter("{*}Relationship"):
            target = entry.get("Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = (entry.get("Type") or "").rsplit("/", 1)[-1]
            found[entry.get("Id") or ""] = Relation(kind, path, entry.get("TargetMode") == "External")
        return found


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def open_package(path: Path) -> Package:
    """Open a workbook; raises zipfile.BadZipFile."""
    return Package(zipfile.ZipFile(path))


def local(element: Any) -> str:
    """Give an element's name without its namespace, "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


@dataclass(slots=True)
class Strings:
    """The shared strings, and the readings (ふりがな) of those that have some."""

    texts: list[str] = field(default_factory=list)
    readings: dict[int, tuple[Mark, ...]] = field(default_factory=dict)


def read_strings(package: Package, name: str) -> Strings:
    """Read the shared strings; readings never get into the text."""
    strings = Strings()
    for item in package.elements(name, "si"):
        text, readings = rich_text(item)
        if readings:
            strings.readings[len(strings.texts)] = readings
        strings.texts.append(text)
        if len(strings.texts) >= MAX_STRINGS:
            break
    return strings


def rich_text(item: Any) -> tuple[str, tuple[Mark, ...]]:
    """Give the text of <si>, <is> or <text> and its readings as marks."""
    parts: list[str] = []
    readings: list[Mark] = []
    for child in item:
        name = local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [part.text or "" for part in child if local(part) == "t"]
        elif name == "rPh":
            start, end = int(child.get("sb") or 0), int(child.get("eb") or 0)
            readings.append(Mark(start, end, "ruby", "".join(part.text or "" for part in child if local(part) == "t")))
    text = unescaped("".join(parts))
    return text, tuple(mark for mark in readings if 0 <= mark.start < mark.end <= len(text.rstrip()) and mark.value)


def unescaped(text: str) -> str:
    """Read _x000D_ as the character it stands for (ECMA-376 part 1, 22.9.2.19), line ends as one kind."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_formats(package: Package, name: str) -> list[str]:
    """Give the format code of each cell style, by its index."""
    codes = dict(BUILT_IN)
    formats: list[str] = []
    root = package.tree(name)
    for entry in root.iter("{*}numFmt"):
        number = entry.get("numFmtId") or ""
        if number.isdigit() and local(entry.getparent()) == "numFmts":
            codes[int(number)] = entry.get("formatCode") or "General"
    for style in root.iter("{*}xf"):
        if local(style.getparent()) == "cellXfs":
            number = style.get("numFmtId") or "0"
            formats.append(codes.get(int(number) if number.isdigit() else 0, "General"))
    return formats
