"""People talk: what is said is there once, for those who may read it, found and opened at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client

from hiroba.archive.models import Passage, Record
from hiroba.features.conversation import channels, queries
from hiroba.features.conversation.actions import (
    Words,
    delete_message,
    mark_channel_read,
    mark_read,
    react,
    rename_thread,
    reply,
    revise_message,
    speak,
)
from hiroba.features.conversation.channels import (
    Plan,
    found_channel,
    join_channel,
    open_direct,
    set_level,
    share_channel,
)
from hiroba.features.conversation.models import Channel, ChannelKind, Message, MessageFile, Reaction
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person
from hiroba.foundation.changes.kinds import PEOPLE_KINDS
from hiroba.foundation.changes.reach import events_of
from hiroba.foundation.changes.readers import changes_after, latest_seq
from hiroba.foundation.people.looks import one_look
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.receiving import open_batch
from hiroba.search.indexing import catch_up, engine
from hiroba.search.queries import Asked, search
from tests.world import World

NUMBER = "1234 5678 9018"  # a マイナンバー by its check digit


@pytest.fixture(autouse=True)
def _empty_index() -> Iterator[None]:
    engine().discard()
    yield
    engine().discard()


@pytest.fixture
def field(world: World) -> Channel:
    return found_channel(world.sato, Plan("保育の現場から", "園と窓口で起きていること", ChannelKind.OPEN))


def refused(code: str) -> object:
    return pytest.raises(Refusal, match=code)


def found_by(world: World, login: str, words: str) -> list[tuple[str, str]]:
    catch_up(30)
    hits = search(world.people[login], Asked(words)).records
    return [(hit.record.title, passage.locator) for hit in hits for passage in hit.passages]


def page(world: World, login: str, path: str) -> str:
    client = Client()
    client.force_login(world.people[login])
    return client.get(path, follow=True).content.decode()


def test_what_is_said_is_found_by_others_and_opened_at_its_place(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("差し戻しは38件から17件に減りました。"))
    answer = reply(world.kondo, message.thread_id, Words("公園課でも**試したい**です。"))
    assert found_by(world, "kondo", "差し戻し") == [("差し戻しは38件から17件に減りました。", f"msg={message.pk}")]
    assert found_by(world, "kimura", "試したい 種別:会話")[0][1] == f"msg={answer.pk}"
    record = message.thread.record_id
    shown = page(world, "kondo", f"/records/{record}/?at=msg={answer.pk}")
    assert f'id="message-{answer.pk}"' in shown
    assert "<strong>試したい</strong>" in shown


def test_a_message_is_found_by_who_said_it_and_when_not_by_who_began(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("はじめます。"))
    reply(world.kondo, message.thread_id, Words("遊具の話です。"))
    assert found_by(world, "kimura", "遊具 人:近藤")
    assert not found_by(world, "kimura", "遊具 人:佐藤")


def test_the_same_key_is_one_message_however_often_it_is_sent(world: World, field: Channel) -> None:
    first = speak(world.sato, field.pk, Words("一度だけ", key="k1"))
    assert speak(world.sato, field.pk, Words("一度だけ", key="k1")).pk == first.pk
    assert reply(world.sato, first.thread_id, Words("一度だけ", key="k1")).pk == first.pk
    assert speak(world.kondo, field.pk, Words("別の人の同じ鍵", key="k1")).pk != first.pk
    assert Message.objects.count() == 2


def test_messages_of_a_thread_are_counted_from_one_without_gaps(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("一"))
    for text in ("二", "三"):
        reply(world.kondo, message.thread_id, Words(text))
    thread = queries.get_thread(world.kimura, message.thread_id)
    talk = queries.messages_shown_to(world.kimura, thread)
    assert [(shown.message.number, shown.message.body) for shown in talk.messages] == [(1, "一"), (2, "二"), (3, "三")]


def test_what_must_not_be_in_here_is_not_sent_and_nothing_of_it_is_kept(world: World, field: Channel) -> None:
    for said in (Words(f"個人番号は {NUMBER} です"), Words("本文", topic=f"個人番号 {NUMBER}")):
        with refused("GATE-01"):
            speak(world.sato, field.pk, said)
    personal = "佐藤 太郎 昭和50年3月4日生まれ 電話090-1234-5678 住所は東京都みらい区中央1-2-3"
    with refused("GATE-02"):
        speak(world.sato, field.pk, Words(personal))
    assert not Message.objects.exists()
    assert speak(world.sato, field.pk, Words(personal, is_confirmed=True)).body == personal


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (Words("  \n"), "TALK-01"),
        (Words("あ" * 20_001), "TALK-06"),
        (Words(" ".join(f"@user{n}" for n in range(51))), "TALK-05"),
    ],
)
def test_what_cannot_be_sent_says_why(world: World, field: Channel, words: Words, code: str) -> None:
    with refused(code):
        speak(world.sato, field.pk, words)


def test_a_closed_channel_shows_nowhere_to_others_and_neither_does_one_that_becomes_closed(
    world: World, field: Channel
) -> None:
    message = speak(world.sato, field.pk, Words("ひみつの記入例"))
    assert found_by(world, "kondo", "記入例")
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk), of_person(world.kimura.pk)}), "人事の話")
    asked = search(world.kondo, Asked("記入例"))  # before the index has caught up
    assert (asked.total, asked.records) == (0, ())
    assert found_by(world, "kondo", "記入例") == []
    assert found_by(world, "kimura", "記入例")
    for path in (f"/channels/{field.pk}/", f"/threads/{message.thread_id}/", f"/messages/{message.pk}/"):
        client = Client()
        client.force_login(world.kondo)
        assert client.get(path).status_code == 404
    assert "保育の現場から" not in page(world, "kondo", "/talk/")
    with refused("ACCESS-01"):
        reply(world.kondo, message.thread_id, Words("見えないはず"))


def test_who_loses_a_channel_is_told_that_it_is_gone_and_nothing_that_is_said_later(
    world: World, field: Channel
) -> None:
    message = speak(world.sato, field.pk, Words("はじめ"))
    before = latest_seq()
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk)}), "人事の話")
    reply(world.sato, message.thread_id, Words("あとの話"))
    told = events_of(changes_after(before, 100))
    kondo = {EVERYONE, of_person(world.kondo.pk)}
    assert [event.kind for event in told if event.reach.now & kondo] == []
    assert [event.kind for event in told if event.reach.before & kondo] == ["record.narrowed"]


def test_the_stream_gets_a_message_as_everybody_sees_it(world: World, field: Channel) -> None:
    before = latest_seq()
    message = speak(world.sato, field.pk, Words("@kimura さん、`<script>` は無害です"))
    [event] = [each for each in events_of(changes_after(before, 100)) if each.fragment]
    assert event.kind not in PEOPLE_KINDS
    assert event.reach.now == frozenset({EVERYONE})
    assert event.fragment is not None
    assert event.fragment.place == f"channel-{field.pk}"
    said = json.loads(event.fragment.data)
    assert (said["message"], said["thread"], said["number"]) == (message.pk, message.thread_id, 1)
    assert "木村 直美" in said["html"]
    assert "<script>" not in said["html"]


def test_direct_conversation_is_one_for_the_same_people_and_nobody_else(world: World) -> None:
    channel = open_direct(world.sato, [world.kimura])
    assert open_direct(world.kimura, [world.sato, world.kimura]).pk == channel.pk
    first, second = speak(world.sato, channel.pk, Words("内緒の相談")), speak(world.kimura, channel.pk, Words("はい"))
    assert first.thread_id == second.thread_id
    assert found_by(world, "endo", "内緒") == []  # an administrator is nobody special
    with refused("ACCESS-01"):
        speak(world.endo, channel.pk, Words("のぞき"))
    with refused("TALK-03"):
        open_direct(world.sato, [])
    with refused("ACCESS-02"):
        share_channel(world.sato, channel.pk, frozenset({EVERYONE}))


def test_a_message_put_right_keeps_what_it_said_and_is_found_by_what_it_says_now(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("四百件"))
    revise_message(world.sato, message.pk, Words("四百十二件"))
    assert found_by(world, "kondo", "四百十二件")
    [version] = queries.versions_of(queries.get_message(world.kondo, message.pk))
    assert version.body == "四百件"
    with refused("ACCESS-02"):
        revise_message(world.kondo, message.pk, Words("四千件"))


@pytest.mark.parametrize("is_held", [False, True])
def test_a_deleted_message_leaves_a_tombstone_and_is_found_no_more(world: World, field: Channel, is_held: bool) -> None:
    Channel.objects.update(is_held=is_held)
    message = speak(world.sato, field.pk, Words("まちがえた投稿"))
    revise_message(world.sato, message.pk, Words("まちがえた投稿です"))
    with refused("ACCESS-02"):
        delete_message(world.kondo, message.pk)
    delete_message(world.sato, message.pk)
    assert found_by(world, "kondo", "まちがえた") == []
    shown = page(world, "kondo", f"/threads/{message.thread_id}/")
    assert "消されました" in shown
    assert "<p>まちがえた" not in shown
    kept = list(Message.objects.get().versions.values_list("body", flat=True))
    assert kept == (["まちがえた投稿", "まちがえた投稿です"] if is_held else [])
    assert not Passage.objects.filter(text__contains="まちがえた").exists()


def test_unread_is_what_was_said_since_by_others_on_every_device(world: World, field: Channel) -> None:
    join_channel(world.kimura, field.pk)
    assert queries.lines_of(world.kimura)[0].unread == 0
    one = speak(world.sato, field.pk, Words("一つめ"))
    two = speak(world.sato, field.pk, Words("二つめ"))
    assert queries.lines_of(world.kimura)[0].unread == 2
    assert queries.lines_of(world.sato)[0].unread == 0
    page(world, "kimura", f"/threads/{one.thread_id}/")
    assert queries.lines_of(world.kimura)[0].unread == 1
    mark_channel_read(world.kimura, field.pk)
    assert queries.lines_of(world.kimura)[0].unread == 0
    reply(world.sato, two.thread_id, Words("続き"))
    assert queries.lines_of(world.kimura)[0].unread == 1
    mark_read(world.kimura, two.thread, one.pk)  # an older mark takes nothing back
    assert queries.lines_of(world.kimura)[0].unread == 1


def test_what_counts_as_mine_follows_the_three_words(world: World, field: Channel) -> None:
    join_channel(world.kimura, field.pk)
    speak(world.sato, field.pk, Words("みんなへ"))
    assert queries.count_waiting(world.kimura) == 0
    set_level(world.kimura, field.pk, "follow")
    assert queries.count_waiting(world.kimura) == 1
    set_level(world.kimura, field.pk, "normal")
    speak(world.sato, field.pk, Words("@木村 直美 さん、見てください"))
    speak(world.sato, field.pk, Words("@入園係 のみなさんへ"))
    assert queries.count_waiting(world.kimura) == 2
    set_level(world.kimura, field.pk, "mute")
    assert queries.count_waiting(world.kimura) == 0
    with refused("TALK-04"):
        set_level(world.kimura, field.pk, "loud")


def test_a_word_stands_once_for_each_person_and_can_be_taken_away(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("記入例を配りました"))
    assert react(world.kondo, message.pk, "いいね")
    assert react(world.kimura, message.pk, "いいね")
    [shown] = queries.show_messages([queries.get_message(world.kondo, message.pk)])
    assert [(tally.word, tally.count) for tally in shown.tallies] == [("いいね", 2)]
    assert not react(world.kondo, message.pk, "いいね")
    assert Reaction.objects.count() == 1
    with refused("TALK-09"):
        react(world.kondo, message.pk, "x" * 33)


def test_a_channel_that_has_ended_is_read_and_found_but_nothing_is_added(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("最後の話"))
    channels.close_channel(world.sato, field.pk)
    with refused("TALK-07"):
        speak(world.sato, field.pk, Words("もう一つ"))
    with refused("TALK-07"):
        reply(world.sato, message.thread_id, Words("返事"))
    assert found_by(world, "kondo", "最後の話")


def test_a_thread_gets_a_topic_by_which_it_is_found(world: World, field: Channel) -> None:
    message = speak(world.sato, field.pk, Words("本文です。"))
    rename_thread(world.sato, message.thread_id, "予約フォームへの切りかえ")
    assert found_by(world, "kondo", "予約フォーム")[0][0] == "予約フォームへの切りかえ"
    with refused("ACCESS-02"):
        rename_thread(world.kondo, message.thread_id, "別の題")


def test_a_page_works_without_javascript_and_keeps_what_could_not_be_sent(world: World, field: Channel) -> None:
    client = Client()
    client.force_login(world.kimura)
    answer = client.post(f"/channels/{field.pk}/messages/", {"body": f"個人番号 {NUMBER}", "topic": "相談"})
    assert answer.status_code == 400
    assert f"個人番号 {NUMBER}" in answer.content.decode()  # in the form, to put right
    sent = client.post(f"/channels/{field.pk}/messages/", {"body": "窓口の話", "topic": "相談"}, follow=True)
    assert "窓口の話" in sent.content.decode()
    assert Record.objects.get(kind="conversation").title == "相談"


def test_a_hundred_thousand_messages_do_not_make_the_page_read_them_all(
    world: World, field: Channel, django_assert_max_num_queries: object
) -> None:
    first = speak(world.sato, field.pk, Words("はじめ"))
    for number in range(150):
        reply(world.sato, first.thread_id, Words(f"返事{number}"))
    thread = queries.get_thread(world.kondo, first.thread_id)
    talk = queries.messages_shown_to(world.kondo, thread)
    assert (len(talk.messages), talk.earlier, talk.later) == (100, 52, 0)
    earlier = queries.messages_shown_to(world.kondo, thread, before=talk.earlier)
    assert [earlier.messages[0].message.number, earlier.messages[-1].message.number] == [1, 100]
    with one_look(), django_assert_max_num_queries(15):  # type: ignore[operator]  # pytest-django's fixture
        queries.threads_shown_to(world.kondo, queries.get_channel(world.kondo, field.pk))


def test_a_file_sent_with_a_message_follows_its_channel_and_what_the_gate_keeps_inside_goes_no_further(
    world: World, field: Channel
) -> None:
    sent, kept, on_its_way = (
        world.keep(world.sato, f"{name}.txt", f"{name}の記入例").record for name in ("窓口", "名簿", "別の共有")
    )
    Record.objects.filter(pk__in=[sent.pk, kept.pk, on_its_way.pk]).update(source=f"talk:{field.pk}")
    Record.objects.filter(pk=kept.pk).update(gate_code="GATE-02", audience=find_or_add_audience({"unit:0402"}))
    batch = open_batch(world.sato, f"talk:{field.pk}", {EVERYONE})
    few = frozenset({of_person(world.sato.pk), of_person(world.kondo.pk)})
    share_channel(world.sato, field.pk, few, "人事の話")
    assert found_by(world, "yamamoto", "記入例") == []
    assert [title for title, _ in found_by(world, "kondo", "名簿")] == []
    assert found_by(world, "kondo", "窓口")
    batch.refresh_from_db()
    assert principals_in(batch.audience_id) == few


def test_a_file_goes_with_the_message_that_its_sender_deletes(world: World, field: Channel) -> None:
    record = world.keep(world.sato, "窓口.txt", "配った記入例").record
    message = speak(world.sato, field.pk, Words("これです。"))
    MessageFile.objects.create(message=message, record=record, name="窓口.txt")
    assert found_by(world, "kondo", "記入例")
    delete_message(world.sato, message.pk)
    assert found_by(world, "kondo", "記入例") == []
