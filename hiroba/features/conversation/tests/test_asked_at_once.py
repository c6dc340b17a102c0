"""Asked, answered, voted and sent by several at the same moment: once each, on both databases."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.utils import timezone

from hiroba.features.conversation import asking, confirming, keeping, polls, scheduling
from hiroba.features.conversation.actions import Words, delete_message, reply, revise_message, speak
from hiroba.features.conversation.channels import Plan, found_channel, join_channel
from hiroba.features.conversation.exporting import own_channels, write_export
from hiroba.features.conversation.holding import keep_channel, versions_kept
from hiroba.features.conversation.models import Channel, ChannelKind, Confirmation, Message, Receipt, Vote
from hiroba.foundation.people.models import RoleGrant, RoleName
from hiroba.foundation.people.queries import today
from hiroba.foundation.web.errands import errands_of
from tests.world import World

LOGINS = ("kimura", "kondo", "ogawa", "nakagawa")


def at_once(acts: list[Callable[[], object]]) -> None:
    def run(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def field_of(world: World) -> Channel:
    return found_channel(world.sato, Plan("保育の現場から", "", ChannelKind.OPEN))


def test_what_is_asked_voted_and_sent_at_once_is_there_once(world_on_either: World) -> None:
    world, channel = world_on_either, field_of(world_on_either)
    people = [world.people[login] for login in LOGINS]
    for person in people:
        join_channel(person, channel.pk)
    message = speak(world.sato, channel.pk, Words("28日までに"))
    at_once([lambda: confirming.ask_confirmation(world.sato, message.pk)] * 4)
    assert (Confirmation.objects.count(), Receipt.objects.count()) == (1, 4)
    at_once([lambda each=each: confirming.write_receipt(each, message.pk, each.login) for each in people])
    assert set(Receipt.objects.values_list("words", flat=True)) == set(LOGINS)

    poll = polls.open_poll(world.sato, channel.pk, polls.NewPoll("どれ", ("a", "b")))
    at_once([lambda each=each: polls.vote(each, poll.pk, [1]) for each in people * 2])
    assert Vote.objects.count() == 4

    soon = timezone.now() + dt.timedelta(hours=1)
    for number in range(5):
        scheduling.schedule_message(world.sato, (channel.pk, 0), Words(f"あとで{number}"), soon)
    at_once([lambda: scheduling.send_due(soon + dt.timedelta(hours=1))] * 2)
    sent = Message.objects.filter(body__startswith="あとで").order_by("pk").values_list("body", flat=True)
    assert sorted(sent) == [f"あとで{number}" for number in range(5)]


def test_questions_keeping_and_exports_speak_both_databases_words(world_on_either: World) -> None:
    world, channel = world_on_either, field_of(world_on_either)
    RoleGrant.objects.create(person=world.ogawa, role=RoleName.ARCHIVIST, from_on=today())
    keep_channel(world.ogawa, channel.pk, True, 5)
    message = speak(world.sato, channel.pk, Words("記入例は\0どこですか"))
    asking.ask_question(world.sato, message.pk, "kimura")
    assert [each.count for each in errands_of(world.kimura)] == [1]
    answer = reply(world.kimura, message.thread_id, Words("棚です"))
    asking.answer_question(world.kimura, message.pk, answer.pk)
    keeping.pin_message(world.sato, answer.pk)
    keeping.keep_bookmark(world.kondo, answer.pk, is_later=True)
    revise_message(world.kimura, answer.pk, Words("2段目の棚です"))
    delete_message(world.kimura, answer.pk)
    assert len(versions_kept(world.ogawa, channel.pk)) == 2
    assert asking.questions_for(world.kimura).count() == 1
    file = io.BytesIO()
    assert write_export(world.sato, own_channels(world.sato), file, "みらい区")["messages"] == 2
