"""What the gate lets go of is there again as people had left it."""

from __future__ import annotations

import pytest

from hiroba.archive import corrections, gate
from hiroba.archive.arrivals import Arrival, keep_arrival
from hiroba.archive.models import Passage as Kept
from hiroba.extract.passages import Extraction, Passage
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_unit
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.releasing import held_revision, let_in
from tests.world import World

LINE, NUMBER = "page=1;box=10,10,80,9", "page=1;box=10,40,80,9"


def test_a_release_puts_corrections_back_and_other_personal_data_keep_it_inside(world: World) -> None:
    read = (Passage(LINE, "山田大郎 昭和50年3月3日生"), Passage(NUMBER, "見本 I234-5678-9018"))
    record = world.keep(world.kimura, "通知.tif", passages=read).record
    corrections.correct_line(world.kimura, record.pk, 1, LINE, read[0].text, "山田 太郎 昭和50年3月3日生")
    better = Extraction((read[0], Passage(NUMBER, "見本 1234-5678-9018")), extractor="test/2")
    record.refresh_from_db()
    assert record.current is not None
    arrival = Arrival(
        source="test",
        external_key="通知.tif",
        file_name="通知.tif",
        kind="image",
        title="通知",
        original=record.current.read_from,
        extraction=better,
        owner=world.kimura,
        principals=frozenset({EVERYONE}),
        dated_at=record.dated_at,
    )
    assert keep_arrival(arrival, gate.examine(better)).outcome == "held"
    assert not Kept.objects.exists()
    with pytest.raises(Refusal, match="ACCESS-01"):
        held_revision(world.sato, record.pk)
    released = let_in(world.kimura, held_revision(world.kimura, record.pk), better, "見本の番号です")
    assert released.current is not None
    said = list(released.current.passages.order_by("ordinal").values_list("text", flat=True))
    assert said == ["山田 太郎 昭和50年3月3日生", "見本 1234-5678-9018"]
    assert (released.gate_code, principals_in(released.audience_id)) == (gate.PERSONAL, frozenset({of_unit("0402")}))
