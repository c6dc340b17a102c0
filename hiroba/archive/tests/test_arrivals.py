from __future__ import annotations

import pytest

from hiroba.archive import gate, queries
from hiroba.archive.models import Original, Passage, Record, RecordState
from hiroba.extract.passages import Extraction
from hiroba.extract.passages import Passage as ReadPassage
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.changes.readers import changes_after
from hiroba.foundation.refusal import Refusal
from tests.world import World

MY_NUMBER = "個人番号 1234-5678-9018"


def kinds() -> list[str]:
    return [change.kind for change in changes_after(0, 100)]


def test_a_new_record_has_its_passages_in_order_and_one_change(world: World) -> None:
    kept = world.keep(world.kimura, "報告.docx", "電話は412件でした。", "窓口は96件でした。")
    assert kept.outcome == "new"
    texts = [p.text for p in queries.passages_of(queries.get_revision(world.kondo, kept.record.pk))]
    assert texts == ["電話は412件でした。", "窓口は96件でした。"]
    assert kinds() == ["record.received"]


def test_the_same_file_again_changes_nothing(world: World) -> None:
    world.keep(world.kimura, "報告.docx", "電話は412件でした。")
    again = world.keep(world.kimura, "報告.docx", "電話は412件でした。")
    assert again.outcome == "same"
    assert Record.objects.count() == 1
    assert kinds() == ["record.received"]


def test_new_content_under_the_same_key_is_a_revision_and_the_old_one_stays(world: World) -> None:
    first = world.keep(world.kimura, "報告.docx", "電話は401件でした。")
    second = world.keep(world.kimura, "報告.docx", "電話は412件でした。")
    assert (second.outcome, second.record.pk) == ("revised", first.record.pk)
    assert queries.get_revision(world.kondo, first.record.pk).number == 2
    assert queries.get_revision(world.kondo, first.record.pk, 1).passages.get().text == "電話は401件でした。"


def test_equal_bytes_share_one_original_but_never_one_record(world: World) -> None:
    for person, to in ((world.kimura, "section"), (world.kondo, "everyone")):
        world.keep(person, "同じ.txt", "同じ中身", to=to, key=f"{person.login}/同じ.txt")
    assert Original.objects.count() == 1
    assert queries.records_visible_to(world.kondo).count() == 1
    assert queries.records_visible_to(world.kimura).count() == 2


def test_a_my_number_is_held_and_its_text_is_written_nowhere(world: World) -> None:
    kept = world.keep(world.kimura, "名簿.txt", "ふつうの行", MY_NUMBER)
    assert kept.outcome == "held"
    assert kept.record.state == RecordState.HELD
    assert kept.record.gate_places == ["par=2"]
    assert not Passage.objects.exists()
    assert not queries.records_visible_to(world.kimura).exists()
    assert queries.records_held_for(world.kimura).count() == 1
    assert queries.records_held_for(world.sato).count() == 0


def test_a_new_revision_with_a_my_number_leaves_readers_the_last_good_one(world: World) -> None:
    kept = world.keep(world.kimura, "名簿.txt", "よい版")
    world.keep(world.kimura, "名簿.txt", MY_NUMBER)
    revision = queries.get_revision(world.kondo, kept.record.pk)
    assert revision.number == 1
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.get_revision(world.kimura, kept.record.pk, 2)


def test_personal_data_for_everybody_stays_at_the_section(world: World) -> None:
    kept = world.keep(world.kimura, "口座.txt", "みずき銀行 中央支店 普通 1234567 山田 太郎")
    assert kept.verdict.code == gate.PERSONAL
    assert principals_in(kept.record.audience_id) == {"unit:0402"}
    assert not queries.records_visible_to(world.kondo).exists()


def test_nothing_is_kept_on_the_gates_word_about_something_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    harmless = gate.examine(Extraction())
    monkeypatch.setattr(gate, "examine", lambda extraction: harmless)
    with pytest.raises(ValueError, match="something else"):
        world.keep(world.kimura, "名簿.txt", MY_NUMBER)
    assert not Record.objects.exists()


def test_places_in_two_sheets_with_long_names_stay_two_and_keep_their_cells(world: World) -> None:
    sheets = ["長い名前のシート" * 30 + end for end in ("甲", "乙")]
    rows = tuple(ReadPassage(f"{sheet}!A{line}:B{line}", "文", "row") for sheet in sheets for line in (1, 2))
    record = world.keep(world.kimura, "集計.ods", passages=rows).record
    kept = [each.locator for each in queries.passages_of(queries.get_revision(world.kimura, record.pk))]
    assert len(set(kept)) == 4
    assert [place.rpartition("!")[2] for place in kept] == ["A1:B1", "A2:B2"] * 2
    assert all(len(place) <= 200 for place in kept)
    assert len({place.rpartition("!")[0] for place in kept}) == 2
