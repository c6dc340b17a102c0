"""Texts that a file holds and shows nowhere: keywords, names of fields, where a link leads, what a picture is said to
show. Nobody finds them here, but whoever is given the original gets them: so the gate looks at them.

Only what names a マイナンバー is handed over: twelve digits without a name, in an identifier, say nothing."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice

MOST = 200
LONGEST = 2_000  # characters of one text
LARGEST, LARGEST_IN_ALL = 32 * 2**20, 128 * 2**20  # bytes of a part, and of all parts that are looked at
_WORDS = ("マイナンバー", "個人番号")
_NAME = r"マイナンバー|マイナンバ-|個人番号|[Mm][Yy][ _-]?[Nn][Uu][Mm][Bb][Ee][Rr]"
_NAMED = re.compile(_NAME)
_NUMBERED = re.compile(r"&#(\d{2,6});")  # a character by its number, as some programs write all but ASCII
_NAMED_BYTES = re.compile(b"|".join([_NAME.encode(), *("".join(f"&#{ord(c)};" for c in w).encode() for w in _WORDS)]))
_TAG = re.compile(rf"<(?!!)[^<>]*(?:{_NAME})[^<>]*>")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
# Elements of office files whose text is no page's: names, lists to choose from, instructions of fields.
_ASIDE = re.compile(r"<(?:\w+:)?(?:definedName|formula1|formula2|instrText|author)\b[^<>]*>([^<>]*)<")
_ANY_TAG = re.compile(r"<[^<>]*>")
_CALLED = re.compile(r"\sname=\"([^\"<>]*)\"")


def in_package(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """Give what an Office file (a zip of XML) says of itself and in its attributes."""
    return _kept(text for part in _parts(archive) for text in _in_part(*part))


def in_markup(source: str) -> tuple[str, ...]:
    """Give what the tags and comments of a page of HTML say."""
    if not _NAMED.search(source):
        return ()
    tags = (html.unescape(found.group()) for found in _TAG.finditer(source))
    return _kept([*tags, *(found[1] for found in _COMMENT.finditer(source))])


def named(texts: Iterable[str]) -> tuple[str, ...]:
    """Give those of some texts that name a マイナンバー."""
    return _kept(texts)


def _kept(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice((text[:LONGEST] for text in texts if _NAMED.search(text)), MOST))


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Give those XML parts that name one, with their names; a damaged part is the format's reader's to tell."""
    room = LARGEST_IN_ALL
    for info in archive.infolist():
        room -= info.file_size
        if not info.filename.lower().endswith((".xml", ".rels", ".vml")) or info.file_size > LARGEST or room < 0:
            continue
        try:
            data = archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
            continue
        if _NAMED_BYTES.search(data):
            text = data.decode("utf-8", "replace")
            yield info.filename.lower(), _NUMBERED.sub(lambda found: chr(int(found[1])), text)


def _in_part(name: str, text: str) -> Iterator[str]:
    if name.startswith("docprops/") or name == "meta.xml":
        yield html.unescape(_ANY_TAG.sub(lambda tag: " ".join(["", *_CALLED.findall(tag[0]), ""]), text))
    yield from (html.unescape(found.group()) for found in _TAG.finditer(text))
    yield from (html.unescape(found[1]) for found in _ASIDE.finditer(text))
