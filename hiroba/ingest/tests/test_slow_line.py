from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from hiroba.archive.actions import withdraw_record
from hiroba.archive.models import Passage as KeptPassage
from hiroba.archive.models import Record
from hiroba.extract.passages import Attachment, Extraction, Part, Passage, Trouble
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE
from hiroba.ingest import rereading, slow_line, working
from hiroba.ingest.models import AwaitedPart, Batch, Item, ItemState, PartReading
from hiroba.ingest.part_readings import forget_failures
from hiroba.ingest.receiving import Parcel, open_batch, receive
from tests.world import World


class Reader:
    """Stands for the fast sandbox: 3.tif is paper of three pages, 照会.eml carries one, the rest is text."""

    def extract(self, path: Path, name: str) -> Extraction:
        if name.endswith(".eml"):
            return Extraction(
                (Passage("line=1", "添付のとおりです。"),),
                attachments=(Attachment("2.tif", b"carried"),),
                extractor="mail/1",
            )
        if not name.endswith(".tif"):
            return Extraction((Passage("line=1", "ふつうの文です。"),), extractor="text/1")
        pages = int(name.split(".")[0].rsplit("-")[-1])
        return Extraction(
            warnings=(Trouble("EXTRACT-11", {"pages": f"1-{pages}", "count": pages}),),
            extractor="image/1",
            parts=tuple(Part("recognise", number) for number in range(1, pages + 1)),
        )


class Recogniser:
    """Stands for the slow sandbox: says which page it read, and remembers each."""

    def __init__(self, texts: dict[int, str] | None = None, failing: frozenset[int] = frozenset()) -> None:
        self.read: list[tuple[str, int]] = []
        self.texts, self.failing = texts or {}, failing

    def read_part(self, path: Path, part: Part) -> Extraction:
        self.read.append((path.name[:6], part.number))
        if part.number in self.failing:
            return Extraction(error=Trouble("EXTRACT-05", {"seconds": 120}))
        text = self.texts.get(part.number, f"{part.number}枚目の紙の文です。")
        return Extraction((Passage(f"page={part.number};box=1,2,3,4", text),), extractor="paper/1")


def batch_of(world: World, *names: str) -> Batch:
    batch = open_batch(world.kimura, "upload:1", {EVERYONE}, title="紙")
    for name in names:
        receive(batch, Parcel(name, name), [f"{name} の中身".encode()])
    return batch


def states(batch: Batch) -> list[str]:
    return [item.state for item in batch.items.order_by("pk")]


def texts() -> list[str]:
    return list(KeptPassage.objects.order_by("revision", "ordinal").values_list("text", flat=True))


def read_all(recogniser: Recogniser) -> None:
    while slow_line.read_next_part(recogniser):
        pass


def test_paper_waits_in_the_slow_line_while_ordinary_files_go_past_it(world: World) -> None:
    batch = batch_of(world, "3.tif", "報告.txt")
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.SLOW, ItemState.DONE]
    assert Record.objects.get().title == "報告"
    assert AwaitedPart.objects.count() == 3


def test_with_its_last_page_it_is_read_whole_and_in_order(world: World) -> None:
    batch, recogniser = batch_of(world, "3.tif"), Recogniser()
    working.work_once(Reader(), 10)
    read_all(recogniser)
    item = batch.items.get()
    assert (item.state, item.parts, item.parts_read) == (ItemState.SLOW, 3, 3)
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.DONE]
    assert texts() == ["1枚目の紙の文です。", "2枚目の紙の文です。", "3枚目の紙の文です。"]
    revision = Record.objects.get().current
    assert revision is not None
    assert (revision.extractor, revision.warnings) == ("image/1+paper/1", [])


def test_a_page_that_was_committed_is_not_read_again_after_a_kill(world: World) -> None:
    batch, recogniser = batch_of(world, "3.tif"), Recogniser()
    working.work_once(Reader(), 10)
    slow_line.read_next_part(recogniser)
    assert slow_line._lease_part(None) is not None  # and here the process is killed
    working.reclaim_items()
    assert slow_line.reclaim_parts() == 1
    read_all(recogniser)
    working.work_once(Reader(), 10)
    assert [number for _, number in recogniser.read] == [1, 2, 3]
    assert states(batch) == [ItemState.DONE]


def test_equal_bytes_are_read_once_whoever_brings_them(world: World) -> None:
    recogniser = Recogniser()
    mine = batch_of(world, "2.tif")
    theirs = open_batch(world.kondo, "upload:2", {EVERYONE})
    receive(theirs, Parcel("2.tif", "2.tif"), ["2.tif の中身".encode()])
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    later = open_batch(world.sato, "upload:3", {EVERYONE})
    receive(later, Parcel("写し-2.tif", "写し-2.tif"), ["2.tif の中身".encode()])
    working.work_once(Reader(), 10)
    assert [number for _, number in recogniser.read] == [1, 2]
    assert states(mine) + states(theirs) + states(later) == [ItemState.DONE] * 3
    assert len(texts()) == 6


def test_a_short_fax_does_not_wait_for_the_book_before_it(world: World) -> None:
    recogniser = Recogniser()
    batch = batch_of(world, "9.tif")
    working.work_once(Reader(), 10)
    slow_line.read_next_part(recogniser)
    receive(batch, Parcel("1.tif", "1.tif"), [b"fax"])
    working.work_once(Reader(), 10)
    slow_line.read_next_part(recogniser)
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.SLOW, ItemState.DONE]


def test_what_is_cut_short_is_kept_as_far_as_it_was_read_and_can_be_gone_on_with(world: World) -> None:
    batch, recogniser = batch_of(world, "4.tif"), Recogniser()
    working.work_once(Reader(), 10)
    slow_line.read_next_part(recogniser)
    assert slow_line.cut_short(batch.items.get())
    assert not slow_line.read_next_part(recogniser)
    working.work_once(Reader(), 10)
    record = Record.objects.get()
    assert record.current is not None
    assert record.current.warnings == [{"code": "PART-02", "params": {"pages": "2-4", "count": 3}}]
    assert (record.gate_code, texts()) == ("GATE-03", ["1枚目の紙の文です。"])
    assert record.gate_places == ["page=2-4"]
    assert slow_line.go_on(batch.items.get())
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    assert [number for _, number in recogniser.read] == [1, 2, 3, 4]
    record = Record.objects.select_related("current").get()
    assert record.current is not None
    assert (states(batch), record.current.number, record.current.warnings) == ([ItemState.DONE], 1, [])
    assert (record.gate_code, principals_in(record.audience_id)) == ("", frozenset({EVERYONE}))
    assert len(texts()) == 4


def test_a_page_that_cannot_be_read_leaves_the_others_and_is_named(world: World) -> None:
    batch, recogniser = batch_of(world, "3.tif"), Recogniser(failing=frozenset({2}))
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    revision = Record.objects.get().current
    assert revision is not None
    assert revision.warnings == [{"code": "PART-01", "params": {"pages": "2", "count": 1}}]
    assert (states(batch), len(texts())) == ([ItemState.DONE], 2)
    item = batch.items.get()
    assert item.original is not None
    forget_failures(item.original.sha256)  # what failed for the machine's sake is tried again
    assert slow_line.go_on(item)
    recogniser.failing = frozenset()
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    assert [number for _, number in recogniser.read] == [1, 2, 3, 2]
    assert (states(batch), len(texts()), batch.items.get().is_cut) == ([ItemState.DONE], 3, False)


def test_a_mail_is_not_readable_before_the_paper_it_carries_has_been_looked_at(world: World) -> None:
    batch = batch_of(world, "照会.eml")
    number = "マイナンバー 1234 5678 9018"
    working.work_once(Reader(), 10)
    assert (states(batch), Record.objects.count()) == ([ItemState.SLOW], 0)
    read_all(Recogniser({2: number}))
    working.work_once(Reader(), 10)
    assert states(batch)[0] == ItemState.HELD
    assert Record.objects.get().state == "held"


def test_no_text_with_a_number_in_it_is_left_of_what_the_gate_stopped(world: World) -> None:
    batch = batch_of(world, "2.tif")
    working.work_once(Reader(), 10)
    read_all(Recogniser({2: "マイナンバー 1234 5678 9018"}))
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.HELD]
    assert list(PartReading.objects.values_list("number", flat=True)) == [1]


def test_thousands_of_pages_cost_the_same_for_the_last_page_as_for_the_first(
    world: World, django_assert_max_num_queries: object
) -> None:
    batch, recogniser = batch_of(world, "5000.tif"), Recogniser()
    working.work_once(Reader(), 10)
    assert AwaitedPart.objects.count() == 5000
    Item.objects.filter(batch=batch).update(parts_read=4990)
    AwaitedPart.objects.filter(number__lte=4990).delete()
    for _ in range(10):
        with django_assert_max_num_queries(17):  # type: ignore[operator]  # pytest-django's fixture has no type
            slow_line.read_next_part(recogniser)
    assert [number for _, number in recogniser.read] == list(range(4991, 5001))


def test_a_part_that_ends_the_whole_process_each_time_is_given_up(world: World) -> None:
    batch = batch_of(world, "2.tif")
    working.work_once(Reader(), 10)
    AwaitedPart.objects.filter(number=1).update(tries=slow_line.MOST_TRIES)
    recogniser = Recogniser()
    read_all(recogniser)
    working.work_once(Reader(), 10)
    assert [number for _, number in recogniser.read] == [2]
    assert (states(batch), texts()) == ([ItemState.DONE], ["2枚目の紙の文です。"])


@pytest.mark.parametrize("engine", ["paper/2"])
def test_a_better_engine_reads_again(world: World, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    recogniser = Recogniser()
    for source in ("upload:1", "upload:2"):
        batch = open_batch(world.kimura, source, {EVERYONE})
        receive(batch, Parcel("1.tif", "1.tif"), [b"page"])
        working.work_once(Reader(), 10)
        read_all(recogniser)
        monkeypatch.setattr("hiroba.ingest.part_readings.engine_of", lambda _tool: engine)
    assert len(recogniser.read) == 2


def test_an_import_that_is_taken_back_reads_no_further_page(world: World) -> None:
    batch, recogniser = batch_of(world, "3.tif"), Recogniser()
    working.work_once(Reader(), 10)
    assert slow_line.end_waiting(batch) == 1
    assert slow_line.read_next_part(recogniser) == 0
    assert (states(batch), Record.objects.count()) == ([ItemState.FAILED], 0)
    working.retry_item(batch.items.get())
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.SLOW]


def test_what_is_released_is_read_from_what_was_kept_and_only_the_forgotten_page_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(world, "3.tif")
    recogniser = Recogniser({2: "マイナンバー 1234 5678 9018"})
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.HELD]
    monkeypatch.setattr(rereading, "Sandbox", lambda readers: contextlib.nullcontext(Reader()))
    record = rereading.release_record(world.kimura, Record.objects.get().pk, "見本の番号です")
    assert (record.state, len(recogniser.read)) == ("held", 3)  # nothing is read while somebody waits for the page
    working.work_once(Reader(), 10)
    assert states(batch) == [ItemState.SLOW]
    read_all(recogniser)
    working.work_once(Reader(), 10)
    assert [number for _, number in recogniser.read] == [1, 2, 3, 2]
    record.refresh_from_db()
    assert (record.state, record.audience_reason, len(texts())) == ("live", "見本の番号です", 3)
    assert states(batch) == [ItemState.DONE]


def test_a_new_list_of_words_puts_right_what_was_heard_before(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.WORDS_FILE = tmp_path / "words.txt"
    listener = Recogniser({1: "次に公園ばかりの話です。"})
    first = Extraction(facts={"media": "audio"}, extractor="speech/1", parts=(Part("transcribe", 1),))
    monkeypatch.setattr(Reader, "extract", lambda _self, _path, _name: first)
    batch = batch_of(world, "会議.mp3")
    working.work_once(Reader(), 10)
    read_all(listener)
    working.work_once(Reader(), 10)
    assert (texts(), rereading.join_recordings_again()) == (["次に公園ばかりの話です。"], 1)
    settings.WORDS_FILE.write_text("公園係,こうえんがかり,公園ばかり\n", encoding="utf-8")
    working.work_once(Reader(), 10)
    assert (texts(), states(batch)) == (["次に公園係の話です。"], [ItemState.DONE])
    assert len(listener.read) == 1
    assert Record.objects.get().revisions.count() == 1


def test_a_release_that_waits_lets_nothing_in_once_it_was_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, recogniser = batch_of(world, "3.tif"), Recogniser({2: "マイナンバー 1234 5678 9018"})
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    monkeypatch.setattr(rereading, "Sandbox", lambda readers: contextlib.nullcontext(Reader()))
    record = rereading.release_record(world.kimura, Record.objects.get().pk, "見本の番号です")
    withdraw_record(world.kimura, record.pk)
    working.work_once(Reader(), 10)
    read_all(recogniser)
    working.work_once(Reader(), 10)
    record.refresh_from_db()
    assert (record.state, texts(), states(batch)) == ("withdrawn", [], [ItemState.HELD])


def test_a_long_bundle_is_put_together_where_no_new_file_waits_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "MANY_PARTS", 2)
    batch = batch_of(world, "3.tif")
    working.work_once(Reader(), 10, lane="new")
    read_all(Recogniser())
    receive(batch, Parcel("写し-3.tif", "写し-3.tif"), ["3.tif の中身".encode()])
    assert working.work_once(Reader(), 10, lane="new") == 1  # the copy alone: its parts are all there
    assert states(batch) == [ItemState.SLOW, ItemState.SLOW]
    assert working.work_once(Reader(), 10, lane="whole") == 2
    assert states(batch) == [ItemState.DONE, ItemState.DONE]
