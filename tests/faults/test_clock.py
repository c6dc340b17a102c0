"""Fault 12: a clock that is set. What happened stands in the order it happened; nothing lives longer than promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from hiroba.features.account import actions
from hiroba.features.account.guessing import LONGEST_WAIT, Caller, begin_try
from hiroba.foundation.changes import heads, journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.changes.readers import changes_after
from hiroba.foundation.changes.verifying import verify_journal, verify_log
from hiroba.foundation.people.sign_ins import find_person_by_token
from hiroba.foundation.refusal import Refusal
from tests.world import PASSWORD, World

HERE = Caller("10.0.0.1", "Edge")
Step = Callable[..., None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Step:
    true_now, moved = timezone.now, dt.timedelta()

    def step(**by: float) -> None:
        nonlocal moved
        moved += dt.timedelta(**by)

    monkeypatch.setattr(timezone, "now", lambda: true_now() + moved)
    return step


def signed_in(world: World) -> Client:
    world.kimura.set_password(PASSWORD)
    world.kimura.save()
    client = Client()
    assert client.post("/sign-in/", {"login": "kimura", "password": PASSWORD}).status_code == 302
    return client


def test_12_what_happened_is_told_in_the_order_it_happened(
    world: World, set_clock: Step, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(heads, "head_file", lambda: tmp_path / "journal-head")
    first = world.keep(world.kimura, "一.txt", "文").record
    journal.note_now(world.kimura.pk, "record.read", "record", first.pk)
    set_clock(hours=-1)
    second = world.keep(world.kimura, "二.txt", "文").record
    journal.note_now(world.kimura.pk, "record.read", "record", second.pk)
    set_clock(days=2)
    third = world.keep(world.kimura, "三.txt", "文").record
    journal.note_now(world.kimura.pk, "record.read", "record", third.pk)
    in_order = [first.pk, second.pk, third.pk]
    assert [change.subject_id for change in changes_after(0, 10)] == in_order
    read = JournalEntry.objects.filter(act="record.read").order_by("number")
    assert [int(entry.subject_id) for entry in read] == in_order
    assert read[0].at > read[1].at, "the entries say what the clock said"
    assert verify_log() is None
    newest = JournalEntry.objects.latest("number")
    heads.append_head(newest.number, newest.digest)  # as after a commit, which a test does not make
    assert verify_journal() is None


def test_12_a_session_and_a_token_end_by_a_clock_set_ahead(world: World, set_clock: Step) -> None:
    client = signed_in(world)
    token = actions.add_token(world.kimura, "試し")
    set_clock(days=1)
    assert client.get("/").status_code == 302
    set_clock(days=actions.TOKEN_DAYS)
    assert find_person_by_token(token) is None


@pytest.mark.parametrize(("back", "answer"), [({"minutes": -2}, 200), ({"hours": -1}, 302), ({"days": -1}, 302)])
def test_12_a_clock_set_back_lets_no_session_live_longer(
    world: World, set_clock: Step, back: dict[str, float], answer: int
) -> None:
    client = signed_in(world)
    set_clock(**back)
    assert client.get("/").status_code == answer
    set_clock(hours=1)
    assert client.get("/").status_code == answer, "and it stays ended"


def test_12_tries_of_before_the_clock_was_set_back_hold_nobody_up_for_an_hour(world: World, set_clock: Step) -> None:
    for _ in range(3):
        begin_try("kimura", HERE)
    with pytest.raises(Refusal, match="ACCOUNT-02") as refused:
        begin_try("kimura", HERE)
    assert int(refused.value.params["seconds"]) <= LONGEST_WAIT
    set_clock(hours=-1)
    begin_try("kimura", HERE)
