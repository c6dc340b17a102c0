"""An Extraction as bytes between reader and sandbox: JSON, then the attachments' bytes. Never pickle: a reader that
was taken over must not be able to make its parent run anything.

Files that are carried as a `source` go ahead of the answer, in frames without JSON, into a spool."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from hiroba.extract.passages import Attachment, Extraction, Mark, Part, Passage, Span, Trouble
from hiroba.extract.spool import Spool

HEADER = struct.Struct(">QQ")  # length of the JSON, length of the attachments' bytes
LONGEST = 512 * 1024 * 1024
STRETCH = 32 * 1024 * 1024  # bytes of carried files for which a reader gets its time anew
SPOOLED = 16 * 1024 * 1024 * 1024  # bytes of all files one file may carry ahead of its answer
# NUL (PostgreSQL takes it neither in text nor in JSON) and halves of surrogate pairs (not UTF-8).
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def pack_piece(piece: bytes) -> bytes:
    """Give one frame of a carried file's bytes, to be sent ahead of the answer."""
    return HEADER.pack(0, len(piece)) + piece


def pack(extraction: Extraction, spooled: Sequence[tuple[int, int]] = ()) -> bytes:
    """Give one frame: header, JSON, bytes of the attachments one after the other.

    `spooled` says (offset, length) for each attachment with a source, in order: these went ahead."""
    ahead = iter(spooled)
    document = {
        "passages": [_row(passage) for passage in extraction.passages],
        "warnings": [[trouble.code, trouble.params] for trouble in extraction.warnings],
        "error": extraction.error and [extraction.error.code, extraction.error.params],
        "title": extraction.title,
        "attachments": [
            [a.name, a.media_type, a.key, *(next(ahead) if a.source else (-1, len(a.content)))]
            for a in extraction.attachments
        ],
        "facts": extraction.facts,
        "extractor": extraction.extractor,
        "parts": [[part.tool, part.number, part.place] for part in extraction.parts],
        "unshown": extraction.unshown,
    }
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    blobs = [attachment.content for attachment in extraction.attachments]
    return b"".join([HEADER.pack(len(text), sum(map(len, blobs))), text, *blobs])


def _row(passage: Passage) -> list[object]:
    spans = [[span.start, span.end, span.locator] for span in passage.spans]
    marks = [[mark.start, mark.end, mark.kind, mark.value] for mark in passage.marks]
    return [passage.locator, passage.text, passage.kind, passage.level, spans, marks]


def unpack(text: bytes, blobs: bytes, spool: Spool | None = None) -> Extraction:
    """Give back what `pack` was given; raises ValueError, KeyError or TypeError for anything else."""
    document = json.loads(text)
    if b"\\u0000" in text or b"\\ud" in text:  # most files have neither, and this costs a quarter of the time
        document = _storable(document)
    return Extraction(
        passages=tuple(_passage(*row) for row in document["passages"]),
        warnings=tuple(Trouble(code, params) for code, params in document["warnings"]),
        error=Trouble(*document["error"]) if document["error"] else None,
        title=document["title"],
        attachments=tuple(_attachments(document["attachments"], blobs, spool)),
        facts=document["facts"],
        extractor=document["extractor"],
        parts=tuple(Part(*row) for row in document["parts"]),
        unshown=tuple(document.get("unshown", ())),  # what was kept before there were any has none
    )


def _attachments(rows: list[list[Any]], blobs: bytes, spool: Spool | None) -> Iterator[Attachment]:
    position = 0
    for name, media_type, key, offset, length in rows:
        if offset < 0:
            yield Attachment(name, blobs[position : position + length], media_type, key)
            position += length
        elif spool is None or offset + length > spool.size:
            raise ValueError("bytes that were never sent")
        else:
            yield Attachment(name, b"", media_type, key, spool.reader(offset, length))


def _storable(value: Any) -> Any:
    """Put U+FFFD for what no database and no answer can hold; a character for a character, so that places stay true."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value


def _passage(
    locator: str, text: str, kind: str, level: int, spans: list[list[object]], marks: list[list[object]]
) -> Passage:
    return Passage(
        locator,
        text,
        kind,  # type: ignore[arg-type]  # the reader is ours; a strange kind is shown as a paragraph
        level,
        tuple(Span(*span) for span in spans),  # type: ignore[arg-type]  # [int, int, str] by pack
        tuple(Mark(*mark) for mark in marks),  # type: ignore[arg-type]  # [int, int, str, str] by pack
    )
