"""Replies find what they answer, whichever comes first; nobody learns of a mail they may not read."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.arrivals import Arrival, keep_arrival
from hiroba.archive.models import Link, Record
from hiroba.archive.originals import add_original, store_bytes
from hiroba.archive.queries import linked_records_visible_to
from hiroba.extract.mail import read_mail
from hiroba.foundation.access.principals import EVERYONE, of_person
from hiroba.foundation.changes.readers import reset_cursor
from hiroba.ingest.models import MailName
from hiroba.ingest.threads import _people, follow_threads
from tests.world import World

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def mail(
    world: World, number: int, subject: str, to: str = EVERYONE, days: int = 0, key: str = "", **heads: str
) -> Record:
    head = {"Message-ID": f"<{number}@x.example>", "From": "a@x.example", "To": "b@x.example", "Subject": subject}
    head |= {name.replace("_", "-"): value for name, value in heads.items()}
    content = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value) + "\r\n本文\r\n"
    extraction = read_mail(content.encode())
    arrival = Arrival(
        source=f"imap:{key or 1}",
        external_key=f"mail:{number}",
        file_name=f"{number}.eml",
        kind="mail",
        title=extraction.title,
        original=add_original(store_bytes([content.encode(), str(key).encode()]), f"{number}.eml"),
        extraction=extraction,
        owner=world.kondo,
        principals=frozenset({to}),
        dated_at=NOW + dt.timedelta(days=days),
        unit=world.units["0702"],
    )
    return keep_arrival(arrival, gate.examine(extraction)).record


def test_a_head_of_a_megabyte_holds_nobody_up() -> None:
    began = time.monotonic()
    assert _people({"from": "a" * 1_000_000, "to": "B@x.example"}) == {"b@x.example"}
    assert time.monotonic() - began < 10


def ties() -> set[tuple[str, str, str]]:
    return {
        (link.kind, Path(link.source.file_name).stem, Path(link.target.file_name).stem)
        for link in Link.objects.select_related("source", "target")
    }


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_a_conversation_is_tied_in_whatever_order_it_comes(world: World, order: tuple[int, ...]) -> None:
    heads = {
        1: {},
        2: {"In_Reply_To": "<1@x.example>"},
        3: {"In_Reply_To": "<2@x.example>", "References": "<1@x.example>\r\n <2@x.example>"},
    }
    for number in order:
        mail(world, number, "花壇の件", **heads[number])
        follow_threads()
    assert {("reply", "2", "1"), ("reply", "3", "2")} <= ties()


def test_where_the_nearest_is_not_here_the_next_above_is_tied(world: World) -> None:
    mail(world, 1, "花壇の件")
    mail(world, 3, "Re: 花壇の件", References="<1@x.example> <2@x.example>")
    follow_threads()
    assert ties() == {("reply", "3", "1")}


def test_an_answer_without_references_is_tied_by_subject_and_people_within_a_month(world: World) -> None:
    mail(world, 1, "花壇の件", days=-40)
    mail(world, 2, "花壇の件", days=-3)
    mail(world, 3, "Re: 花壇の件", From="stranger@y.example", To="other@y.example")
    mail(world, 4, "RE：返信: 花壇の件", days=-1)
    mail(world, 5, "花壇の件", days=-1)
    follow_threads()
    assert ties() == {("reply", "4", "2")}


def test_the_same_mail_by_two_ways_is_tied_and_a_mail_that_only_takes_its_name_is_not(world: World) -> None:
    mail(world, 1, "花壇の件")
    mail(world, 1, "花壇の件", key="2")
    mail(world, 9, "べつの件", key="3", Message_ID="<1@x.example>")
    follow_threads()
    assert ties() == {("same", "1", "1")}


def test_nobody_learns_of_a_mail_they_may_not_read(world: World) -> None:
    mail(world, 1, "内輪の件", to=of_person(world.kondo.pk))
    answer = mail(world, 2, "Re: 内輪の件", In_Reply_To="<1@x.example>")
    follow_threads()
    assert linked_records_visible_to(world.kimura, answer) == []
    assert len(linked_records_visible_to(world.kondo, answer)) == 1


def test_it_is_made_anew_from_the_log(world: World) -> None:
    mail(world, 1, "花壇の件")
    mail(world, 2, "Re: 花壇の件", In_Reply_To="<1@x.example>")
    follow_threads()
    before = ties()
    Link.objects.all().delete()
    MailName.objects.all().delete()
    reset_cursor("mail-threads")
    follow_threads()
    assert ties() == before


def test_names_of_any_length_and_strange_ones_do_no_harm(world: World) -> None:
    long = "x" * 5000
    mail(world, 1, "x", Message_ID=f"<{long}@x>", References="<" + "> <".join(str(n) * 3 for n in range(2000)) + ">")
    mail(world, 2, "", Message_ID="", In_Reply_To="no brackets", References="<>< ><<>>")
    follow_threads()
    assert MailName.objects.count() <= 40
