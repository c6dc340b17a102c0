"""Office Open XML packages (ECMA-376 part 2): parts, relationships, properties, what is inside and what outside."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from hiroba.extract.passages import Attachment, Part, Trouble
from hiroba.extract.pasted import MOST, parts_of, pictures_in
from hiroba.extract.strange_xml import DamagedError, Element, attribute, local_name, parse_xml
from hiroba.extract.unshown import in_package

_EMBEDDED_MOST = 100
_FETCHED = {"attachedTemplate", "oleObject", "subDocument", "frame", "image", "externalLink", "audio", "video", "media"}
_MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Relationship:
    """An arrow from one part to another, or out of the file."""

    identifier: str
    kind: str  # last step of its type's address: "footnotes", "image" …
    target: str  # name of a part, or an outside address
    is_external: bool


class Package:
    """One open package. Collects in `warnings` what could not be read or was not done."""

    def __init__(self, path: Path) -> None:
        """Open the zip file; raises zipfile.BadZipFile."""
        self._zip = zipfile.ZipFile(path)
        self._names = {name.lower(): name for name in self._zip.namelist()}
        self._relationships: dict[str, dict[str, Relationship]] = {}
        self.warnings: list[Trouble] = []

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def warn(self, code: str, **params: str | int) -> None:
        """Note a warning once."""
        trouble = Trouble(code, params)
        if trouble not in self.warnings:
            self.warnings.append(trouble)

    def names(self) -> list[str]:
        """Give the names of all parts, in lower case."""
        return list(self._names)

    def find_bytes(self, part: str) -> bytes | None:
        """Give a part's bytes; None, with a warning where it exists, when they cannot be read."""
        name = self._names.get(part.lstrip("/").lower())
        if name is None:
            return None
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            self.warn("EXTRACT-34", part=part)
            return None

    def find_xml(self, part: str) -> Element | None:
        """Give the root of an XML part, as far as it can be read."""
        data = self.find_bytes(part)
        if data is None:
            return None
        try:
            root, is_whole = parse_xml(data)
        except DamagedError:
            self.warn("EXTRACT-34", part=part)
            return None
        if not is_whole:
            self.warn("EXTRACT-34", part=part)
        return root

    def main_part(self) -> str:
        """Give the name of the document's main part; raises DamagedError."""
        for relationship in self.relationships("").values():
            if relationship.kind == "officeDocument":
                return relationship.target
        raise DamagedError("no main part")

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Give the relationships that start at a part ("" is the package), by their identifier."""
        if part not in self._relationships:
            folder, name = posixpath.split(part)
            root = self.find_xml(posixpath.join(folder, "_rels", f"{name}.rels"))
            found = [] if root is None else [_relationship(folder, element) for element in root if local_name(element)]
            self._relationships[part] = {relationship.identifier: relationship for relationship in found}
        return self._relationships[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Give the names of the parts that `part` points at in this way, in order."""
        return [r.target for r in self.relationships(part).values() if r.kind == kind and not r.is_external]

    def title_and_facts(self) -> tuple[str, dict[str, str]]:
        """Give the core properties: title, and author, created_at, modified_at as far as they are there."""
        names = self.related("", "core-properties")
        root = self.find_xml(names[0]) if names else None
        if root is None:
            return "", {}
        values = {local_name(child): (child.text or "").strip() for child in root}
        wanted = {
            "creator": "author",
            "lastModifiedBy": "modified_by",
            "created": "created_at",
            "modified": "modified_at",
        }
        return values.get("title", ""), {ours: values[theirs] for theirs, ours in wanted.items() if values.get(theirs)}

    def embedded_files(self) -> tuple[Attachment, ...]:
        """Give the documents carried inside but the sheets behind charts; note macros and links that lead outside."""
        behind_charts = {
            target.lower()
            for name in list(self._names)
            if "/charts/" in name and name.endswith(".xml")
            for target in self.related(name, "package")
        }
        found: list[Attachment] = []
        for lower, name in self._names.items():
            self._note_dangers(lower, name)
            if "/embeddings/" in lower and lower not in behind_charts and len(found) < _EMBEDDED_MOST:
                content = self.find_bytes(name)
                if content:
                    media_type = _MEDIA_TYPES.get(lower.rpartition(".")[2], "application/octet-stream")
                    found.append(Attachment(posixpath.basename(name), content, media_type))
        return tuple(found)

    def unshown(self) -> tuple[str, ...]:
        """Give what it says of itself and in its attributes, for the gate."""
        return in_package(self._zip)

    def has_pictures(self) -> bool:
        """Tell whether pictures may be pasted into it."""
        return any("/media/" in name or name.startswith(("pictures/", "media/")) for name in self._names)

    def picture_parts(self, places: Mapping[str, str], first: str) -> tuple[Part, ...]:
        """Give its pictures as pages for the slow reader; a warning says when they are more than are read."""
        if not self.has_pictures():
            return ()
        found = pictures_in(self._zip)
        if len(found) > MOST:
            self.warn("EXTRACT-48", read=MOST, pictures=len(found))
        return parts_of(found, places, first)

    def _note_dangers(self, lower: str, name: str) -> None:
        if lower.endswith("vbaproject.bin"):
            self.warn("EXTRACT-35")
        if lower.endswith(".rels"):
            folder, rels = posixpath.split(name)
            part = posixpath.join(posixpath.dirname(folder), rels.removesuffix(".rels"))
            if any(r.is_external and r.kind in _FETCHED for r in self.relationships(part).values()):
                self.warn("EXTRACT-36")


def _relationship(folder: str, element: Element) -> Relationship:
    target = attribute(element, "Target")
    is_external = attribute(element, "TargetMode") == "External"
    if not is_external:
        target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
    return Relationship(attribute(element, "Id"), attribute(element, "Type").rpartition("/")[2], target, is_external)
