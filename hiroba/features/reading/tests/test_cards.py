"""A card shows what somebody cited, to each reader by their own right."""

from __future__ import annotations

import re

from django.test import Client
from django.utils.html import strip_tags

from hiroba.archive import actions
from hiroba.extract.passages import Passage, Span
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person
from tests.world import World


def card(person: Person, address: str) -> tuple[int, str]:
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    return answer.status_code, answer.content.decode()


def test_a_card_has_the_title_the_place_the_words_and_who_wrote_them(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "一つめの文", "二つめの<b>文</b>").record
    status, html = card(world.kondo, f"/records/{record.pk}/card/?here=par=2")
    assert status == 200
    said = re.sub(r"\s+", " ", strip_tags(html))
    for part in ("報告", "2段落", "二つめの&lt;b&gt;文&lt;/b&gt;", "文書", world.kimura.name):
        assert part in said
    assert f'href="/records/{record.pk}/?at=par%3D2#here"' in html
    assert "一つめの文" not in html
    assert "<html" not in html


def test_a_cell_is_shown_with_its_row(world: World) -> None:
    row = Passage("Sheet1!A3:B3", "転出 | 204", "row", spans=(Span(0, 2, "Sheet1!A3"), Span(5, 8, "Sheet1!B3")))
    record = world.keep(world.kimura, "件数.xlsx", passages=(row,)).record
    assert "転出 | 204" in card(world.kondo, f"/records/{record.pk}/card/?here=Sheet1!B3")[1]


def test_the_revision_that_was_cited_stays_what_the_card_says(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "はじめの数").record
    world.keep(world.kimura, "報告.docx", "直した数")
    before = card(world.kondo, f"/records/{record.pk}/card/?here=par=1&revision=1")[1]
    assert "はじめの数" in before
    assert "前の版から引用" in before
    assert "直した数" in card(world.kondo, f"/records/{record.pk}/card/?here=par=1")[1]


def test_who_may_not_read_gets_the_empty_answer_of_what_does_not_exist_and_no_line_in_the_journal(world: World) -> None:
    record = world.keep(world.kimura, "秘密.docx", "文", to="section").record
    assert card(world.kondo, f"/records/{record.pk}/card/?here=par=1") == (404, "")
    assert card(world.kondo, "/records/999999/card/") == (404, "")
    flush_journal()
    assert not JournalEntry.objects.filter(act="record.refused").exists()


def test_a_card_is_gone_with_the_right_to_read(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    assert card(world.kondo, f"/records/{record.pk}/card/?here=par=1")[0] == 200
    actions.withdraw_record(world.kimura, record.pk)
    assert card(world.kondo, f"/records/{record.pk}/card/?here=par=1") == (404, "")


def test_a_card_that_was_read_is_noted(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    card(world.kondo, f"/records/{record.pk}/card/?here=par=1")
    flush_journal()
    noted = JournalEntry.objects.get(act="record.read")
    assert (noted.subject_id, noted.detail) == (str(record.pk), "card par=1")
