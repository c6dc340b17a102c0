"""Electronic books (.epub): the chapters in reading order. Places are `par=N`, counted over the whole book."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from hiroba.extract.encoding import UndecodableError, decode
from hiroba.extract.page import declared_encoding, html_passages
from hiroba.extract.passages import Extraction, Passage, Trouble
from hiroba.extract.plain import MAX_PASSAGES

EXTRACTOR = "book/1"
_LARGEST_CHAPTER = 50 * 2**20
_LOCK = "META-INF/encryption.xml"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def extract(path: Path) -> Extraction:
    """Read a book. EXTRACT-02 its text is locked, EXTRACT-03 it does not say what it consists of; chapters that are
    missing or damaged are counted (EXTRACT-42)."""
    with zipfile.ZipFile(path) as book:
        if _is_locked(book):
            return Extraction(error=Trouble("EXTRACT-02"), extractor=EXTRACTOR)
        package_name, package = _package(book)
        found: list[Passage] = []
        missing = 0
        for name in _chapters(package_name, package):
            text = _text(book, name)
            if text is None:
                missing += 1
            elif len(found) < MAX_PASSAGES:
                found += html_passages(text)[0]
    passages = tuple(replace(each, locator=f"par={number}") for number, each in enumerate(found[:MAX_PASSAGES], 1))
    warnings = (Trouble("EXTRACT-42", {"count": missing}),) if missing else ()
    facts = {"author": _said(package, "creator")} if _said(package, "creator") else {}
    return Extraction(passages, warnings, title=_said(package, "title"), facts=facts, extractor=EXTRACTOR)


def _is_locked(book: zipfile.ZipFile) -> bool:
    """Tell whether more than its fonts is encrypted."""
    if _LOCK not in book.namelist():
        return False
    methods = _parsed(book, _LOCK).iter("{*}EncryptionMethod")
    return any(each.get("Algorithm") not in _FONTS_ONLY for each in methods)


def _package(book: zipfile.ZipFile) -> tuple[str, etree._Element]:
    container = _parsed(book, "META-INF/container.xml")
    name = next(container.iter("{*}rootfile")).get("full-path", "")
    return name, _parsed(book, name)


def _parsed(book: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(book.read(name), parser)


def _chapters(package_name: str, package: etree._Element) -> Iterator[str]:
    """Names of the chapters in the order in which they are read."""
    items = {each.get("id"): each.get("href", "") for each in package.iter("{*}item")}
    folder = posixpath.dirname(package_name)
    for reference in package.iter("{*}itemref"):
        if address := items.get(reference.get("idref")):
            yield posixpath.normpath(posixpath.join(folder, unquote(address.partition("#")[0])))


def _text(book: zipfile.ZipFile, name: str) -> str | None:
    try:
        if book.getinfo(name).file_size > _LARGEST_CHAPTER:
            return None
        data = book.read(name)
        return decode(data, declared_encoding(data[:4096])).text
    except (KeyError, zipfile.BadZipFile, EOFError, UndecodableError):
        return None


def _said(package: etree._Element, name: str) -> str:
    found = next(package.iter("{http://purl.org/dc/elements/1.1/}" + name), None)
    return " ".join((found.text or "").split()) if found is not None else ""
