"""A transcript beside a recording of the same name is linked to it; another one is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hiroba.archive.models import Link, Record
from hiroba.extract import files
from hiroba.extract.passages import Extraction
from hiroba.extract.tests.sounds import SAMPLE
from hiroba.foundation.access.principals import EVERYONE
from hiroba.ingest.models import Batch
from hiroba.ingest.receiving import Parcel, open_batch, receive
from hiroba.ingest.working import work_once
from tests.world import World

VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n<v 木村 直美>始めます。\n".encode()


class WithoutListening:
    """The first reading only: what is said is of no interest here."""

    def extract(self, path: Path, name: str) -> Extraction:
        read = files.extract(path, name)
        return Extraction(read.passages, read.warnings, read.error, facts=read.facts, extractor=read.extractor)


@pytest.fixture
def take(world: World) -> Callable[..., None]:
    batch: Batch = open_batch(world.kimura, "upload:1", {EVERYONE})

    def take_in(*named: tuple[str, bytes]) -> None:
        for path, content in named:
            receive(batch, Parcel(path, path), [content])
        work_once(WithoutListening(), 10)

    return take_in


@pytest.mark.parametrize("is_first", [True, False], ids=["recording-first", "transcript-first"])
def test_whichever_comes_last_finds_the_other(take: Callable[..., None], is_first: bool) -> None:
    both = [("会議/週例.ogg", SAMPLE.read_bytes()), ("会議/週例.vtt", VTT)]
    for each in both if is_first else reversed(both):
        take(each)
    link = Link.objects.get(kind="transcript")
    assert (link.source.file_name, link.target.file_name) == ("週例.vtt", "週例.ogg")


def test_another_name_or_folder_is_another_meeting(take: Callable[..., None]) -> None:
    take(("会議/週例.ogg", SAMPLE.read_bytes()), ("会議/週例2.vtt", VTT), ("別/週例.vtt", VTT + b"\n"))
    assert Record.objects.filter(kind="recording").count() == 3
    assert not Link.objects.exists()
