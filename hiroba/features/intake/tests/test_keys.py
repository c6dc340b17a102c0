"""A key names one thing, however long its path is."""

from __future__ import annotations

from hiroba.archive.models import Record
from hiroba.extract.passages import Extraction, Passage
from hiroba.features.intake.actions import receive_upload
from hiroba.foundation.access.principals import of_unit
from hiroba.ingest.receiving import LONGEST_KEY, Parcel, key_in_column, open_batch, receive
from hiroba.ingest.working import work_once
from tests.world import World

SECTION = frozenset({of_unit("0402")})
LONG = "/".join(["とても長い名前のフォルダ"] * 60)


class Plain:
    def extract(self, path: object, name: str) -> Extraction:
        return Extraction(passages=(Passage("line=1", "文"),))


def test_two_long_paths_that_end_alike_are_two_records(world: World) -> None:
    batch = open_batch(world.kimura, "upload:keys", SECTION)
    for beginning in ("令和7年度", "令和8年度"):
        path = f"{beginning}/{LONG}/報告.txt"
        assert len(path) > LONGEST_KEY
        receive(batch, Parcel(path, path), [beginning.encode()])
        receive_upload(world.kimura, batch.pk, path, None, [f"画面から {beginning}".encode()])
    while work_once(Plain(), 10):
        pass
    assert Record.objects.count() == 2
    assert {record.revisions.count() for record in Record.objects.all()} == {2}, "the same path is the same thing"


def test_a_key_that_fits_stays_as_it_is_and_a_longer_one_fits_after_all() -> None:
    assert key_in_column("あ" * LONGEST_KEY) == "あ" * LONGEST_KEY
    keys = {key_in_column("あ" * 600 + end) for end in ("甲", "乙", "")}
    assert len(keys) == 3
    assert all(len(key) <= LONGEST_KEY for key in keys)
