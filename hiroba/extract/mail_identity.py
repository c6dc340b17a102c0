"""Which mail it is, whatever way it took: servers on the way add headers and change line ends, nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

# What the writer's program wrote; Received, Delivered-To and the like are the way's.
_WRITERS = (b"message-id", b"from", b"date", b"subject")
_LONGEST_HEAD = 1024 * 1024
_PIECE = 1024 * 1024


def identity_of(path: Path) -> str:
    """Give 40 hex digits that are the same for the same mail by two ways, and differ when anything its writer wrote
    does: Message-ID, From, Date, Subject or the body. Neither a parser nor a secret: no header can stand for another
    mail, since its body counts too."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head, begun = _head_of(file.read(_LONGEST_HEAD))
        for line in _writers_lines(head):
            digest.update(line + b"\n")
        digest.update(b"\n")
        ends = b""
        while begun or (begun := file.read(_PIECE)):
            piece = ends + begun.replace(b"\r", b"")
            kept = piece.rstrip(b"\n")  # an empty line more or less at the end is the way's as well
            digest.update(kept)
            ends, begun = piece[len(kept) :], b""
    return digest.hexdigest()[:40]


def _head_of(data: bytes) -> tuple[bytes, bytes]:
    """Cut the head from what follows; without an empty line all of it is head."""
    ends = [(at, length) for mark, length in ((b"\r\n\r\n", 4), (b"\n\n", 2)) if (at := data.find(mark)) >= 0]
    if not ends:
        return data, b""
    at, length = min(ends)
    return data[:at], data[at + length :]


def _writers_lines(head: bytes) -> list[bytes]:
    """Give the writer's headers, unfolded and sorted, spaces made one."""
    unfolded: list[bytes] = []
    for line in head.replace(b"\r", b"").split(b"\n"):
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1] += b" " + line
        else:
            unfolded.append(line)
    named = (line.partition(b":") for line in unfolded)
    return sorted(
        name.strip().lower() + b":" + b" ".join(value.split())
        for name, found, value in named
        if found and name.strip().lower() in _WRITERS
    )
