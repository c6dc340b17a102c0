"""A file read whole: a first, fast reading, and what slow readers have made of the parts that it left to them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Protocol

from django.conf import settings

from hiroba.extract.joining import join
from hiroba.extract.mending import with_words
from hiroba.extract.passages import Extraction
from hiroba.ingest.part_readings import Wanted, unpack_reading
from hiroba.language.word_list import load_words


class Reading(Protocol):
    """What reads files safely: hiroba.extract.sandbox.Sandbox, or a stand-in of a test."""

    def extract(self, path: Path, name: str) -> Extraction: ...


MOST_REMEMBERED = 8


class Remembering:
    """Reads what took another program's start once, though it is asked for twice: what a mail carries is read for the
    gate, and soon after as itself. For files whose path names their content (originals); shared by threads."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: OrderedDict[tuple[Path, str], Extraction] = OrderedDict()
        self._lock = threading.Lock()

    def extract(self, path: Path, name: str) -> Extraction:
        """Read as the sandbox does."""
        key = (path, PurePath(name).suffix.lower())
        with self._lock:
            if (known := self._known.pop(key, None)) is not None:
                return known
        found = self._reading.extract(path, name)
        if found.extractor.startswith("libreoffice+") and not found.attachments:
            with self._lock:
                self._known[key] = found
                while len(self._known) > MOST_REMEMBERED:
                    self._known.popitem(last=False)
        return found


class FirstReading:
    """Reads fast and notes the parts that were left over, of a file and of everything it carries."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: dict[Path, Extraction] = {}

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Give every part that was left over, with the SHA-256 that an original's path ends in."""
        return tuple((path.name, part) for path, first in self._seen.items() for part in first.parts)

    def extract(self, path: Path, name: str) -> Extraction:
        """Read as the sandbox does."""
        first = self._reading.extract(path, name)
        if first.parts:
            self._seen[path] = first
        return first

    def with_parts(self, packed: Mapping[Wanted, bytes]) -> WholeReading:
        """Give what reads the same files whole, as far as their parts are there."""
        return WholeReading(self._reading, dict(self._seen), packed)


class WholeReading:
    """Reads a file and joins the parts that are there; those that are not stay among its `parts`. What was heard is put
    right by the office's words as they are now."""

    def __init__(self, reading: Reading, seen: dict[Path, Extraction], packed: Mapping[Wanted, bytes]) -> None:
        self._reading, self._seen, self._packed = reading, seen, packed
        self.shas = tuple(path.name for path in seen)

    def extract(self, path: Path, name: str) -> Extraction:
        """Read as the sandbox does, once."""
        first = self._seen.pop(path, None) or self._reading.extract(path, name)
        if not first.parts:
            return first
        packed = {part: self._packed.get((path.name, part)) for part in first.parts}
        whole = join(first, {part: unpack_reading(each) for part, each in packed.items() if each is not None})
        is_heard = any(part.tool == "transcribe" for part in first.parts)
        return with_words(whole, load_words(Path(settings.WORDS_FILE))) if is_heard else whole
