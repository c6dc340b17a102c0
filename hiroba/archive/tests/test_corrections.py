from __future__ import annotations

import pytest

from hiroba.archive import corrections, gate, queries
from hiroba.archive.arrivals import Arrival, keep_arrival
from hiroba.archive.models import Correction, Record
from hiroba.archive.models import Passage as Kept
from hiroba.archive.reanchoring import reapply
from hiroba.archive.undoing import undo_correction
from hiroba.extract.passages import Extraction, Mark, Passage, Span
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_unit
from hiroba.foundation.changes.models import Change
from hiroba.foundation.refusal import Refusal
from tests.world import World

FIRST, SECOND = "page=1;box=10,10,80,9", "page=1;box=10,20,80,9"
BOX = "page=1;box=10,10,80,19"


def paper(first: str = "公園の補修を", second: str = "請け負つた。") -> Passage:
    text = first + second
    spans = (Span(0, len(first), FIRST), Span(len(first), len(text), SECOND))
    marks = (Mark(0, 2, "unsure", "71"), Mark(len(text) - 3, len(text) - 1, "unsure", "55"))
    return Passage(BOX, text, spans=spans, marks=marks)


def kept(world: World) -> Record:
    return world.keep(world.kimura, "通知.tif", passages=(paper(), Passage("page=1;box=9,40,9,9", "以上"))).record


def correct(world: World, record: Record, before: str, after: str, at: str = SECOND) -> Record:
    record.refresh_from_db()
    assert record.current is not None
    return corrections.correct_line(world.sato, record.pk, record.current.number, at, before, after)


def text_of(record: Record) -> str:
    assert record.current is not None
    return "|".join(record.current.passages.order_by("ordinal").values_list("text", flat=True))


def test_a_line_put_right_is_a_revision_by_somebody_and_the_earlier_one_stays(world: World) -> None:
    record = correct(world, kept(world), "請け負つた。", "請け負った。")
    assert record.current is not None
    assert (record.current.number, record.current.brought_by) == (2, world.sato)
    assert text_of(record) == "公園の補修を請け負った。|以上"
    first = record.revisions.get(number=1)
    assert first.passages.order_by("ordinal").first().text == "公園の補修を請け負つた。"  # type: ignore[union-attr]
    assert first.original == record.current.original
    assert Change.objects.filter(kind="record.revised", subject_id=record.pk).exists()


def test_doubts_about_the_line_are_settled_and_what_stands_behind_it_keeps_its_place(world: World) -> None:
    record = correct(world, kept(world), "公園の補修を", "児童公園の遊具の補修を", FIRST)
    assert record.current is not None
    passage = record.current.passages.order_by("ordinal")[0]
    assert passage.text == "児童公園の遊具の補修を請け負つた。"
    assert passage.spans == [[0, 11, FIRST], [11, 17, SECOND]]
    assert passage.marks == [[14, 16, "unsure", "55"]]


def test_what_one_person_puts_right_in_one_sitting_is_one_revision(world: World) -> None:
    record = correct(world, kept(world), "請け負つた。", "請け負った。")
    record = correct(world, record, "公園の補修を", "公園の改修を", FIRST)
    assert record.current is not None
    assert (record.current.number, Correction.objects.count()) == (2, 2)
    corrections.correct_line(world.kimura, record.pk, 2, FIRST, "公園の改修を", "公園の修繕を")
    record.refresh_from_db()
    assert record.current is not None
    assert record.current.number == 3


def test_a_correction_is_undone_by_another_and_a_removed_line_comes_back_in_its_place(world: World) -> None:
    record = correct(world, kept(world), "請け負つた。", "")
    assert text_of(record) == "公園の補修を|以上"
    undo_correction(world.sato, record.pk, Correction.objects.get().pk)
    record.refresh_from_db()
    assert text_of(record) == "公園の補修を請け負つた。|以上"
    assert record.current is not None
    assert record.current.passages.order_by("ordinal")[0].spans == [[0, 6, FIRST], [6, 12, SECOND]]


def test_two_people_at_the_same_line_do_not_write_over_each_other(world: World) -> None:
    record = kept(world)
    correct(world, record, "請け負つた。", "請け負った。")
    with pytest.raises(Refusal, match="CORRECT-01"):
        corrections.correct_line(world.kimura, record.pk, 1, SECOND, "請け負つた。", "請負った。")
    with pytest.raises(Refusal, match="CORRECT-01"):
        correct(world, record, "請け負つた。", "請負った。")


def test_only_whoever_may_change_a_record_puts_it_right(world: World) -> None:
    record = kept(world)
    with pytest.raises(Refusal, match="ACCESS-02"):
        corrections.correct_line(world.kondo, record.pk, 1, SECOND, "請け負つた。", "x")
    hidden = world.keep(world.kimura, "秘密.tif", to="section", passages=(paper(),)).record
    with pytest.raises(Refusal, match="ACCESS-01"):
        corrections.correct_line(world.kondo, hidden.pk, 1, SECOND, "請け負つた。", "x")


def test_a_personal_number_cannot_be_written_in_by_a_correction(world: World) -> None:
    record = kept(world)
    with pytest.raises(Refusal, match="GATE-01"):
        correct(world, record, "請け負つた。", "マイナンバー 1234 5678 9018")
    assert (text_of(record), Correction.objects.count()) == ("公園の補修を請け負つた。|以上", 0)


def test_a_digit_put_right_under_its_columns_label_is_stopped_too(world: World) -> None:
    rows = ("氏名 | 個人番号", "山田 太郎 | 123456789016", "佐藤 花子 | なし")
    passages = tuple(Passage(f"page=1;box=10,{10 * at},80,9", row, "row") for at, row in enumerate(rows, start=1))
    record = world.keep(world.kimura, "名簿.tif", passages=passages).record
    with pytest.raises(Refusal, match="GATE-01"):
        correct(world, record, rows[1], "山田 太郎 | 123456789018", "page=1;box=10,20,80,9")
    correct(world, record, rows[1], "山田 一郎 | 123456789016", "page=1;box=10,20,80,9")
    assert "9018" not in text_of(record)


def test_personal_data_written_in_keeps_the_record_inside(world: World) -> None:
    record = kept(world)
    assert principals_in(record.audience_id) == {EVERYONE}
    record = correct(
        world, record, "請け負つた。", "氏名 山田 太郎 住所 みらい区中央町1丁目2番3号 生年月日 昭和50年4月1日"
    )
    assert record.gate_code == gate.PERSONAL
    assert EVERYONE not in principals_in(record.audience_id)


def test_a_new_reading_keeps_what_was_put_right_by_its_place_or_by_its_words(world: World) -> None:
    record = correct(world, kept(world), "請け負つた。", "請け負った。")
    record = correct(world, record, "公園の補修を", "公園の改修を", FIRST)
    again = reapply(record, Extraction((paper(),), extractor="paper/2"))
    assert again.passages[0].text == "公園の改修を請け負った。"
    moved = Passage("page=1;box=11,21,80,9", "請け負つた。")
    again = reapply(record, Extraction((Passage(FIRST, "公園の改修を"), moved), extractor="paper/2"))
    assert [each.text for each in again.passages] == ["公園の改修を", "請け負った。"]
    assert not Correction.objects.filter(is_lost=True).exists()


def test_what_a_new_reading_has_no_place_for_is_told_and_not_guessed(world: World) -> None:
    record = correct(world, kept(world), "請け負つた。", "請け負った。")
    again = reapply(record, Extraction((Passage("page=1;box=1,1,9,9", "まったく別の文"),), extractor="paper/2"))
    assert again.passages[0].text == "まったく別の文"
    assert Correction.objects.get().is_lost


def test_whoever_belongs_to_the_section_may_put_right_and_a_reader_may_not(world: World) -> None:
    record = kept(world)
    assert record.current is not None
    assert corrections.may_correct(world.sato, record, record.current)
    assert not corrections.may_correct(world.kondo, record, record.current)
    assert of_unit("0402") not in principals_in(record.audience_id)


def read_anew(world: World, record: Record, *passages: Passage) -> str:
    """Read the bytes of a record's newest revision better; give what became of it."""
    assert record.current is not None
    better = Extraction(passages, extractor="test/2")
    arrival = Arrival(
        source="test",
        external_key="通知.tif",
        file_name="通知.tif",
        kind=record.kind,
        title="通知",
        original=record.current.original,
        extraction=better,
        owner=world.kimura,
        principals=frozenset({EVERYONE}),
        dated_at=record.dated_at,
    )
    return keep_arrival(arrival, gate.examine(better)).outcome


def test_a_number_that_a_better_reading_finds_is_held_in_every_revision_of_the_same_bytes(world: World) -> None:
    record = correct(world, kept(world), "請け負つた。", "請け負った。")
    number = Passage("page=1;box=9,40,9,9", "マイナンバー 1234 5678 9018")
    assert read_anew(world, record, paper(), number) == "held"
    assert not Kept.objects.filter(revision__record=record).exists()
    world.keep(world.kimura, "通知.tif", "別の版")  # other bytes, clean: the record is there again
    assert queries.get_revision(world.kondo, record.pk).number == 3
    for held in (1, 2):
        with pytest.raises(Refusal, match="ACCESS-01"):
            queries.get_revision(world.kondo, record.pk, held)
    assert not corrections.corrections_of(record).exists()


def test_a_number_put_right_before_its_label_could_be_read_is_held_with_the_label(world: World) -> None:
    record = world.keep(world.kimura, "通知.tif", passages=(paper("個入悉弓", "12345678901X"),)).record
    record = correct(world, record, "12345678901X", "123456789018")
    record = correct(world, record, "個入悉弓", "個人番弓", FIRST)
    assert read_anew(world, record, paper("個人番号", "12345678901X")) == "held"
    assert not Kept.objects.filter(revision__record=record).exists()
    said = [(each.before, each.after, each.is_lost) for each in Correction.objects.order_by("pk")]
    assert said == [("●●●●●●●●●●●●", "●●●●●●●●●●●●", True), ("個入悉弓", "個人番弓", True)]
