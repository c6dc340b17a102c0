"""What a file is called to people: its title, its author and its date, by what it says of itself."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath

from django.utils import timezone

from hiroba.extract.passages import Extraction

# What programs write into the title property when nobody did.
_EMPTY_TITLES = re.compile(
    r"(microsoft (word|excel|powerpoint)\b.*|powerpoint プレゼンテーション|powerpoint presentation|"
    r"無題.*|untitled.*|スライド ?1|slide ?1|文書 ?\d*|document ?\d*|book ?\d*|sheet ?\d*)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def title_of(extraction: Extraction, file_name: str) -> str:
    """Give a mail's subject or a document's own title where it says something, else the file's name."""
    title = _CONTROL.sub(" ", extraction.title).strip()
    if extraction.extractor.startswith("mail/") or (len(title) >= 3 and not _EMPTY_TITLES.fullmatch(title)):
        return title or PurePosixPath(file_name).stem
    return PurePosixPath(file_name).stem or file_name


def safe_name(name: str) -> str:
    """Give the last part of a name that came from outside, without control characters or direction overrides."""
    return _CONTROL.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")[:200]


def author_of(extraction: Extraction) -> str:
    """Give who wrote it as the source says: a mail's From, a document's author."""
    return extraction.facts.get("from") or extraction.facts.get("author") or ""


def dated_at(extraction: Extraction, otherwise: dt.datetime) -> dt.datetime:
    """Give when it was sent or written; a time that cannot be, or lies in the future, gives `otherwise`."""
    try:
        said = dt.datetime.fromisoformat(extraction.facts.get("sent_at", ""))
    except ValueError:
        return otherwise
    if said.tzinfo is None:
        said = said.replace(tzinfo=dt.UTC)
    return said if dt.datetime(1970, 1, 1, tzinfo=dt.UTC) < said <= timezone.now() else otherwise
