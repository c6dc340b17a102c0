"""What is asked of others beside a message: only who was asked is counted, and both sides learn."""

from __future__ import annotations

import pytest
from django.test import Client

from hiroba.features.conversation import errands, keeping, queries
from hiroba.features.conversation.actions import Words, delete_message, reply, revise_message, speak
from hiroba.features.conversation.asking import answer_question, ask_question, open_questions_in, reopen_question
from hiroba.features.conversation.channels import Plan, found_channel, join_channel, share_channel
from hiroba.features.conversation.confirming import (
    ask_confirmation,
    find_confirmation,
    judge_receipt,
    see_correction,
    withdraw_confirmation,
    write_receipt,
)
from hiroba.features.conversation.models import Channel, ChannelKind, Confirmation, Message, Receipt
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.changes.readers import changes_after, latest_seq
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.errands import errands_of
from tests.world import World


@pytest.fixture
def field(world: World) -> Channel:
    return found_channel(world.sato, Plan("保育の現場から", "園と窓口で起きていること", ChannelKind.OPEN))


@pytest.fixture
def asking(world: World, field: Channel) -> Message:
    return speak(world.sato, field.pk, Words("@木村 直美 さんと @近藤 学 さん、28日までに件数を入れてください。"))


def refused(code: str) -> object:
    return pytest.raises(Refusal, match=code)


def waits(person: Person) -> dict[str, int]:
    return {each.title: each.count for each in errands_of(person)}


def page(world: World, login: str, path: str) -> str:
    client = Client()
    client.force_login(world.people[login])
    return client.get(path, follow=True).content.decode()


def test_an_asked_reader_writes_one_line_the_sender_corrects_it_and_both_learn(world: World, asking: Message) -> None:
    ask_confirmation(world.sato, asking.pk)
    assert waits(world.kimura)["受け取り確認"] == 1
    receipt = write_receipt(world.kimura, asking.pk, "28日に集まる")
    assert "受け取り確認" not in waits(world.kimura)
    assert waits(world.sato)["届いた受け取り"] == 1
    judge_receipt(world.sato, receipt.pk, "集まらず、件数だけ入れてください")
    assert "届いた受け取り" not in waits(world.sato)
    assert waits(world.kimura)["受け取り確認"] == 1
    assert "集まらず、件数だけ" in page(world, "kimura", f"/messages/{asking.pk}/confirmation/")
    see_correction(world.kimura, asking.pk)
    assert "受け取り確認" not in waits(world.kimura)
    write_receipt(world.kimura, asking.pk, "28日までに件数を入れる")
    judge_receipt(world.sato, receipt.pk)
    with refused("TALK-16"):
        write_receipt(world.kimura, asking.pk, "やっぱりちがう")


def test_lines_are_shown_to_sender_and_writer_and_everybody_else_sees_a_count(world: World, asking: Message) -> None:
    ask_confirmation(world.sato, asking.pk)
    write_receipt(world.kimura, asking.pk, "件数だけ入れる")
    path = f"/messages/{asking.pk}/confirmation/"
    assert "件数だけ入れる" in page(world, "sato", path)
    for login in ("kondo", "ogawa", "endo"):  # asked too, not asked, administrator
        assert "件数だけ入れる" not in page(world, login, path)
        assert "1人が書きました" in page(world, login, path)
    assert "受け取り確認 2人中1人" in page(world, "ogawa", f"/threads/{asking.thread_id}/")
    seen = find_confirmation(world.ogawa, queries.get_message(world.ogawa, asking.pk))
    assert seen is not None
    assert (seen.receipts, seen.own) == ((), None)


def test_nobody_is_counted_who_only_read(world: World, asking: Message) -> None:
    page(world, "kimura", f"/threads/{asking.thread_id}/")
    page(world, "kondo", f"/threads/{asking.thread_id}/")
    assert not Confirmation.objects.exists()
    assert not Receipt.objects.exists()
    shown = page(world, "sato", f"/threads/{asking.thread_id}/")
    assert "受け取り確認 " not in shown
    ask_confirmation(world.sato, asking.pk)
    assert set(Receipt.objects.values_list("written_at", flat=True)) == {None}


def test_without_names_those_who_take_part_are_asked_and_never_who_may_not_read(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("様式が変わりました"))
    with refused("TALK-13"):
        ask_confirmation(world.sato, message.pk)
    join_channel(world.kimura, field.pk)
    join_channel(world.kondo, field.pk)
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk), of_person(world.kimura.pk)}), "人事")
    asked = ask_confirmation(world.sato, message.pk)
    assert [each.person.login for each in asked.receipts.all()] == ["kimura"]
    assert ask_confirmation(world.sato, message.pk).pk == asked.pk
    with refused("ACCESS-02"):
        ask_confirmation(world.kimura, message.pk)


def test_a_unit_that_is_called_is_everybody_in_it(world: World, field: Channel) -> None:
    message = speak(world.kondo, field.pk, Words("@入園係 のみなさん、様式が変わりました"))
    asked = ask_confirmation(world.kondo, message.pk)
    assert {each.person.login for each in asked.receipts.all()} == {"kimura", "sato"}


def test_who_can_no_longer_read_is_not_reminded_and_cannot_write(world: World, field: Channel, asking: Message) -> None:
    ask_confirmation(world.sato, asking.pk)
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk)}), "人事の話")
    assert waits(world.kimura) == {}
    with refused("ACCESS-01"):
        write_receipt(world.kimura, asking.pk, "見えないはず")


def test_what_is_not_asked_is_not_taken(world: World, asking: Message) -> None:
    with refused("TALK-15"):
        write_receipt(world.kimura, asking.pk, "頼まれていません")
    ask_confirmation(world.sato, asking.pk)
    for words, code in (("  ", "TALK-01"), ("あ" * 501, "TALK-16"), ("個人番号は 1234 5678 9018", "GATE-01")):
        with refused(code):
            write_receipt(world.kimura, asking.pk, words)
    receipt = Receipt.objects.get(person=world.kimura)
    with refused("TALK-15"):
        judge_receipt(world.sato, receipt.pk)
    with refused("ACCESS-01"):
        judge_receipt(world.kondo, receipt.pk)
    delete_message(world.sato, asking.pk)
    assert waits(world.kimura) == {}
    with refused("TALK-15"):
        write_receipt(world.kimura, asking.pk, "消えました")
    assert not Receipt.objects.exists()


def test_a_line_written_before_the_message_changed_says_so_and_asking_can_end(world: World, asking: Message) -> None:
    ask_confirmation(world.sato, asking.pk)
    write_receipt(world.kimura, asking.pk, "28日まで")
    revise_message(world.sato, asking.pk, Words("@木村 直美 さん、27日までに件数を入れてください。"))
    assert "書き直される前" in page(world, "sato", f"/messages/{asking.pk}/confirmation/")
    withdraw_confirmation(world.sato, asking.pk)
    assert "受け取り確認 " not in page(world, "ogawa", f"/threads/{asking.thread_id}/")
    assert not Receipt.objects.exists()


def test_pages_learn_of_it_by_the_stream_without_who_wrote_what(world: World, asking: Message) -> None:
    before = latest_seq()
    ask_confirmation(world.sato, asking.pk)
    write_receipt(world.kimura, asking.pk, "件数を入れる")
    assert [change.kind for change in changes_after(before, 10)] == ["message.marked", "message.marked"]
    [shown] = queries.show_messages([queries.get_message(world.ogawa, asking.pk)])
    assert shown.marks is not None
    assert (shown.marks.asked, shown.marks.written) == (2, 1)


def test_a_question_stands_with_its_owner_until_the_answer_is_named(world: World, field: Channel) -> None:
    message = speak(world.kondo, field.pk, Words("記入例はどこにありますか。"))
    ask_question(world.kondo, message.pk, "入園係")
    assert waits(world.kimura)["おたずね"] == 1
    assert "おたずね" not in waits(world.ogawa)
    assert [each.message_id for each in open_questions_in(world.ogawa, field)] == [message.pk]
    assert "答えを待っています" in page(world, "ogawa", f"/channels/{field.pk}/")
    answer = reply(world.kimura, message.thread_id, Words("入園係の棚の2段目です。"))
    with refused("ACCESS-02"):
        answer_question(world.ogawa, message.pk, answer.pk)
    answer_question(world.kimura, message.pk, answer.pk)
    assert waits(world.kimura).get("おたずね") is None
    shown = page(world, "ogawa", f"/threads/{message.thread_id}/")
    assert "答え済み" in shown
    assert f"?at={answer.pk}#message-{answer.pk}" in shown
    assert open_questions_in(world.ogawa, field) == []
    reopen_question(world.kondo, message.pk)
    assert waits(world.kimura)["おたずね"] == 1


def test_a_question_is_asked_of_nobody_who_cannot_read_it(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("だれか知りませんか"))
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk), of_person(world.kimura.pk)}), "人事の話")
    for owner in ("近藤 学", "公園課", "だれでもない人", ""):
        with refused("TALK-17"):
            ask_question(world.sato, message.pk, owner)
    assert ask_question(world.sato, message.pk, "@kimura").owner_name == "木村 直美"
    with refused("ACCESS-02"):
        ask_question(world.kimura, message.pk, "sato")


def test_an_answer_is_of_the_same_thread_and_goes_with_its_message(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("だれか知りませんか"))
    ask_question(world.sato, message.pk, "kimura")
    other = speak(world.kimura, field.pk, Words("別の話"))
    with refused("ACCESS-01"):
        answer_question(world.sato, message.pk, other.pk)
    answer = reply(world.kimura, message.thread_id, Words("知っています"))
    answer_question(world.sato, message.pk, answer.pk)
    delete_message(world.kimura, answer.pk)
    assert waits(world.kimura)["おたずね"] == 1  # open again
    delete_message(world.sato, message.pk)
    assert waits(world.kimura) == {}
    assert open_questions_in(world.kimura, field) == []


def test_asking_in_the_act_of_sending_asks_once_and_sends_nothing_that_cannot_be_asked(
    world: World, field: Channel
) -> None:
    client = Client()
    client.force_login(world.sato)
    sent = {"body": "@kimura さん、お願いします", "receipt": "on", "owner": "近藤 学", "key": "k1"}
    for _ in range(2):
        assert client.post(f"/channels/{field.pk}/messages/", sent).status_code == 302
    assert Message.objects.count() == Confirmation.objects.count() == 1
    assert waits(world.kondo)["おたずね"] == 1
    lost = client.post(f"/channels/{field.pk}/messages/", {"body": "これは", "owner": "いない人", "key": "k2"})
    assert lost.status_code == 400
    assert "これは" in lost.content.decode()
    assert Message.objects.count() == 1


def test_pinned_messages_stand_at_the_side_for_everybody_and_only_who_takes_part_pins(
    world: World, field: Channel
) -> None:
    message = speak(world.sato, field.pk, Words("記入例はここです"))
    with refused("ACCESS-02"):
        keeping.pin_message(world.kondo, message.pk)
    keeping.pin_message(world.sato, message.pk)
    assert "留めた話" in page(world, "ogawa", f"/channels/{field.pk}/")
    for number in range(keeping.MOST_PINNED - 1):
        keeping.pin_message(world.sato, speak(world.sato, field.pk, Words(f"話{number}")).pk)
    with refused("TALK-18"):
        keeping.pin_message(world.sato, speak(world.sato, field.pk, Words("多すぎ")).pk)
    delete_message(world.sato, message.pk)
    assert len(keeping.pins_in(field)) == keeping.MOST_PINNED - 1


def test_a_bookmark_is_nobody_elses_and_goes_where_the_right_to_read_goes(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("あとで読みたい話"))
    before = latest_seq()
    keeping.keep_bookmark(world.kondo, message.pk, is_later=True)
    assert list(changes_after(before, 10)) == []
    assert waits(world.kondo) == {"あとで見る話": 1}
    assert waits(world.sato) == {}
    assert "あとで読みたい話" in page(world, "kondo", "/talk/bookmarks/")
    keeping.keep_bookmark(world.kondo, message.pk, is_later=False)
    assert waits(world.kondo) == {}
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk)}), "人事の話")
    assert "あとで読みたい話" not in page(world, "kondo", "/talk/bookmarks/")
    with refused("ACCESS-01"):
        keeping.keep_bookmark(world.kondo, message.pk, is_later=True)


def test_what_waits_is_counted_at_the_place_itself(world: World, asking: Message) -> None:
    ask_confirmation(world.sato, asking.pk)
    assert errands.count_asked(world.kimura) == 1
    assert "28日までに件数を" in page(world, "kimura", "/talk/waiting/")
    for path in (f"/channels/{asking.thread.channel_id}/", f"/threads/{asking.thread_id}/"):
        assert "佐藤さんが、どう受け取ったかを聞いています" in page(world, "kimura", path)
        assert "どう受け取ったかを聞いています" not in page(world, "ogawa", path)


def test_a_topic_that_nobody_gave_goes_with_the_first_message(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("まちがえた投稿"))
    revise_message(world.sato, message.pk, Words("書き直した投稿"))
    thread = queries.get_thread(world.kondo, message.thread_id)
    assert (thread.topic, thread.record.title) == ("書き直した投稿", "書き直した投稿")
    delete_message(world.sato, message.pk)
    thread = queries.get_thread(world.kondo, message.thread_id)
    assert "投稿" not in thread.topic + thread.record.title
    given = speak(world.sato, field.pk, Words("本文", topic="予約フォーム"))
    delete_message(world.sato, given.pk)
    assert queries.get_thread(world.kondo, given.thread_id).topic == "予約フォーム"
