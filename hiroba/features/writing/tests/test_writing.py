"""Writing together: what was acknowledged is there, once, whoever else wrote, and only for those who may."""

from __future__ import annotations

import pytest

from hiroba.archive.models import Record
from hiroba.archive.queries import records_visible_to
from hiroba.features.writing import actions, posting, queries
from hiroba.features.writing.actions import Typed
from hiroba.features.writing.blocks import TITLE
from hiroba.features.writing.models import Block, Draft
from hiroba.features.writing.pictures import receive_picture
from hiroba.features.writing.reach import find_reach, render_fragments
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.changes.models import Change
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item, ItemState
from tests.world import World


def begun(world: World, *texts: str, title: str = "一時保育の受付") -> Draft:
    draft = actions.start_draft(world.kimura, title, [(text, "") for text in texts])
    return actions.share_draft(world.kimura, draft.pk, frozenset({of_unit("0402")}))


def texts(draft: Draft) -> list[str]:
    return [block.text for block in queries.blocks_of(draft) if block.key != TITLE]


def first(draft: Draft) -> Block:
    return next(block for block in queries.blocks_of(draft) if block.key != TITLE)


_numbers = iter(range(10_000))


def typed(block: Block | str, base: str, text: str, **more: object) -> Typed:
    key = block if isinstance(block, str) else block.key
    return Typed(f"save-{next(_numbers)}", key, base, text, **more)  # type: ignore[arg-type]  # the names of Typed


def post(person: Person, draft: Draft, to: frozenset[str] = frozenset({EVERYONE}), reason: str = "") -> Record:
    return posting.post_draft(person, draft.pk, posting.Posting(to, reason)).record


def test_two_who_type_in_different_blocks_and_in_the_same_one_lose_nothing(world: World) -> None:
    draft = begun(world, "一。二。三。", "別の文。")
    one, other = (block for block in queries.blocks_of(draft) if block.key != TITLE)
    actions.save_block(world.kimura, draft.pk, typed(one, "一。二。三。", "一。木村。二。三。"))
    actions.save_block(world.sato, draft.pk, typed(one, "一。二。三。", "一。二。三。佐藤。"))
    actions.save_block(world.sato, draft.pk, typed(other, "別の文。", "別の文。つづき。"))
    assert texts(draft) == ["一。木村。二。三。佐藤。", "別の文。つづき。"]


def test_the_same_sentence_changed_by_two_is_there_twice_and_marked_until_somebody_looked(world: World) -> None:
    draft = begun(world, "受付は三百件。")
    block = first(draft)
    actions.save_block(world.kimura, draft.pk, typed(block, "受付は三百件。", "受付は四百件。"))
    saved = actions.save_block(world.sato, draft.pk, typed(block, "受付は三百件。", "受付は三百五件。"))
    assert saved.text == "受付は四百件。\n受付は三百五件。"
    assert saved.is_split
    assert not actions.settle_block(world.sato, draft.pk, block.key).is_split


def test_a_save_that_is_sent_again_is_made_once(world: World) -> None:
    draft = begun(world, "一。")
    block = first(draft)
    save = typed(block, "一。", "一。二。")
    actions.save_block(world.kimura, draft.pk, save)
    actions.save_block(world.sato, draft.pk, typed(block, "一。二。", "一。二。三。"))
    again = actions.save_block(world.kimura, draft.pk, save)
    assert again.text == "一。二。三。"
    new = typed("new-block", "", "新しい文。", after=block.key)
    actions.save_block(world.kimura, draft.pk, new)
    actions.save_block(world.kimura, draft.pk, new)
    assert texts(draft) == ["一。二。三。", "新しい文。"]


def test_new_blocks_stand_where_they_were_put_however_often(world: World) -> None:
    draft = begun(world, "頭。", "尾。")
    top = first(draft)
    for number in range(60):  # more than there is room for between two places
        actions.save_block(world.kimura, draft.pk, typed(f"k{number}", "", f"{number}。", after=top.key))
    assert texts(draft) == ["頭。", *(f"{number}。" for number in reversed(range(60))), "尾。"]


def test_a_block_goes_only_when_nobody_wrote_into_it(world: World) -> None:
    draft = begun(world, "一。", "二。")
    one, two = (block for block in queries.blocks_of(draft) if block.key != TITLE)
    actions.save_block(world.sato, draft.pk, typed(one, "一。", "一。佐藤。"))
    actions.save_block(world.kimura, draft.pk, typed(one, "一。", "", is_gone=True))
    actions.save_block(world.kimura, draft.pk, typed(two, "二。", "", is_gone=True))
    assert texts(draft) == ["一。佐藤。"]
    actions.save_block(world.sato, draft.pk, typed(two, "二。", "二。あとから届いた。"))
    assert texts(draft) == ["一。佐藤。", "二。あとから届いた。"]


def test_others_pages_hear_of_a_save_and_fetch_what_changed(world: World) -> None:
    draft = begun(world, "一。", "二。")
    seen = queries.changes_since(world.sato, draft.pk, 0)
    assert len(seen["blocks"]) == 3  # type: ignore[arg-type]  # a list of rows
    actions.save_block(world.kimura, draft.pk, typed(first(draft), "一。", "一。**三**。"))
    found = queries.changes_since(world.sato, draft.pk, int(str(seen["version"])))
    (row,) = found["blocks"]  # type: ignore[misc]  # a list of rows
    assert (row["text"], row["by"]) == ("一。**三**。", "木村 直美")
    assert "<strong>三</strong>" in row["html"]
    assert found["typing"] == {row["key"]: "木村 直美"}
    assert queries.changes_since(world.kimura, draft.pk, 0)["typing"] == {}
    change = Change.objects.filter(kind="draft.revised").latest("pk")
    (reach,) = find_reach([change]).values()
    assert reach.now == {of_unit("0402"), of_person(world.kimura.pk)}
    (fragment,) = render_fragments([change]).values()
    assert (fragment.place, fragment.data) == (f"draft-{draft.pk}", '{"kind": "draft.revised"}')


def test_a_draft_is_its_writers_alone_until_shared_and_again_when_narrowed(world: World) -> None:
    draft = actions.start_draft(world.kimura, "まだ言えないこと", [("秘密の文。", "")])
    for person in (world.sato, world.kondo):
        with pytest.raises(Refusal, match="ACCESS-01"):
            queries.get_draft(person, draft.pk)
        with pytest.raises(Refusal, match="ACCESS-01"):
            actions.save_block(person, draft.pk, typed(first(draft), "", "割りこみ"))
    actions.share_draft(world.kimura, draft.pk, frozenset({of_unit("0402")}))
    actions.save_block(world.sato, draft.pk, typed(first(draft), "秘密の文。", "秘密の文。佐藤。"))
    with pytest.raises(Refusal, match="ACCESS-02"):
        actions.share_draft(world.sato, draft.pk, frozenset({EVERYONE}))
    actions.share_draft(world.kimura, draft.pk, frozenset({of_person(world.kimura.pk)}))
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.changes_since(world.sato, draft.pk, 0)


def test_a_my_number_is_not_kept_in_a_draft(world: World) -> None:
    draft = begun(world, "一。")
    with pytest.raises(Refusal, match="GATE-01"):
        actions.save_block(world.kimura, draft.pk, typed(first(draft), "一。", "個人番号 1234 5678 9018"))
    assert texts(draft) == ["一。"]
    assert not Block.objects.filter(text__contains="1234").exists()


def test_what_is_personal_is_written_inside_the_section_and_not_shown_to_others(world: World) -> None:
    personal = "申請者 山田太郎 昭和51年3月4日生 電話 090-1234-5678"
    draft = begun(world, "一。")
    actions.save_block(world.sato, draft.pk, typed(first(draft), "一。", personal))
    with pytest.raises(Refusal, match="WRITE-08"):
        actions.share_draft(world.kimura, draft.pk, frozenset({EVERYONE}))
    actions.save_block(world.sato, draft.pk, typed(first(draft), personal, "一。"))
    actions.share_draft(world.kimura, draft.pk, frozenset({EVERYONE}))
    with pytest.raises(Refusal, match="WRITE-08"):
        actions.save_block(world.kondo, draft.pk, typed(first(draft), "一。", personal))
    assert texts(draft) == ["一。"]


def test_those_who_type_and_those_who_read_see_the_pictures(world: World) -> None:
    alone = frozenset({of_person(world.kimura.pk)})
    picture = world.keep(world.kimura, "図.png", "図", to=alone).record
    draft = actions.start_draft(world.kimura, "配置", [(f"![図](/records/{picture.pk}/)", "")])
    actions.share_draft(world.kimura, draft.pk, frozenset({of_unit("0402")}))
    assert records_visible_to(world.sato).filter(pk=picture.pk).exists()
    assert not records_visible_to(world.kondo).filter(pk=picture.pk).exists()
    post(world.kimura, draft)
    assert records_visible_to(world.kondo).filter(pk=picture.pk).exists()


def test_a_picture_that_is_read_after_its_writer_left_is_put_where_it_waits(world: World) -> None:
    draft = begun(world, "本文。")
    item = receive_picture(world.kimura, draft.pk, "図.png", [b"png"])
    actions.save_block(
        world.kimura, draft.pk, typed(first(draft), "本文。", f"本文。\n![図](/pages/pictures/{item.pk}/)")
    )
    with pytest.raises(Refusal, match="WRITE-09"):
        post(world.kimura, draft)
    picture = world.keep(world.kimura, "図.png", "図", to="section").record
    Item.objects.filter(pk=item.pk).update(record=picture, state=ItemState.DONE)
    actions.settle_pictures(world.sato, draft.pk)
    assert texts(draft) == [f"本文。\n![図](/records/{picture.pk}/)"]
    other = begun(world, f"![よその絵](/pages/pictures/{item.pk}/)")
    actions.settle_pictures(world.kimura, other.pk)
    assert texts(other) == [f"![よその絵](/pages/pictures/{item.pk}/)"]


def test_a_text_typed_without_scripts_is_merged_too(world: World) -> None:
    draft = begun(world, "## 目的", "一。", "二。")
    base = "## 目的\n\n一。\n\n二。"
    (block,) = (block for block in queries.blocks_of(draft) if block.text == "二。")
    actions.save_block(world.sato, draft.pk, typed(block, "二。", "二。佐藤。"))
    keys = {block.text: block.key for block in queries.blocks_of(draft)}
    actions.save_whole(world.kimura, draft.pk, "新しい題名", base, "## 目的\r\n\r\n一。木村。\r\n\r\n二。\r\n\r\n三。")
    assert texts(draft) == ["## 目的", "一。木村。", "二。佐藤。", "三。"]
    assert {block.text: block.key for block in queries.blocks_of(draft)}["二。佐藤。"] == keys["二。佐藤。"]
    assert queries.get_draft(world.kimura, draft.pk).title == "新しい題名"


def test_a_posted_page_is_a_record_with_passages_and_each_posting_a_revision(world: World) -> None:
    draft = begun(
        world, "## 受付の件数", "先月は**三百件**でした。", "| 窓口 | 件 |\n|---|---|\n| 東 | 12 |", "- 電話\n- 訪問"
    )
    record = post(world.kimura, draft)
    assert record.current is not None
    found = [(each.locator, each.kind, each.text) for each in record.current.passages.order_by("ordinal")]
    assert found == [
        ("line=1", "heading", "一時保育の受付"),
        ("line=3", "heading", "受付の件数"),
        ("line=5", "paragraph", "先月は三百件でした。"),
        ("line=7", "row", "窓口 | 件"),
        ("line=9", "row", "東 | 12"),
        ("line=11", "paragraph", "電話"),
        ("line=12", "paragraph", "訪問"),
    ]
    assert records_visible_to(world.kondo).filter(pk=record.pk).exists()
    actions.save_block(world.sato, draft.pk, typed(first(draft), "## 受付の件数", "## 受付と相談の件数"))
    assert queries.get_draft(world.sato, draft.pk).has_unposted
    again = post(world.sato, draft)
    assert again.pk == record.pk
    assert [each.number for each in again.revisions.order_by("number")] == [1, 2]


def test_posting_opens_the_draft_to_the_section_and_forgets_what_was_tried_before(world: World) -> None:
    draft = actions.start_draft(world.kimura, "題名", [("はじめの、見せたくない言い方。", "")])
    actions.save_block(world.kimura, draft.pk, typed(first(draft), "はじめの、見せたくない言い方。", "よい言い方。"))
    post(world.kimura, draft)
    opened = queries.get_draft(world.nakagawa, draft.pk)
    assert queries.history_of(opened) == []
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.get_draft(world.kondo, draft.pk)


def test_a_page_is_posted_for_those_it_is_meant_for_and_a_narrow_choice_says_why(world: World) -> None:
    draft = begun(world, "本文。")
    alone = frozenset({of_person(world.kimura.pk)})
    with pytest.raises(Refusal, match="ACCESS-03"):
        post(world.kimura, draft, alone)
    with pytest.raises(Refusal, match="ACCESS-02"):
        post(world.sato, draft)
    record = post(world.kimura, draft, frozenset({of_unit("0402")}))
    assert not records_visible_to(world.kondo).filter(pk=record.pk).exists()


def test_what_is_personal_stays_inside_the_section_and_an_empty_page_is_not_posted(world: World) -> None:
    with pytest.raises(Refusal, match="WRITE-03"):
        post(world.kimura, begun(world, ""))
    record = post(world.kimura, begun(world, "申請者 山田太郎 昭和51年3月4日生 電話 090-1234-5678"))
    assert record.gate_code == "GATE-02"
    assert not records_visible_to(world.kondo).filter(pk=record.pk).exists()


def test_pages_stand_in_a_tree_of_what_the_reader_may_see(world: World) -> None:
    above = post(world.kimura, begun(world, "上。", title="手引き"), frozenset({of_unit("0402")}))
    draft = actions.start_draft(world.kimura, "受付の手順", [("下。", "")], above)
    below = post(world.kimura, draft)
    (shelf,) = queries.page_tree_visible_to(world.sato)
    assert [(node.record.pk, [each.record.pk for each in node.below]) for node in shelf.nodes] == [
        (above.pk, [below.pk])
    ]
    (outside,) = queries.page_tree_visible_to(world.kondo)
    assert [(node.record.pk, node.below) for node in outside.nodes] == [(below.pk, [])]
    with pytest.raises(Refusal, match="WRITE-05"):
        posting.place_page(world.kimura, above.pk, "手引き", below)
    assert posting.place_page(world.kimura, below.pk, "受付の手引き", None).title == "受付の手引き"
    assert queries.parent_of(below) is None


def test_a_posted_page_cannot_be_thrown_away_and_a_draft_can(world: World) -> None:
    draft = begun(world, "本文。")
    post(world.kimura, draft)
    with pytest.raises(Refusal, match="WRITE-02"):
        actions.discard_draft(world.kimura, draft.pk)
    other = begun(world, "いらない。")
    actions.discard_draft(world.kimura, other.pk)
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.get_draft(world.kimura, other.pk)
