from __future__ import annotations

import pytest
from django.db import transaction

from hiroba.archive import actions, queries
from hiroba.archive.arrivals import link_records
from hiroba.archive.models import Record
from hiroba.archive.outside import follow_move
from hiroba.archive.reach import find_reach
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person
from hiroba.foundation.changes import log
from hiroba.foundation.changes.readers import changes_after
from hiroba.foundation.refusal import Refusal
from tests.world import World

SECTION = frozenset({"unit:0402"})
ALL = frozenset({EVERYONE})


def readers(world: World, record: Record) -> set[str]:
    return {
        login
        for login, person in world.people.items()
        if queries.records_visible_to(person).filter(pk=record.pk).exists()
    }


def test_a_colleague_of_the_section_opens_it_in_one_tap(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文", to="section").record
    assert readers(world, record) == {"kimura", "sato", "nakagawa"}
    actions.share_record(world.sato, record.pk, ALL)
    assert readers(world, record) == set(world.people)
    assert changes_after(0, 100)[-1].kind == "record.opened"


def test_narrowing_asks_for_a_reason_and_takes_effect_at_once(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    with pytest.raises(Refusal, match="ACCESS-03"):
        actions.share_record(world.kimura, record.pk, SECTION, "  ")
    assert readers(world, record) == set(world.people)
    actions.share_record(world.kimura, record.pk, SECTION, "契約前のため")
    assert readers(world, record) == {"kimura", "sato", "nakagawa"}


def test_somebody_of_another_section_may_read_but_not_change(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    for act in (
        lambda: actions.withdraw_record(world.kondo, record.pk),
        lambda: actions.share_record(world.kondo, record.pk, SECTION, "理由"),
    ):
        with pytest.raises(Refusal, match="ACCESS-02"):
            act()


def test_what_is_hidden_answers_like_what_does_not_exist(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文", to="section").record
    for record_id in (record.pk, 999_999):
        with pytest.raises(Refusal, match="ACCESS-01"):
            actions.withdraw_record(world.kondo, record_id)
        with pytest.raises(Refusal, match="ACCESS-01"):
            queries.get_record(world.kondo, record_id)


def test_an_owner_who_moved_away_no_longer_reads_what_their_old_section_keeps(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文", to="section").record
    world.kimura.posts.update(unit=world.units["0702"])
    assert not queries.records_visible_to(world.kimura).exists()
    with pytest.raises(Refusal, match="ACCESS-01"):
        actions.withdraw_record(world.kimura, record.pk)


def test_a_withdrawal_leaves_a_tombstone_and_can_be_undone_by_its_owner(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    actions.withdraw_record(world.kimura, record.pk)
    assert readers(world, record) == set()
    assert queries.records_withdrawn_by(world.kimura).count() == 1
    assert world.keep(world.kimura, "報告.docx", "新しい文").outcome == "withdrawn"
    with pytest.raises(Refusal, match="ACCESS-01"):
        actions.restore_record(world.sato, record.pk)
    actions.restore_record(world.kimura, record.pk)
    assert readers(world, record) == set(world.people)


def carrying(world: World) -> tuple[Record, Record, Record]:
    """A mail with a file, and an archive in that with another."""
    mail, packed, inner = (world.keep(world.kimura, name, "文").record for name in ("a.eml", "b.zip", "c.txt"))
    link_records("attachment", mail, packed)
    link_records("attachment", packed, inner)
    return mail, packed, inner


def test_what_was_taken_back_with_a_mail_comes_back_with_it(world: World) -> None:
    mail, packed, inner = carrying(world)
    actions.withdraw_record(world.kimura, mail.pk)
    assert readers(world, inner) == set()
    actions.restore_record(world.kimura, mail.pk)
    assert [readers(world, each) for each in (mail, packed, inner)] == [set(world.people)] * 3
    assert [change.kind for change in changes_after(0, 100)[-3:]] == ["record.restored"] * 3


def test_what_was_taken_back_by_itself_stays_so_when_its_mail_comes_back(world: World) -> None:
    mail, packed, inner = carrying(world)
    actions.withdraw_record(world.kimura, inner.pk)
    actions.withdraw_record(world.kimura, mail.pk)
    actions.restore_record(world.kimura, mail.pk)
    assert (readers(world, packed), readers(world, inner)) == (set(world.people), set())


def test_only_who_may_read_the_carrier_learns_of_it(world: World) -> None:
    mail, packed, _ = carrying(world)
    assert list(queries.carriers_visible_to(world.people["yamamoto"], packed)) == [mail]
    Record.objects.filter(pk=mail.pk).update(audience=find_or_add_audience(SECTION))
    assert not queries.carriers_visible_to(world.people["yamamoto"], packed)
    assert list(queries.carriers_visible_to(world.sato, packed)) == [mail]


def test_what_the_gate_keeps_inside_opens_only_with_a_reason(world: World) -> None:
    record = world.keep(world.kimura, "口座.txt", "みずき銀行 中央支店 普通 1234567 山田 太郎").record
    with pytest.raises(Refusal, match="GATE-02"):
        actions.share_record(world.kimura, record.pk, ALL)
    actions.share_record(world.kimura, record.pk, ALL, "見本の口座です")
    assert "kondo" in readers(world, record)


def test_opening_a_folder_leaves_what_the_gate_kept_and_what_is_not_ours(world: World) -> None:
    plain = world.keep(world.kimura, "a.txt", "ふつうの文", to="section").record
    kept = world.keep(world.kimura, "b.txt", "みずき銀行 中央支店 普通 1234567 山田 太郎").record
    Record.objects.update(folder="共有/令和8年度")
    assert actions.open_folder(world.sato, "共有") == (1, 1)
    assert principals_in(Record.objects.get(pk=plain.pk).audience_id) == ALL
    assert principals_in(Record.objects.get(pk=kept.pk).audience_id) == SECTION


def test_the_stream_tells_nobody_that_a_record_was_linked_with_one_they_may_not_read(world: World) -> None:
    record = world.keep(world.kimura, "計画.txt", "ふつうの行").record
    for kind, is_told in (("record.linked", False), ("record.unlinked", False), ("record.revised", True)):
        with transaction.atomic():
            log.record(kind, "record", record.pk, None)
        (change,) = [each for each in changes_after(0, 100) if each.kind == kind]
        assert bool(find_reach([change])[change.seq or 0].now) is is_told


def test_a_personal_number_in_a_name_given_outside_is_not_written_down(world: World) -> None:
    record = world.keep(world.kimura, "届.txt", "ふつうの行").record
    assert follow_move("test", "届.txt", "個人番号", "個人番号123456789018.txt")
    record.refresh_from_db()
    assert (record.title, record.file_name) == ("個人番号●●●●●●●●●●●●", "個人番号●●●●●●●●●●●●.txt")


def test_a_record_for_one_person_is_read_by_nobody_else(world: World) -> None:
    record = world.keep(world.kimura, "覚え書き.txt", "文", to=frozenset({of_person(world.kimura.pk)})).record
    assert readers(world, record) == {"kimura"}
