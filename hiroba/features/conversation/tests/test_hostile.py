"""Whatever people type, wherever they can: nothing of it runs, leads elsewhere, takes long or looks like another."""

from __future__ import annotations

import contextlib
import json
import time
from urllib.parse import urlsplit

import pytest
from django.test import Client

from hiroba.features.conversation import keeping, polls
from hiroba.features.conversation.actions import Words, react, reply, speak
from hiroba.features.conversation.asking import ask_question
from hiroba.features.conversation.channels import Plan, found_channel, join_channel
from hiroba.features.conversation.confirming import ask_confirmation, judge_receipt, write_receipt
from hiroba.features.conversation.fragments import as_html
from hiroba.features.conversation.models import Channel, ChannelKind, Message, MessageFile, Reaction
from hiroba.features.conversation.queries import get_message, show_one
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.tests.test_marked_text import ATTACKS, seen_in
from tests.world import World

# Places that keep one short line are given these.
SHORT = (
    "<script>alert(1)</script>{{7*7}}{% debug %}",
    '"><svg/onload=alert(1)><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus=' [x](javascript:alert(1))",
)
NEVER = frozenset({"iframe", "object", "embed", "math", "style", "base", "frame", "applet"})


@pytest.fixture
def field(world: World) -> Channel:
    return found_channel(world.sato, Plan("保育の現場から", "園と窓口で起きていること", ChannelKind.OPEN))


def require_nothing_runs(html: str, where: str) -> None:
    for tag, attributes in seen_in(html):
        assert tag not in NEVER, (tag, where)
        assert not [
            name for name in attributes if name.startswith("on") or name in ("srcdoc", "style", "xlink:href")
        ], (
            tag,
            attributes,
            where,
        )
        if tag == "script":
            assert (attributes.get("src") or "").startswith("/static/"), where
        if tag == "svg":
            assert attributes.get("class") == "icon", where
        for name in ("href", "src", "action", "formaction", "data-live", "data-reading"):
            address = urlsplit(attributes.get(name) or "")
            assert address.scheme in ("", "http", "https", "mailto"), (attributes, where)
        if tag in ("img", "form"):
            assert not urlsplit(attributes.get("src") or attributes.get("action") or "").netloc, (attributes, where)


def fetch(client: Client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_no_message_runs_on_any_page_that_shows_it_nor_in_the_stream(world: World, field: Channel) -> None:
    first = speak(world.sato, field.pk, Words("はじめ"))
    for attack in ATTACKS:
        with contextlib.suppress(Refusal):
            require_nothing_runs(as_html(show_one(reply(world.kondo, first.thread_id, Words(attack)))), attack)
            speak(world.kondo, field.pk, Words(attack))  # its topic is its beginning
    assert Message.objects.count() > len(ATTACKS)
    client = client_of(world.kimura)
    for path in (f"/channels/{field.pk}/", f"/threads/{first.thread_id}/", "/search/?q=alert"):
        require_nothing_runs(fetch(client, path), path)


@pytest.mark.parametrize("attack", SHORT)
def test_no_name_topic_word_line_or_file_name_runs(world: World, attack: str) -> None:
    Person.objects.filter(pk=world.kondo.pk).update(name=attack, reading=attack)
    kondo = Person.objects.get(pk=world.kondo.pk)
    channel = found_channel(kondo, Plan(attack, attack, ChannelKind.OPEN))
    join_channel(world.sato, channel.pk)
    message = speak(kondo, channel.pk, Words(f"@sato {attack}", topic=attack))
    MessageFile.objects.create(message=message, name=attack)
    Reaction.objects.create(message=message, word=attack[:32], person=kondo)
    receipt = ask_confirmation(kondo, message.pk).receipts.get()
    write_receipt(world.sato, message.pk, attack)
    judge_receipt(kondo, receipt.pk, attack)
    ask_question(kondo, message.pk, "sato")
    keeping.pin_message(kondo, message.pk)
    for person in (kondo, world.sato):
        keeping.keep_bookmark(person, message.pk, is_later=True)
    poll = polls.open_poll(kondo, channel.pk, polls.NewPoll(attack, (attack, "b"), is_named=True))
    polls.vote(kondo, poll.pk, [1])
    paths = (
        "/",
        "/talk/",
        "/talk/waiting/",
        "/talk/bookmarks/",
        f"/channels/{channel.pk}/",
        f"/threads/{message.thread_id}/",
        f"/messages/{message.pk}/",
        f"/messages/{message.pk}/confirmation/",
        f"/messages/{poll.pk}/poll/",
    )
    for person in (kondo, world.sato):
        client = client_of(person)
        for path in paths:
            require_nothing_runs(fetch(client, path), f"{person.login} {path}")
    client = client_of(kondo)
    require_nothing_runs(fetch(client, f"/channels/{channel.pk}/tending/"), "tending")


def test_ten_thousand_names_are_refused_at_once_and_one_name_many_times_is_shown_soon(
    world: World, field: Channel
) -> None:
    began = time.monotonic()
    client = client_of(world.sato)
    for body in (
        " ".join(f"@user{n}" for n in range(10_000)),
        " ".join(f"@u{n}" for n in range(2_500)),
        "あ" * 1_000_000,
    ):
        answer = client.post(f"/channels/{field.pk}/messages/", {"body": body}, headers={"Accept": "application/json"})
        assert answer.status_code == 400
        assert json.loads(answer.content)["code"] in ("TALK-05", "TALK-06")
    assert not Message.objects.exists()
    message = speak(world.sato, field.pk, Words("@sato " * 1_600))
    assert as_html(show_one(get_message(world.kimura, message.pk))).count('class="called"') > 1_500
    assert time.monotonic() - began < 20


def test_writing_from_right_to_left_turns_nothing_but_itself_and_no_file_looks_like_another(
    world: World, field: Channel
) -> None:
    message = speak(world.sato, field.pk, Words("\u202eよみかた\u2066 zalgo " + "e\u0301" + "\u0300" * 500))
    MessageFile.objects.create(message=message, name="見積\u202efdp.exe")
    shown = as_html(show_one(message))
    assert "見積fdp.exe" in shown
    assert "\u202e" not in shown.split('<ul class="files">')[1]
    assert "\u202e" not in shown.split('<div class="body">')[1].split("</p>")[0]


@pytest.mark.parametrize("word", ["<b>x</b>", "\u202eいい", "い\nい", "👍🏽", "e" + "\u0301" * 31])
def test_a_word_under_a_message_is_only_a_word(world: World, field: Channel, word: str) -> None:
    message = speak(world.sato, field.pk, Words("はい"))
    with contextlib.suppress(Refusal):
        react(world.kondo, message.pk, word)
    require_nothing_runs(as_html(show_one(message)), word)
    assert "<b>x</b>" not in as_html(show_one(message))


def test_half_a_character_and_nul_are_not_kept_and_break_nothing(world: World, field: Channel) -> None:
    speak(world.sato, field.pk, Words("a\ud800b\0c", key="\ud800", topic="\udfff"))  # as JSON may bring them
    assert Message.objects.get().body == "a\ufffdbc"
