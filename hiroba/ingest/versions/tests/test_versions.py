from __future__ import annotations

import pytest

from hiroba.archive.actions import withdraw_record
from hiroba.archive.models import Link, Record
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.changes.readers import follow
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.versions import finding
from hiroba.ingest.versions.actions import accept_pair, refuse_pair, undo_decision
from hiroba.ingest.versions.finding import VersionsReader, forget_everything
from hiroba.ingest.versions.models import Pair, PairState, Signature
from hiroba.ingest.versions.queries import find_newest, offers_waiting_for, pairs_visible_to
from tests.world import World

LINES = [
    f"第{n} 公園の遊具は月に一度、担当の者が見て回り、傷みがあれば使用を止めて直す。{what}については別に定める。"
    for n, what in enumerate(("ぶらんこ", "すべり台", "砂場", "鉄棒", "ベンチ", "水飲み場"), start=1)
]
SECTION = frozenset({of_unit("0702")})


def read_all() -> None:
    while follow(VersionsReader()):
        pass


def two_versions(world: World, to: str | frozenset[str] = "everyone") -> tuple[Record, Record]:
    older = world.keep(world.kondo, "点検の手引_案1.docx", *LINES, to=to).record
    newer = world.keep(world.kondo, "点検の手引_案2.docx", *LINES[:-1], "砂場は週に一度とする。", to=to).record
    read_all()
    return older, newer


def test_a_later_version_is_offered_and_nothing_is_linked_before_a_person_says_so(world: World) -> None:
    older, newer = two_versions(world)
    pair = Pair.objects.get()
    assert (pair.older_id, pair.newer_id, pair.kind, pair.state) == (older.pk, newer.pk, "version", PairState.OFFERED)
    assert find_newest(world.kondo, older) is None
    accept_pair(world.kondo, pair.pk)
    assert find_newest(world.kimura, older) == newer
    assert find_newest(world.kimura, newer) is None


def test_the_same_content_in_two_forms_is_linked_by_itself_and_can_be_parted(world: World) -> None:
    world.keep(world.kondo, "点検の手引.docx", *LINES)
    world.keep(world.kondo, "手引の印刷.pdf", "\n".join(LINES).replace("、", "、\n"))
    read_all()
    pair = Pair.objects.get()
    assert (pair.kind, pair.state) == ("format", PairState.LINKED)
    assert Link.objects.filter(kind="same_content").count() == 1
    refuse_pair(world.kondo, pair.pk)
    assert not Link.objects.exists()
    undo_decision(world.kondo, pair.pk)
    assert Link.objects.filter(kind="same_content").count() == 1


def test_a_chain_of_versions_leads_to_the_last_and_each_step_can_be_undone(world: World) -> None:
    older, newer = two_versions(world)
    last = world.keep(world.kondo, "点検の手引_最終.docx", *LINES, "鉄棒を加えた。").record
    read_all()
    for pair in Pair.objects.filter(older=newer) | Pair.objects.filter(older=older, newer=newer):
        accept_pair(world.kondo, pair.pk)
    assert find_newest(world.kondo, older) == last
    assert offers_waiting_for(world.kondo) == []  # that the first and the last belong together is said already
    undo_decision(world.kondo, Pair.objects.get(older=newer, newer=last).pk)
    assert find_newest(world.kondo, older) == newer


def test_a_version_somebody_may_not_read_is_not_there_for_them(world: World) -> None:
    older, newer = two_versions(world)
    accept_pair(world.kondo, Pair.objects.get().pk)
    hidden = world.keep(world.kondo, "点検の手引_最終.docx", *LINES, "内輪の話。", to=SECTION).record
    read_all()
    accept_pair(world.kondo, Pair.objects.get(older=newer, newer=hidden).pk)
    assert find_newest(world.kondo, older) == hidden
    assert find_newest(world.kimura, older) == newer
    assert [row.other for row in pairs_visible_to(world.kimura, newer)] == [older]
    with pytest.raises(Refusal, match="ACCESS-01"):
        refuse_pair(world.kimura, Pair.objects.get(newer=hidden, older=newer).pk)


def test_only_who_may_change_one_of_them_decides(world: World) -> None:
    two_versions(world)
    with pytest.raises(Refusal, match="ACCESS-02"):
        accept_pair(world.kimura, Pair.objects.get().pk)
    assert [row.may_decide for row in pairs_visible_to(world.kimura, Record.objects.first())] == [False]  # type: ignore[arg-type]
    assert offers_waiting_for(world.kimura) == []
    assert offers_waiting_for(world.kondo) == [Pair.objects.get()]


def test_what_a_person_refused_is_not_offered_again_even_after_everything_is_rebuilt(world: World) -> None:
    two_versions(world)
    refuse_pair(world.kondo, Pair.objects.get().pk)
    forget_everything()
    assert not Signature.objects.exists()
    read_all()
    assert [pair.state for pair in Pair.objects.all()] == [PairState.REFUSED]
    assert Signature.objects.count() == 2


def test_a_new_content_takes_back_what_was_found_of_the_old(world: World) -> None:
    world.keep(world.kondo, "点検の手引.docx", *LINES)
    world.keep(world.kondo, "手引の印刷.pdf", *LINES)
    read_all()
    assert Link.objects.count() == 1
    world.keep(
        world.kondo,
        "手引の印刷.pdf",
        *[f"{n}番目の話はまったく別のことで、保育園の入園の手続きを述べる。" for n in range(9)],
    )
    read_all()
    assert not Link.objects.exists()
    assert not Pair.objects.exists()


def test_what_is_withdrawn_is_compared_no_more(world: World) -> None:
    older, _ = two_versions(world)
    withdraw_record(world.kondo, older.pk)
    read_all()
    assert not Signature.objects.filter(record=older).exists()
    assert pairs_visible_to(world.kondo, Record.objects.get(title="点検の手引_案2")) == []


def test_the_same_changes_again_find_nothing_new(world: World) -> None:
    two_versions(world)
    finding.reset_cursor(finding.NAME)
    read_all()
    assert Pair.objects.count() == 1


def test_one_record_that_cannot_be_compared_stops_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = world.keep(world.kondo, "だめ.docx", *LINES).record
    compared = finding.paper_of

    def paper_of(record: Record) -> finding.Paper:
        if record.pk == first.pk:
            raise ValueError
        return compared(record)

    monkeypatch.setattr(finding, "paper_of", paper_of)
    two_versions(world)
    assert Pair.objects.count() == 1
