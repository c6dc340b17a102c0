from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from hiroba.archive import actions
from hiroba.extract.passages import Mark, Passage
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person
from tests.world import World


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_record_opens_at_the_place_that_was_cited(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "一つめの文", "二つめの文").record
    page = signed_in(world.kondo).get(f"/records/{record.pk}/?at=par=2").content.decode()
    assert '<p class="passage paragraph cited" id="here">二つめの文' in page
    assert "全庁で共有" in page


def test_insertions_deletions_and_ruby_are_shown_as_such_and_nothing_in_a_text_runs(world: World) -> None:
    text = "受付<script>alert(1)</script>は412件"
    marks = (Mark(0, 2, "ruby", "うけつけ"), Mark(28, 31, "inserted"), Mark(31, 32, "deleted"))
    record = world.keep(world.kimura, "報告.docx", passages=(Passage("par=1", text, marks=marks),)).record
    page = signed_in(world.kondo).get(f"/records/{record.pk}/").content.decode()
    assert "<ruby>受付<rp>(</rp><rt>うけつけ</rt>" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<ins" in page and "<del" in page


@pytest.mark.parametrize("name", ["record", "record-original", "record-differences", "record-why", "record-audience"])
def test_what_is_hidden_and_what_does_not_exist_answer_with_the_same_page(world: World, name: str) -> None:
    record = world.keep(world.kimura, "秘密.docx", "文", to="section").record
    client = signed_in(world.kondo)
    hidden, missing = (client.get(reverse(name, args=[each])) for each in (record.pk, 999_999))
    assert hidden.status_code == missing.status_code == 404
    assert "秘密" not in hidden.content.decode()
    assert len(hidden.content) == len(missing.content)


def test_an_original_is_only_ever_a_download_that_cannot_run(world: World) -> None:
    record = world.keep(world.kimura, "わな.html", "<script>alert(1)</script>").record
    response = signed_in(world.kondo).get(f"/records/{record.pk}/original/")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "%E3%82%8F%E3%81%AA.html" in response.headers["Content-Disposition"]
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_reading_and_downloading_are_noted_in_the_journal(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    client = signed_in(world.kondo)
    client.get(f"/records/{record.pk}/")
    client.get(f"/records/{record.pk}/original/")
    flush_journal()
    acts = JournalEntry.objects.filter(actor_id=world.kondo.pk, subject_id=str(record.pk)).values_list("act", flat=True)
    assert list(acts) == ["record.read", "original.downloaded"]


def test_one_tap_opens_a_record_to_the_office_and_taking_it_back_is_as_quick(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文", to="section").record
    sato, kondo = signed_in(world.sato), signed_in(world.kondo)
    assert kondo.get(f"/records/{record.pk}/").status_code == 404
    assert sato.post(f"/records/{record.pk}/audience/", {"audience": "everyone"}).status_code == 302
    assert kondo.get(f"/records/{record.pk}/").status_code == 200
    assert kondo.post(f"/records/{record.pk}/withdrawal/").status_code == 403
    assert "取り下げました" in sato.post(f"/records/{record.pk}/withdrawal/").content.decode()
    assert kondo.get(f"/records/{record.pk}/").status_code == 404


def test_narrowing_without_a_reason_says_so_and_changes_nothing(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    client = signed_in(world.kimura)
    refused = client.post(f"/records/{record.pk}/audience/", {"audience": "section"})
    assert refused.status_code == 400
    assert "ACCESS-03" in refused.content.decode()
    client.post(f"/records/{record.pk}/audience/", {"audience": "section", "reason": "契約前のため"})
    assert signed_in(world.kondo).get(f"/records/{record.pk}/").status_code == 404


def test_why_is_explained_and_about_others_only_to_those_who_may_know(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    own = signed_in(world.kondo).get(f"/records/{record.pk}/why/?login=sato").content.decode()
    assert "庁内のみんなで共有されているため" in own
    assert "佐藤" not in own
    actions.share_record(world.kimura, record.pk, frozenset({"unit:0402"}), "契約前のため")
    about = signed_in(world.kimura).get(f"/records/{record.pk}/why/?login=kondo").content.decode()
    assert "いま読めません" in about


def test_a_version_is_compared_with_the_last_one_that_may_be_read(world: World) -> None:
    world.keep(world.kimura, "報告.docx", "電話は401件")
    world.keep(world.kimura, "報告.docx", "個人番号 123456789018")
    record = world.keep(world.kimura, "報告.docx", "電話は412件").record
    page = signed_in(world.kondo).get(f"/records/{record.pk}/differences/?new=3").content.decode()
    assert '<td class="removed">電話は401件</td>' in page
    assert '<td class="added">電話は412件</td>' in page
    assert "9018" not in page
    assert signed_in(world.kondo).get(f"/records/{record.pk}/differences/?new=3&old=2").status_code == 404


def test_two_revisions_are_compared_passage_by_passage(world: World) -> None:
    world.keep(world.kimura, "報告.docx", "電話は401件", "窓口は96件")
    record = world.keep(world.kimura, "報告.docx", "電話は412件", "窓口は96件").record
    page = signed_in(world.kondo).get(f"/records/{record.pk}/differences/").content.decode()
    assert '<td class="removed">電話は401件</td>' in page
    assert '<td class="added">電話は412件</td>' in page
    assert '<td class="same">窓口は96件</td>' in page
