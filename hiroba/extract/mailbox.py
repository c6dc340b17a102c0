"""Mailboxes of one file (mbox, RFC 4155): each mail handed over as the mail it is; the file is never in memory.

A mail begins at a line "From sender date" after an empty line or at the start. What writers put before such lines
inside a mail (">From ") is taken away again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hiroba.extract.passages import Attachment, Extraction, Trouble

EXTRACTOR = "mailbox/1"
MAX_MAILS = 300_000
LONGEST_MAIL = 200 * 2**20
_CHUNK = 8 * 2**20
_BEGINS = re.compile(rb"From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n")
_LONGEST_LINE = 1024  # of a line that begins a mail
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_HEAD = 64 * 1024


def extract(path: Path) -> Extraction:
    """Hand over every mail of a mailbox, known by its Message-ID; EXTRACT-42 counts those too large, EXTRACT-37 says
    that there are more than MAX_MAILS."""
    mails: list[Attachment] = []
    warnings: list[Trouble] = []
    keys: set[str] = set()
    left_out = 0
    for number, (start, end) in enumerate(_mails(path), start=1):
        if number > MAX_MAILS:
            warnings.append(Trouble("EXTRACT-37", {"limit": MAX_MAILS}))
            break
        if end - start > LONGEST_MAIL:
            left_out += 1
            continue
        key = _key(path, start, end)
        while key in keys:
            key += "+"
        keys.add(key)
        source = partial(_pieces, path, start, end)
        mails.append(Attachment(f"{number:05d}.eml", media_type="message/rfc822", key=key, source=source))
    if left_out:
        warnings.append(Trouble("EXTRACT-42", {"count": left_out}))
    facts = {"mails": str(len(mails))}
    return Extraction(warnings=tuple(warnings), attachments=tuple(mails), facts=facts, extractor=EXTRACTOR)


def _mails(path: Path) -> Iterator[tuple[int, int]]:
    """Where each mail's own bytes begin and end, without its "From " line."""
    start: int | None = None
    for line, following in _beginnings(path):
        if start is not None:
            yield start, line
        start = following
    if start is not None:
        yield start, path.stat().st_size


def _beginnings(path: Path) -> Iterator[tuple[int, int]]:
    """Where each line stands that begins a mail, and where the next one does."""
    with path.open("rb") as file:
        offset, buffer = 0, file.read(_CHUNK)
        if first := _BEGINS.match(buffer):
            yield 0, first.end()
        while buffer:
            piece = file.read(_CHUNK)
            buffer += piece
            safe = len(buffer) - _LONGEST_LINE if piece else len(buffer)
            at = buffer.find(b"\nFrom ", 2 if offset else 0)  # the first two were looked at with the piece before
            while 0 <= at < safe:  # a line cut by the end of the piece is found with the next one
                found = (
                    _BEGINS.match(buffer, at + 1) if buffer[max(0, at - 2) : at].endswith((b"\n", b"\n\r")) else None
                )
                if found:
                    yield offset + at + 1, offset + found.end()
                at = buffer.find(b"\nFrom ", at + 1)
            if not piece:
                return
            kept = max(safe - 2, 0)
            offset, buffer = offset + kept, buffer[kept:]


def _key(path: Path, start: int, end: int) -> str:
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(min(end - start, _HEAD))
    found = _MESSAGE_ID.search(head.partition(b"\n\n")[0] or head)
    said = found[1] if found else head
    return hashlib.sha256(said).hexdigest()[:32]


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        yield _ESCAPED.sub(rb"\1", file.read(end - start)).rstrip(b"\r\n") + b"\n"
