"""What comes in from other chats is written by plain SQL in places: the same on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hiroba.connectors.chats.recognising import tell_here
from hiroba.connectors.chats.tests import mirai
from hiroba.features.conversation.models import Message, Thread
from hiroba.features.conversation.taking_in import take_in
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.people.models import Person
from hiroba.ingest.receiving import open_batch


def test_chats_come_in_once_on_both_databases(either_database: Any, tmp_path: Path) -> None:
    for login in ("endo", "sato", "kimura"):
        Person.objects.create(login=login, name=login, mail=f"{login}@mirai.example")
    endo = Person.objects.get(login="endo")
    base = mirai.teams_export(tmp_path)
    for new in (10, 0):
        batch = open_batch(endo, "chats:teams", {of_person(endo.pk)}, title="Teams")
        assert take_in(batch, tell_here(base), "teams").counts["messages"] == new
    assert Message.objects.filter(passage_id__isnull=False).count() == 7
    talk = Thread.objects.get(topic="電話がつながらない")
    assert (talk.number, talk.messages.count(), talk.record.current_id) == (2, 2, talk.revision_id)
    assert talk.last_message_id == talk.messages.order_by("-number").values_list("pk", flat=True)[0]
