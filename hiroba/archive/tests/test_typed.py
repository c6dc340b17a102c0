"""What is typed into a record, and the names it gets outside, pass the gate as what is read of a file does."""

from __future__ import annotations

import pytest

from hiroba.archive import actions, gate
from hiroba.archive.models import Record
from hiroba.archive.outside import follow_move
from hiroba.archive.typed import take_typed
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_unit
from hiroba.foundation.changes.models import Change
from hiroba.foundation.refusal import Refusal
from tests.world import World

SECTION = frozenset({of_unit("0402")})


def kept(world: World) -> Record:
    return world.keep(world.kimura, "届.pdf", "届がありました。").record


def test_a_number_parted_over_neighbouring_fields_is_refused_and_nothing_changes(world: World) -> None:
    record = kept(world)
    for said in (
        {"氏名": "山田太郎", "番号1": "1234", "番号2": "5678", "番号3": "9018"},
        {"個人番号": "123456", "(続き)": "789018"},
        dict(zip("あいうえおかきくけこさし", "123456789018", strict=True)),
        {"番号": "１２３４", "空の欄": "", "番号(中)": "５６７８", "番号(下)": "９０１８"},
    ):
        with pytest.raises(Refusal, match="GATE-01"):
            take_typed(world.kimura, record, said)
    record.refresh_from_db()
    assert (record.gate_code, principals_in(record.audience_id)) == ("", frozenset({EVERYONE}))


def test_neighbouring_fields_of_other_numbers_pass() -> None:
    for fields in (
        [("電話1", "1234"), ("電話2", "5678"), ("電話3", "9018")],
        [("金額", "1234"), ("数量", "5678"), ("単価", "9017")],
        [("件数", "123456"), ("人数", "789018")],
        [("個人番号", "1234"), ("続柄", "子"), ("階", "5678"), ("室", "9018")],
        [(f"問{number}", digit) for number, digit in enumerate("423111111152", start=1)],
    ):
        assert gate.numbers_in_fields(fields) == [], fields


def test_answers_that_name_a_citizen_with_an_address_keep_the_record_inside(world: World) -> None:
    record = kept(world)
    take_typed(world.kimura, record, {"氏名": "山田 太郎", "住所": "みらい区中央一丁目2-3"})
    record.refresh_from_db()
    assert (record.gate_code, principals_in(record.audience_id)) == (gate.PERSONAL, SECTION)
    assert record.current is not None
    assert record.current.gate_code == gate.PERSONAL
    assert Change.objects.filter(kind="record.narrowed", subject_id=record.pk, actor_id=world.kimura.pk).exists()


def test_a_file_renamed_after_a_citizen_on_its_share_stays_inside_until_somebody_opens_it(world: World) -> None:
    record = kept(world)
    name = "山田 太郎 様 昭和50年3月3日生.pdf"
    assert follow_move("test", record.external_key, "共有/相談", name)
    record.refresh_from_db()
    assert (record.gate_code, principals_in(record.audience_id)) == (gate.PERSONAL, SECTION)
    assert record.waits_for_a_look
    actions.share_record(world.kimura, record.pk, frozenset({EVERYONE}), "ご本人の希望")
    assert follow_move("test", record.external_key, "共有/相談/済", name)
    record.refresh_from_db()
    assert EVERYONE in principals_in(record.audience_id)
