"""What every extractor hands back: passages with their exact places, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "title",
    "heading",
    "paragraph",
    "row",
    "note",
    "comment",
    "header",
    "footer",
    "footnote",
    "shape",
    "caption",
    "code",
]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start..end (Python string indices) of a passage's text come from `locator`, a narrower place."""

    start: int
    end: int
    locator: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something about the characters start..end that plain text cannot say: inserted, deleted, ruby, hidden …"""

    start: int
    end: int
    kind: Literal["inserted", "deleted", "ruby", "hidden", "unsure", "speaker", "replaced"]
    # "unsure": how sure the reader is of these characters, in percent; "speaker": who says the line; "replaced": what
    # the machine heard before the office's list of words put it right.
    value: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One citable part of a file. `locator` opens the original there: `page=3;box=x,y,w,h`, `par=12`,
    `Sheet!A1:C3`, `slide=4`, `line=7`. `level` is the heading depth (1–6), 0 for everything else."""

    locator: str
    text: str
    kind: Kind = "paragraph"
    level: int = 0
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A code with its parameters; the words for it live in hiroba.foundation.web.words."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a file that a slow reader has yet to read: page `number` of paper, chunk `number` of a recording,
    both from 1. `hiroba.extract.recognition.read_part` and `hiroba.extract.speech.read_part` read one each.

    A picture pasted into an Office file is a page too; `place` is the locator of where it stands there."""

    tool: Literal["recognise", "transcribe"]
    number: int
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside another (a mail's attachment, a workbook's embedded document, a file in an archive).

    Its bytes are `content`, or what `source` gives: few and small ones the first way, any others the second. `name` may
    hold folders ("a/b.txt"). `key` says which it is among its neighbours where its number and name do not."""

    name: str
    content: bytes = b""
    media_type: str = "application/octet-stream"
    key: str = ""
    source: Callable[[], Iterator[bytes]] | None = field(default=None, compare=False, repr=False)

    def pieces(self) -> Iterator[bytes]:
        """Give the bytes, piece by piece."""
        return self.source() if self.source else iter((self.content,))


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that could be read of one file. With `error` set nothing (or only a part) could be read; the file is kept."""

    passages: tuple[Passage, ...] = ()
    warnings: tuple[Trouble, ...] = ()
    error: Trouble | None = None
    title: str = ""
    attachments: tuple[Attachment, ...] = ()
    # What the file says of itself: author, sent_at (ISO), from, to …
    facts: dict[str, str] = field(default_factory=dict)
    extractor: str = ""  # name and version of what read it, e.g. "docx/1"
    parts: tuple[Part, ...] = ()  # what a first, fast reading leaves to a slow one, in reading order
    # Texts that are shown nowhere (keywords, names of fields, where links lead): for the gate to look at, kept nowhere.
    unshown: tuple[str, ...] = ()
