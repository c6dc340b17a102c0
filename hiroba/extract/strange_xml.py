"""XML of strangers, parsed so that nothing is expanded, loaded or fetched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

Element = etree._Element

_STRICT = b"http://purl.oclc.org/ooxml/"  # ISO/IEC 29500 Strict names what Transitional names, under other addresses
_OPEN = b"http://schemas.openxmlformats.org/"
_TRANSITIONAL = (
    (_STRICT + b"officeDocument/relationships", _OPEN + b"officeDocument/2006/relationships"),
    (_STRICT + b"officeDocument/math", _OPEN + b"officeDocument/2006/math"),
    (_STRICT + b"wordprocessingml/main", _OPEN + b"wordprocessingml/2006/main"),
    (_STRICT + b"presentationml/main", _OPEN + b"presentationml/2006/main"),
    (_STRICT + b"drawingml/", _OPEN + b"drawingml/2006/"),
)


class DamagedError(ValueError):
    """The file's own structure is broken where it cannot be done without."""


def parse_xml(data: bytes) -> tuple[Element, bool]:
    """Give the root of a document and whether it is whole; a broken one is read as far as it goes.

    Raises DamagedError where nothing can be read, MemoryError where there is not enough.
    Entities stay unexpanded, nothing is loaded, depth is limited."""
    if _STRICT in data[:8192]:
        for strict, transitional in _TRANSITIONAL:
            data = data.replace(strict, transitional)
    root = _parse(data, recover=False)
    if root is not None:
        return root, True
    root = _parse(data, recover=True)
    if root is None:
        raise DamagedError("no root element")
    return root, False


def _parse(data: bytes, *, recover: bool) -> Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
        raise MemoryError  # libxml2 reports it like a mistake in the file
    return root


def local_name(element: Element) -> str:
    """Give an element's name without its namespace; empty for what is no element (an unexpanded entity)."""
    return _local(element.tag)


@lru_cache(maxsize=4096)  # the readers ask this more often than anything else
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def elements(parent: Element, *names: str) -> Iterator[Element]:
    """Give the children with one of these local names."""
    return (child for child in parent if _local(child.tag) in names)


def find_element(parent: Element | None, name: str) -> Element | None:
    """Give the first child with this local name."""
    if parent is not None:
        for child in parent:
            if _local(child.tag) == name:
                return child
    return None


def number_in(element: Element, name: str, default: int, most: int) -> int:
    """Give a whole number an attribute holds, at most `most`; the default where it is missing or none."""
    value = attribute(element, name)
    return min(int(value), most) if value.isdecimal() and len(value) < 20 else default


def attribute(element: Element | None, name: str, default: str = "") -> str:
    """Give an attribute by its local name, whatever its namespace."""
    if element is None:
        return default
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return default
