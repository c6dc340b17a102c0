"""Polls show numbers and no names unless said before; what is sent at its time is sent once, also after a kill."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from hiroba.features.conversation import scheduling
from hiroba.features.conversation.actions import Words, speak
from hiroba.features.conversation.channels import Plan, close_channel, found_channel, share_channel
from hiroba.features.conversation.models import Channel, ChannelKind, Confirmation, Message, ScheduledMessage
from hiroba.features.conversation.polls import NewPoll, end_poll, get_poll, open_poll, show_names, vote
from hiroba.features.conversation.scheduling import cancel_scheduled, schedule_message, scheduled_of, send_due
from hiroba.features.conversation.sending import Asked
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.changes.readers import changes_after, latest_seq
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.errands import errands_of
from tests.world import World

LUNCH = NewPoll("打ち合わせは、いつがよいですか。", ("月曜", "火曜", "**水曜**"))


@pytest.fixture
def field(world: World) -> Channel:
    return found_channel(world.sato, Plan("保育の現場から", "園と窓口で起きていること", ChannelKind.OPEN))


def refused(code: str) -> object:
    return pytest.raises(Refusal, match=code)


def page(world: World, login: str, path: str) -> str:
    client = Client()
    client.force_login(world.people[login])
    return client.get(path, follow=True).content.decode()


def counts(world: World, message: Message) -> list[int]:
    return [choice.count for choice in get_poll(world.ogawa, message).shown.choices]


def soon(**later: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(**later)


def test_votes_are_counted_can_be_changed_and_show_no_names_nor_who_in_the_log(world: World, field: Channel) -> None:
    message = open_poll(world.sato, field.pk, LUNCH)
    before = latest_seq()
    vote(world.kimura, message.pk, [1])
    vote(world.kondo, message.pk, [1])
    vote(world.kimura, message.pk, [2])
    assert counts(world, message) == [1, 1, 0]
    assert {change.actor_id for change in changes_after(before, 10)} == {None}
    for login in ("sato", "ogawa"):
        for path in (f"/messages/{message.pk}/poll/", f"/threads/{message.thread_id}/"):
            shown = page(world, login, path).split("<main")[1].split("<aside")[0]
            assert "近藤 学" not in shown
    vote(world.kimura, message.pk, [])
    assert counts(world, message) == [1, 0, 0]


def test_names_are_shown_only_if_said_before_anybody_votes(world: World, field: Channel) -> None:
    message = open_poll(world.sato, field.pk, LUNCH)
    with refused("ACCESS-02"):
        show_names(world.kondo, message.pk, is_named=True)
    show_names(world.sato, message.pk, is_named=True)
    vote(world.kondo, message.pk, [2])
    assert get_poll(world.ogawa, message).shown.choices[1].names == ("近藤 学",)
    other = open_poll(world.sato, field.pk, LUNCH)
    vote(world.kondo, other.pk, [2])
    with refused("TALK-22"):
        show_names(world.sato, other.pk, is_named=True)
    assert get_poll(world.ogawa, other).shown.choices[1].names == ()


def test_one_answer_or_several_as_asked_and_none_after_the_end(world: World, field: Channel) -> None:
    message = open_poll(world.sato, field.pk, LUNCH)
    for numbers in ([1, 2], [0], [4]):
        with refused("TALK-21"):
            vote(world.kondo, message.pk, numbers)
    many = open_poll(world.sato, field.pk, NewPoll("どれ", ("a", "b", "c"), is_many=True))
    vote(world.kondo, many.pk, [1, 3])
    assert counts(world, many) == [1, 0, 1]
    with refused("ACCESS-02"):
        end_poll(world.kondo, many.pk)
    end_poll(world.sato, many.pk)
    with refused("TALK-20"):
        vote(world.kimura, many.pk, [1])
    assert "終わりました" in page(world, "kimura", f"/messages/{many.pk}/poll/")


def test_what_cannot_be_asked_is_not_sent_and_the_same_key_asks_once(world: World, field: Channel) -> None:
    with refused("TALK-19"):
        open_poll(world.sato, field.pk, NewPoll("どれ", ("同じ", " 同じ ")))
    with refused("TALK-20"):
        open_poll(world.sato, field.pk, NewPoll("どれ", ("a", "b"), until_at=soon(seconds=-1)))
    with refused("GATE-01"):
        open_poll(world.sato, field.pk, NewPoll("どれ", ("個人番号 1234 5678 9018", "b")))
    assert not Message.objects.exists()
    assert open_poll(world.sato, field.pk, LUNCH, "k").pk == open_poll(world.sato, field.pk, LUNCH, "k").pk
    shown = page(world, "kondo", f"/channels/{field.pk}/").split("<main")[1]
    assert "<span>**水曜**</span>" in shown  # as typed: an option is no markup, and stands there once
    assert "<li>" not in shown.split('class="marked"')[1].split('class="poll"')[0]


def test_a_poll_is_hidden_with_its_channel(world: World, field: Channel) -> None:
    message = open_poll(world.sato, field.pk, LUNCH)
    share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk)}), "人事")
    with refused("ACCESS-01"):
        vote(world.kondo, message.pk, [1])


def test_a_message_is_sent_at_its_time_and_not_before(world: World, field: Channel) -> None:
    row = schedule_message(world.sato, (field.pk, 0), Words("おはようございます", topic="朝"), soon(hours=1))
    assert send_due() == 0
    assert "おはよう" not in page(world, "kondo", f"/channels/{field.pk}/")
    assert "おはよう" in page(world, "sato", "/talk/scheduled/")
    assert "おはよう" not in page(world, "kondo", "/talk/scheduled/")
    assert send_due(soon(hours=2)) == 1
    assert send_due(soon(hours=2)) == 0
    [message] = Message.objects.all()
    assert (message.body, message.author, message.thread.topic) == ("おはようございます", world.sato, "朝")
    with refused("TALK-26"):
        cancel_scheduled(world.sato, row.pk)


def test_what_is_cancelled_is_never_sent_and_only_its_author_cancels(world: World, field: Channel) -> None:
    row = schedule_message(world.sato, (field.pk, 0), Words("やめます"), soon(hours=1))
    with refused("ACCESS-01"):
        cancel_scheduled(world.kondo, row.pk)
    cancel_scheduled(world.sato, row.pk)
    assert send_due(soon(hours=2)) == 0
    assert not Message.objects.exists()
    assert not scheduled_of(world.sato).exists()


def test_killed_after_sending_and_before_noting_it_sends_nothing_twice(world: World, field: Channel) -> None:
    schedule_message(world.sato, (field.pk, 0), Words("@kimura さん、一度だけ"), soon(hours=1), Asked(receipt=True))
    sent = speak

    def die_afterwards(*args: object) -> Message:
        sent(*args)  # type: ignore[arg-type]  # as they were given
        raise KeyboardInterrupt

    with mock.patch.object(scheduling, "speak", die_afterwards), pytest.raises(KeyboardInterrupt):
        send_due(soon(hours=2))
    assert Message.objects.count() == 1
    assert ScheduledMessage.objects.get().ended_at is None
    assert send_due(soon(hours=2)) == 1
    assert Message.objects.count() == Confirmation.objects.count() == 1
    assert ScheduledMessage.objects.get().message == Message.objects.get()


@pytest.mark.parametrize("change", ["closed", "hidden", "left"])
def test_what_may_no_longer_be_said_is_kept_with_the_reason(world: World, field: Channel, change: str) -> None:
    schedule_message(world.kimura, (field.pk, 0), Words("もう言えない"), soon(hours=1))
    if change == "closed":
        close_channel(world.sato, field.pk)
    elif change == "hidden":
        share_channel(world.sato, field.pk, frozenset({of_person(world.sato.pk)}), "人事")
    else:
        type(world.kimura).objects.filter(pk=world.kimura.pk).update(is_active=False)
    assert send_due(soon(hours=2)) == 1
    row = ScheduledMessage.objects.get()
    assert row.code == ("TALK-07" if change == "closed" else "ACCESS-01")
    assert not Message.objects.exists()
    if change != "left":
        assert [each.count for each in errands_of(world.kimura)] == [1]
        shown = page(world, "kimura", "/talk/scheduled/")
        assert row.code in shown
        assert ("# 保育の現場から" in shown) == (change == "closed")
        cancel_scheduled(world.kimura, row.pk)
        assert not scheduled_of(world.kimura).exists()


def test_a_time_that_cannot_be_is_said_beside_what_was_typed(world: World, field: Channel) -> None:
    client = Client()
    client.force_login(world.sato)
    said = {"body": "のちほど", "send_at": "2020-01-01T09:00"}
    answer = client.post(f"/channels/{field.pk}/messages/", said)
    assert answer.status_code == 400
    assert "TALK-23" in answer.content.decode()
    assert "のちほど" in answer.content.decode()
    good = said | {"send_at": timezone.localtime(soon(days=1)).strftime("%Y-%m-%dT%H:%M"), "key": "k"}
    for _ in range(2):
        assert client.post(f"/channels/{field.pk}/messages/", good).status_code == 302
    assert ScheduledMessage.objects.get().body == "のちほど"
    with refused("GATE-01"):
        schedule_message(world.sato, (field.pk, 0), Words("個人番号 1234 5678 9018"), soon(hours=1))
    with refused("TALK-24"):
        schedule_message(world.sato, (field.pk, 0), Words("x", file_items=((1, "a"),)), soon(hours=1))
