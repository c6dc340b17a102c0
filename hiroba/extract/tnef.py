"""A winmail.dat that came without its mail: read as the mail it was, with its files as attachments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hiroba.extract.letter import written
from hiroba.extract.mail import MAX_BYTES, read_mail
from hiroba.extract.passages import Extraction, Trouble
from hiroba.extract.winmail import opened

EXTRACTOR = "mail/1+tnef"


def extract(path: Path) -> Extraction:
    """Read what Outlook packed. EXTRACT-03: it is damaged."""
    with path.open("rb") as file:
        letter = opened(file.read(MAX_BYTES))
    if letter is None:
        return Extraction(error=Trouble("EXTRACT-03"), extractor=EXTRACTOR)
    return replace(read_mail(written(letter)), extractor=EXTRACTOR)
