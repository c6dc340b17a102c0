from __future__ import annotations

from pathlib import Path

import pytest

from hiroba.archive.models import Link, Record
from hiroba.archive.models import Passage as KeptPassage
from hiroba.extract.passages import Attachment, Extraction, Passage, Trouble
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.refusal import Refusal
from hiroba.ingest import carried, working
from hiroba.ingest.models import Batch, Item, ItemState
from hiroba.ingest.receiving import Parcel, open_batch, receive
from tests.world import World


class Reader:
    """Stands for the sandbox where a test decides what is read."""

    def __init__(self, answer: Extraction | Exception | None = None) -> None:
        self.answer = answer

    def extract(self, path: Path, name: str) -> Extraction:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or Extraction(passages=(Passage("line=1", path.read_text()),), extractor="text/1")


def batch_of(world: World, *names: str) -> Batch:
    batch = open_batch(world.kimura, "upload:1", {EVERYONE}, title="みほん")
    for name in names:
        receive(batch, Parcel(name, name), [f"{name} の中身".encode()])
    return batch


def states(batch: Batch) -> list[str]:
    return [item.state for item in batch.items.order_by("pk")]


def test_each_item_becomes_a_record_with_its_folder(world: World) -> None:
    batch = batch_of(world, "令和8年度/a.txt", "b.txt")
    assert working.work_once(Reader(), 10) == 2
    assert states(batch) == [ItemState.DONE, ItemState.DONE]
    assert set(Record.objects.values_list("title", "folder")) == {("a", "令和8年度"), ("b", "")}


def test_what_could_not_be_read_is_kept_with_its_code_and_the_rest_goes_on(world: World) -> None:
    batch = batch_of(world, "a.txt")
    working.work_once(Reader(Extraction(error=Trouble("EXTRACT-03"))), 10)
    item = batch.items.get()
    assert (item.state, item.code) == (ItemState.FAILED, "EXTRACT-03")
    assert item.record is not None
    assert item.record.current.error == {"code": "EXTRACT-03", "params": {}}  # type: ignore[union-attr]


def test_a_fault_of_ours_lets_the_item_wait_and_ends_it_after_its_tries(world: World, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    batch = batch_of(world, "a.txt")

    def broken(*_args: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(working, "keep_arrival", broken)
    for _ in range(working.MOST_TRIES):
        working.work_once(Reader(), 10)
        assert states(batch) == [ItemState.RECEIVED]
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.FAILED]
    assert batch.items.get().code == "INGEST-10"


def test_an_item_whose_reader_died_waits_again_and_is_kept_once(world: World) -> None:
    batch = batch_of(world, "a.txt")
    dead = working.lease_items(10)
    assert working.lease_items(10) == []
    assert working.reclaim_items() == 1
    working.work_once(Reader(), 10)
    late = working.read_item(Reader(), dead[0])
    working.finish_item(late)
    assert states(batch) == [ItemState.DONE]
    assert Record.objects.count() == 1


def test_what_a_mail_carries_becomes_a_record_linked_to_it(world: World) -> None:
    batch = batch_of(world, "照会.eml")
    mail = Extraction(
        passages=(Passage("line=1", "添付のとおりです。"),),
        attachments=(Attachment("../../回答.txt", "回答の中身".encode()),),
        title="相談窓口の件数",
        extractor="mail/1",
    )
    working.work_once(Reader(mail), 10)
    working.work_once(Reader(), 10)
    link = Link.objects.get()
    assert (link.source.title, link.target.title, link.target.folder) == ("相談窓口の件数", "回答", "照会.eml")
    assert Item.objects.filter(parent__isnull=False).get().path == "照会.eml/回答.txt"
    assert batch.items.count() == 2


def test_what_a_mail_carries_is_not_lost_when_the_disk_is_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(world, "照会.eml")
    mail = Extraction(
        passages=(Passage("line=1", "添付のとおりです。"),),
        attachments=(Attachment("回答.txt", "回答の中身".encode()),),
        extractor="mail/1",
    )

    def no_room(*_args: object) -> None:
        raise Refusal("INGEST-05")

    with monkeypatch.context() as full:
        full.setattr(carried, "store_bytes", no_room)
        for _ in range(working.MOST_TRIES * 2):
            with pytest.raises(Refusal, match="INGEST-05"):
                working.work_once(Reader(mail), 10)
            assert states(batch) == [ItemState.RECEIVED]
    working.work_once(Reader(mail), 10)
    assert [item.path for item in batch.items.order_by("pk")] == ["照会.eml", "照会.eml/回答.txt"]


def test_a_fault_while_one_file_is_read_leaves_the_others_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(world, "a.txt", "bad.txt", "c.txt")

    class Fragile(Reader):
        def extract(self, path: Path, name: str) -> Extraction:
            if name == "bad.txt":
                raise RuntimeError("a defect")
            return super().extract(path, name)

    for _ in range(working.MOST_TRIES + 1):
        working.work_once(Fragile(), 10)
    assert states(batch)[0] == states(batch)[2] == ItemState.DONE
    assert states(batch)[1] == ItemState.FAILED


def test_the_same_upload_again_gives_nothing_new(world: World) -> None:
    for _ in range(2):
        batch = batch_of(world, "a.txt")
        working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.SAME]
    assert Record.objects.count() == 1


def test_characters_that_postgresql_does_not_take_keep_nothing_out(world: World) -> None:
    mail = (
        b"From: =?utf-8?q?A=00B?= <kimura@mirai.invalid>\r\nSubject: =?utf-8?q?C=00D?=\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "窓口は便利でした。\r\n".encode()
    )
    batch = open_batch(world.kimura, "upload:1", {EVERYONE})
    receive(batch, Parcel("照会.eml", "照会.eml"), [mail])
    with Sandbox(readers=1) as sandbox:
        working.work_once(sandbox, 1)
    assert states(batch) == [ItemState.DONE], batch.items.get().code
    text = "".join(KeptPassage.objects.values_list("text", flat=True))
    assert "C\ufffdD" in text
    assert "窓口は便利でした。" in text
