"""What a person may not read, tried from the sides: older versions, carriers and what they carry, names, timing."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.asgi import application
from hiroba.archive import actions, queries
from hiroba.archive.models import Record, RecordState
from hiroba.archive.reach import find_reach
from hiroba.extract import files
from hiroba.extract.passages import Extraction
from hiroba.features.account.actions import add_token
from hiroba.features.administration.actions import add_member
from hiroba.features.finding.results import as_json
from hiroba.features.intake.commands import import_arguments, run_import
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import Change, JournalEntry
from hiroba.foundation.people.models import Person, Team
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Item, ItemState
from hiroba.ingest.receiving import Parcel, open_batch, receive
from hiroba.ingest.rereading import release_record
from hiroba.ingest.working import work_once
from hiroba.search.indexing import open_indexer
from hiroba.search.queries import Asked, search
from tests.world import World, build_world

ALL, SECTION = frozenset({EVERYONE}), frozenset({"unit:0402"})
NUMBER = "個人番号 123456789018"
ACCOUNT = "みずき銀行 中央支店 普通 1234567 山田 太郎"


class Plain:
    """Reads in this process: what is tried here is not the sandbox."""

    def extract(self, path: Path, name: str) -> Extraction:
        return files.extract(path, name)


def audience(record: Record) -> frozenset[str]:
    return principals_in(Record.objects.get(pk=record.pk).audience_id)


def mail(*attached: tuple[str, str], text: str = "添付のとおりです。") -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "照会", "a@mirai.invalid", "b@mirai.invalid"
    message.set_content(text)
    for name, content in attached:
        message.add_attachment(content.encode(), "text", "plain", filename=name)
    return message.as_bytes()


def bring(world: World, name: str, data: bytes, to: frozenset[str] = ALL, reason: str = "") -> Record:
    batch = open_batch(world.kimura, f"upload:{world.kimura.pk}", to, reason=reason)
    item = receive(batch, Parcel(name, name), [data])
    while work_once(Plain(), 10):
        pass
    found = Item.objects.get(pk=item.pk).record
    assert found is not None
    return found


# --- older versions ---


def test_a_version_the_gate_held_stays_held_when_a_clean_one_follows(world: World) -> None:
    record = world.keep(world.kimura, "名簿.txt", NUMBER, key="名簿", to="section").record
    world.keep(world.kimura, "名簿.txt", "番号は消しました。", key="名簿", to="section")
    actions.share_record(world.kimura, record.pk, ALL)
    assert queries.get_revision(world.kondo, record.pk).number == 2
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.get_revision(world.kondo, record.pk, 1)


def test_taking_back_and_restoring_lets_nothing_out_that_is_held(world: World) -> None:
    record = world.keep(world.kimura, "名簿.txt", NUMBER, key="名簿").record
    world.keep(world.kimura, "名簿.txt", NUMBER, "もう一度", key="名簿")
    actions.withdraw_record(world.kimura, record.pk)
    assert actions.restore_record(world.kimura, record.pk).state == RecordState.HELD


def test_a_clean_version_does_not_open_the_personal_data_of_the_one_before(world: World) -> None:
    record = world.keep(world.kimura, "口座.txt", ACCOUNT, key="口座").record
    world.keep(world.kimura, "口座.txt", "口座は消しました。", key="口座")
    with pytest.raises(Refusal, match="GATE-02"):
        actions.share_record(world.kimura, record.pk, ALL)


def test_a_version_with_personal_data_does_not_widen_what_was_narrowed_to_one_person(world: World) -> None:
    mine = frozenset({of_person(world.kimura.pk)})
    record = world.keep(world.kimura, "覚え.txt", "ふつうの文", key="覚え").record
    actions.share_record(world.kimura, record.pk, mine, "下書きのため")
    world.keep(world.kimura, "覚え.txt", ACCOUNT, key="覚え")
    assert audience(record) == mine


def test_a_version_brought_for_fewer_people_is_not_shown_to_the_readers_of_the_one_before(world: World) -> None:
    mine = frozenset({of_person(world.kimura.pk)})
    record = bring(world, "memo.txt", "みんなへ".encode())
    assert bring(world, "memo.txt", "わたしだけの下書き".encode(), mine, "下書き").pk == record.pk
    assert audience(record) == mine
    bring(world, "memo.txt", "またみんなへ".encode())
    assert audience(record) == mine  # a new version never widens


def test_personal_data_stays_in_the_section_it_came_from_when_its_bringer_moved(world: World) -> None:
    record = world.keep(world.kimura, "口座.txt", "ふつうの文", key="口座", to="section").record
    world.kimura.posts.update(unit=world.units["0702"])
    world.keep(world.kimura, "口座.txt", ACCOUNT, key="口座", to=ALL)
    assert audience(record) == SECTION


def test_a_unit_whose_code_merely_begins_alike_is_not_inside_the_section(world: World) -> None:
    record = world.keep(world.kimura, "口座.txt", ACCOUNT, to=frozenset({of_unit("04029"), of_unit("040201")})).record
    assert audience(record) == {of_unit("040201")}


def test_whoever_moved_away_cannot_share_their_old_sections_personal_data_with_themselves(world: World) -> None:
    record = world.keep(world.kimura, "口座.txt", ACCOUNT).record
    world.kimura.posts.update(unit=world.units["0702"])
    with pytest.raises(Refusal, match="ACCESS-01"):
        actions.share_record(world.kimura, record.pk, frozenset({of_person(world.kimura.pk)}), "わたしの")


# --- names ---


@pytest.mark.parametrize("name", ["個人番号123456789018.txt", "1234-5678-9018.txt"])
def test_a_my_number_in_the_name_is_held_and_shown_in_no_list(world: World, name: str) -> None:
    kept = world.keep(world.kimura, name, "ふつうの文")
    assert kept.outcome == "held"
    assert "9018" not in kept.record.title + kept.record.file_name
    assert not queries.records_visible_to(world.sato).exists()


def test_a_my_number_in_the_title_or_author_of_a_file_is_held(world: World) -> None:
    record = bring(world, "a.html", f"<title>{NUMBER}</title><p>ふつうの文</p>".encode())
    assert record.state == RecordState.HELD
    assert "9018" not in record.title


# --- what carries, and what is carried ---


def test_a_mail_is_held_when_what_it_carries_holds_a_my_number(world: World) -> None:
    record = bring(world, "照会.eml", mail(("名簿.txt", NUMBER)))
    assert record.state == RecordState.HELD
    assert record.gate_places == ["名簿.txt: line=1"]
    inner = EmailMessage()
    inner["Subject"] = "転送"
    inner.set_content("転送します。")
    inner.add_attachment(mail(("名簿.txt", NUMBER)), "application", "octet-stream", filename="元.eml")
    assert bring(world, "転送.eml", inner.as_bytes()).state == RecordState.HELD
    assert not queries.records_visible_to(world.kondo).exists()


def test_a_mail_stays_inside_when_what_it_carries_is_personal(world: World) -> None:
    record = bring(world, "照会.eml", mail(("口座.txt", ACCOUNT)))
    assert (record.gate_code, audience(record)) == ("GATE-02", SECTION)


def test_what_came_with_a_mail_is_narrowed_opened_and_taken_back_with_it(world: World) -> None:
    record = bring(world, "照会.eml", mail(("内訳.txt", "三百二十件"), ("別.txt", "別の話")), SECTION)
    part, other = Record.objects.filter(links_in__source=record).order_by("pk")
    mine = frozenset({of_person(world.kimura.pk)})
    actions.share_record(world.kimura, other.pk, mine, "これだけは手元に")
    actions.share_record(world.kimura, record.pk, ALL)
    assert (audience(part), audience(other)) == (ALL, mine)
    actions.share_record(world.kimura, record.pk, SECTION, "課の中で")
    assert audience(part) == SECTION
    actions.withdraw_record(world.kimura, record.pk)
    assert set(Record.objects.values_list("state", flat=True)) == {RecordState.WITHDRAWN}


@pytest.mark.parametrize("act", ["narrow", "withdraw"])
def test_what_is_still_on_its_way_follows_the_mail_it_came_in(world: World, act: str) -> None:
    batch = open_batch(world.kimura, "upload:1", ALL)
    receive(batch, Parcel("照会.eml", "照会.eml"), [mail(("内訳.txt", "三百二十件"))])
    work_once(Plain(), 1)
    record = Record.objects.get()
    mine = frozenset({of_person(world.kimura.pk)})
    if act == "narrow":
        actions.share_record(world.kimura, record.pk, mine, "手元に")
    else:
        actions.withdraw_record(world.kimura, record.pk)
    work_once(Plain(), 1)
    states = set(batch.items.values_list("state", flat=True))
    parts = Record.objects.filter(links_in__source=record)
    if act == "narrow":
        assert [audience(part) for part in parts] == [mine]
    else:
        assert not parts.exists()
        assert states == {ItemState.DONE, ItemState.SAME}


def test_taking_back_reaches_mails_inside_mails(world: World) -> None:
    outer = EmailMessage()
    outer["Subject"] = "転送"
    outer.set_content("転送します。")
    outer.add_attachment(mail(("内訳.txt", "三百二十件")), "application", "octet-stream", filename="元.eml")
    record = bring(world, "転送.eml", outer.as_bytes())
    assert Record.objects.count() == 3
    actions.withdraw_record(world.kimura, record.pk)
    assert not queries.records_visible_to(world.kimura).exists()


# --- opening folders, letting go ---


def test_opening_a_folder_leaves_what_somebody_narrowed_on_purpose(world: World) -> None:
    record = world.keep(world.kimura, "a.txt", "ふつうの文").record
    Record.objects.update(folder="共有")
    actions.share_record(world.kimura, record.pk, SECTION, "契約前のため")
    assert actions.open_folder(world.sato, "共有") == (0, 1)
    assert audience(record) == SECTION


def test_a_folder_without_a_name_opens_nothing(world: World) -> None:
    record = world.keep(world.kimura, "a.txt", "ふつうの文", to="section").record
    assert actions.open_folder(world.sato, "") == (0, 0)
    assert audience(record) == SECTION


def test_what_is_let_go_stays_inside_for_the_other_personal_data_in_it(world: World) -> None:
    record = bring(world, "名簿.txt", f"{NUMBER}\n{ACCOUNT}\n".encode())
    released = release_record(world.kimura, record.pk, "見本の番号です")
    assert (released.gate_code, audience(record)) == ("GATE-02", SECTION)
    with pytest.raises(Refusal, match="GATE-02"):
        actions.share_record(world.kimura, record.pk, ALL)


# --- the stream ---


def test_no_stream_tells_that_something_was_held(world: World) -> None:
    held = world.keep(world.kimura, "名簿.txt", NUMBER).record
    seen = world.keep(world.kimura, "表.txt", "ふつうの文", key="表").record
    world.keep(world.kimura, "表.txt", NUMBER, key="表")
    actions.withdraw_record(world.kimura, held.pk)
    told = list(Change.objects.filter(kind="record.held")) + list(Change.objects.filter(subject_id=held.pk))
    assert all(not reach.now and not reach.before for reach in find_reach(told).values())
    assert find_reach(list(Change.objects.filter(subject_id=seen.pk, kind="record.received")))


# --- over the wire ---


def page_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def entries(act: str) -> list[JournalEntry]:
    flush_journal()
    return list(JournalEntry.objects.filter(act=act).order_by("number"))


def test_asking_for_what_is_hidden_is_noted_like_asking_for_what_is_missing(world: World) -> None:
    record = world.keep(world.kimura, "報告.txt", "ふつうの文", to="section").record
    page_of(world.kondo).get(f"/records/{record.pk}/")
    page_of(world.kondo).get("/records/999999/")
    token = add_token(world.kondo, "試し")
    Client().get(f"/api/records/{record.pk}/original", headers={"Authorization": f"Bearer {token}"})
    noted = [(each.actor_id, each.subject_id, each.result) for each in entries("record.refused")]
    assert noted == [(world.kondo.pk, str(each), "ACCESS-01") for each in (record.pk, 999999, record.pk)]


def test_a_change_of_sharing_is_in_the_journal_before_the_answer(world: World) -> None:
    record = world.keep(world.kimura, "報告.txt", "ふつうの文", to="section").record
    page_of(world.kimura).post(f"/records/{record.pk}/audience/", {"audience": "everyone"})
    assert JournalEntry.objects.filter(act="record.shared", subject_id=str(record.pk)).exists()


@pytest.mark.parametrize("address", ["/folders/?page=" + "9" * 5000, "/records/" + "9" * 40 + "/", "/folders/?page=²"])
def test_numbers_beyond_reason_are_no_fault_of_ours(world: World, address: str) -> None:
    assert page_of(world.kimura).get(address).status_code in (200, 404)


def test_a_name_with_line_breaks_or_turned_writing_is_received_and_given_back_without_them(world: World) -> None:
    batch = open_batch(world.kimura, "upload:1", SECTION)
    client = page_of(world.kimura)
    file = SimpleUploadedFile("x", "ふつうの文".encode())
    sent = {"file": file, "path": "a\r\nSet-Cookie: x=1\u202etxt.exe", "modified": "²"}
    assert client.post(f"/intake/batches/{batch.pk}/files/", sent).status_code == 201
    work_once(Plain(), 10)
    answer = client.get(f"/records/{Record.objects.get().pk}/original/")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="aSet-Cookie: x=1txt.exe"'


async def _send_to_door(headers: list[tuple[bytes, bytes]], pieces: int) -> tuple[int, int]:
    """Give the status and how many pieces of a body of 64 KiB each were taken."""
    taken, sent = 0, []

    async def receive() -> dict[str, object]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * 65536, "more_body": taken < pieces}

    async def send(message: Mapping[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/sign-in/", "headers": headers, "query_string": b""}
    await application(scope, receive, send)
    return int(str(sent[0]["status"])) if sent else 0, taken


@pytest.mark.parametrize("headers", [[(b"content-length", b"99999999999")], []], ids=["said", "chunked"])
def test_a_stranger_cannot_fill_the_disk_with_a_body_that_nobody_takes(
    settings: Any, headers: list[tuple[bytes, bytes]]
) -> None:
    settings.UPLOAD_LIMIT = 2**20
    status, taken = asyncio.run(_send_to_door(headers, 1000))
    assert status == 413
    assert taken < 40


def test_those_from_whom_it_was_narrowed_hear_nothing_of_it_later(world: World) -> None:
    record = world.keep(world.kimura, "a.txt", "ふつうの文").record
    actions.share_record(world.kimura, record.pk, SECTION, "契約前のため")
    actions.withdraw_record(world.kimura, record.pk)
    told = {change.kind: change for change in Change.objects.order_by("pk")}
    reaches = find_reach(list(told.values()))
    assert EVERYONE in reaches[told["record.narrowed"].seq or 0].before
    assert reaches[told["record.withdrawn"].seq or 0].before == SECTION


# --- figures, roles, commands ---


def scores(person: Person) -> list[float]:
    with open_indexer() as indexer:
        while indexer.index_once():
            pass
    return [hit["score"] for hit in as_json(search(person, Asked("気象")))["hits"]]


@pytest.mark.django_db(transaction=True)
def test_no_score_tells_how_often_a_word_stands_in_what_is_hidden(settings: Any, tmp_path: Path) -> None:
    settings.INDEX_DIR = tmp_path
    world = build_world()
    world.keep(world.kondo, "観測.txt", "気象の観測")
    before = scores(world.kondo)
    for number in range(5):
        world.keep(world.kimura, f"{number}.txt", "気象の話 気象", to="section")
    assert scores(world.kondo) == before == [1.0]


def test_an_administrator_does_not_join_a_team_by_themselves(world: World) -> None:
    team = Team.objects.get()
    with pytest.raises(Refusal, match="ADMIN-01"):
        add_member(world.endo, team.pk, "endo")


@pytest.mark.parametrize("page", ["", "units/", "teams/", "teams/{team}/", "people/"])
def test_each_look_of_an_administrator_is_in_the_journal_before_the_answer(world: World, page: str) -> None:
    address = f"/administration/{page}".format(team=Team.objects.get().pk)
    assert page_of(world.endo).get(address).status_code == 200
    assert JournalEntry.objects.filter(act="administration.read", actor_id=world.endo.pk).count() == 1


def test_an_import_by_command_is_in_the_journal(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ふつうの文", encoding="utf-8")
    parser = argparse.ArgumentParser()
    import_arguments(parser)
    run_import(parser.parse_args([str(tmp_path), "--as", "kimura"]))
    assert JournalEntry.objects.get(act="record.received").actor_id == world.kimura.pk


def test_what_the_command_writes_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    command = [sys.executable, "-m", "config.command", "init", "--office", "みらい区", "--admin", "endo"]
    subprocess.run(
        command,
        input="みらい-ひろば-2026\n".encode(),
        env=os.environ | {"HIROBA_HOME": str(home)},
        check=True,
        capture_output=True,
    )
    assert not [path for path in home.rglob("*") if path.stat().st_mode & 0o077]
