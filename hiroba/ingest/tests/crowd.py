"""Sixteen processes that bring in the same twenty keys at once: `python -m hiroba.ingest.tests.crowd FOLDER`.

Half of the keys have the same bytes whoever brings them, half have each bringer's own. Nobody waits for anybody."""

from __future__ import annotations

import os
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from hiroba.extract.passages import Extraction

IMPORTERS, KEYS = 16, 20
OWN = range(0, KEYS, 2)  # these keys have other bytes from each bringer


class PlainReader:
    """Reads text in this process: what is tried here is the line, not the sandbox."""

    def extract(self, path: Path, name: str) -> Extraction:
        from hiroba.extract.passages import Extraction, Passage

        return Extraction(passages=(Passage("line=1", path.read_text()),), extractor="text/1")


def bring_in(number: int, starting: Any) -> None:
    """Receive every key in an order of one's own, then read one's own batch to its end."""
    from hiroba.foundation.access.principals import EVERYONE
    from hiroba.foundation.people.models import Person
    from hiroba.ingest.queries import progress_of
    from hiroba.ingest.receiving import Parcel, open_batch, receive
    from hiroba.ingest.working import work_once

    person = Person.objects.get(login="kimura")
    starting.wait(60)
    batch = open_batch(person, "import:1", {EVERYONE, f"unit:04{number % 4}"})
    for step in range(KEYS):
        key = (step * 7 + number) % KEYS
        words = f"{key} 番の記録" + (f"、{number} 人目の版" if key in OWN else "")
        receive(batch, Parcel(f"{key}.txt", f"棚/{key}.txt"), [words.encode()])
    while progress_of(batch).under_way:
        if not work_once(PlainReader(), 4, batch):
            time.sleep(0.02)


def main() -> None:
    """Start the crowd and wait for it; exit 1 when anybody failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    fork = get_context("fork")
    starting = fork.Barrier(IMPORTERS)
    crowd = [fork.Process(target=bring_in, args=(number, starting)) for number in range(IMPORTERS)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    sys.exit(any(each.exitcode for each in crowd))


if __name__ == "__main__":
    main()
