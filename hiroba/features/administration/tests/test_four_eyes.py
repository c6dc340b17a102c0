"""An administrator does not give an administrator a post, and so a unit's papers, without a second one."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hiroba.features.administration import commands
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.changes.models import Change, JournalEntry
from hiroba.foundation.people.models import PendingImport, Person, Post, RoleGrant, RoleName
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal

HEADER = "職員番号,ログイン,氏名,部署コード,部署名,上位部署コード,職,区分,開始日,終了日,後継"
ENDO = "1007,endo,遠藤 光,0102,DX推進課,01,担当,本務,2020-04-01,,"
GAIN = f"{ENDO}\r\n1007,endo,遠藤 光,0402,子育て支援課,04,担当,兼務,{{day}},,"
NEW = "2001,mori,森 茂,0702,公園課,07,主任,本務,2020-04-01,,"


def file_of(*lines: str, day: dt.date | None = None) -> bytes:
    return "\r\n".join([HEADER, *lines, ""]).format(day=day or today()).encode()


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def upload(person: Person, file: bytes) -> Any:
    client = as_person(person)
    sent = {"file": SimpleUploadedFile("people.csv", file), "extent": "part"}
    page = client.post("/administration/people/import/", sent).content.decode()
    token = page.split('name="token" value="')[1].split('"')[0]
    return client.post("/administration/people/import/application/", {"token": token})


@pytest.fixture
def second(world: Any) -> Person:
    RoleGrant.objects.create(person=world.ogawa, role=RoleName.ADMINISTRATOR, from_on=today())
    person: Person = world.ogawa
    return person


def test_a_post_of_ones_own_waits_and_changes_nothing_yet(world: Any) -> None:
    before = Change.objects.count()
    response = upload(world.endo, file_of(GAIN, NEW))
    pending = PendingImport.objects.get()
    assert response.headers["Location"] == f"/administration/people/import/waiting/{pending.pk}/"
    assert "unit:0402" not in principals_of(world.endo)
    assert not Person.objects.filter(login="mori").exists()
    assert Change.objects.count() == before
    assert pending.gains == [{"login": "endo", "name": "遠藤 光", "gains": ["unit:04", "unit:0402"]}]
    assert "proposed administrators=endo" in JournalEntry.objects.latest("number").detail


def test_whoever_proposed_it_cannot_confirm_it_and_a_second_administrator_can(world: Any, second: Person) -> None:
    address = upload(world.endo, file_of(GAIN, NEW)).headers["Location"]
    assert as_person(world.endo).post(address).status_code == 403
    assert as_person(world.kondo).post(address).status_code == 403
    assert not Person.objects.filter(login="mori").exists()
    page = as_person(second).get(address).content.decode()
    assert "遠藤" in page
    assert "子育て支援課" in page
    done = as_person(second).post(address).content.decode()
    assert "森 茂" in done, "the slips of those who are new"
    assert "unit:0402" in principals_of(world.endo)
    assert PendingImport.objects.get().file == b""
    assert as_person(second).post(address).status_code == 404


@pytest.mark.parametrize("who", ["endo", "ogawa"])
def test_it_can_be_thrown_away_by_both(world: Any, second: Person, who: str) -> None:
    address = upload(world.endo, file_of(GAIN)).headers["Location"]
    as_person(world.people[who]).post(address, {"refuse": "1"})
    assert "unit:0402" not in principals_of(world.endo)
    assert PendingImport.objects.get().outcome == PendingImport.REFUSED
    assert as_person(second).post(address).status_code == 404


def test_a_post_that_begins_later_another_administrators_and_a_unit_that_is_taken_over_wait_too(
    world: Any, second: Person
) -> None:
    upload(world.endo, file_of(GAIN, day=today() + dt.timedelta(days=30)))
    upload(second, file_of(GAIN))
    merged = "3001,tani,谷 亮,0102,DX推進課,01,主任,本務,2020-04-01,,\r\n,,,0402,子育て支援課,04,,,,{day},0102"
    upload(world.endo, file_of(merged))
    assert PendingImport.objects.filter(outcome="").count() == 3
    assert "unit:0402" not in principals_of(world.endo)


def test_an_import_by_which_no_administrator_reads_more_is_done_at_once(world: Any) -> None:
    assert "取り込みました" in upload(world.endo, file_of(ENDO.replace("担当", "主査"), NEW)).content.decode()
    assert Person.objects.filter(login="mori").exists()
    assert not PendingImport.objects.exists()


def test_what_has_changed_since_is_not_confirmed(world: Any, second: Person) -> None:
    address = upload(world.endo, file_of(GAIN)).headers["Location"]
    Post.objects.filter(person=world.endo).update(title="係長")
    assert as_person(second).post(address).status_code == 409


def test_every_administrator_sees_on_the_first_page_what_waits_and_what_was_done_at_the_machine(
    world: Any, second: Person, tmp_path: Path
) -> None:
    address = upload(world.endo, file_of(GAIN)).headers["Location"]
    assert address in as_person(second).get("/").content.decode()
    assert address not in as_person(world.kimura).get("/").content.decode()
    people(tmp_path, file_of(GAIN), "import", "--apply", "--part", "--no-slips")
    assert "unit:0402" in principals_of(world.endo)
    for administrator in (world.endo, second):
        assert (
            "機械の上での取り込みで、遠藤 光の読めるものが増えました"
            in as_person(administrator).get("/").content.decode()
        )
    assert "機械の上での取り込み" not in as_person(world.kimura).get("/").content.decode()
    assert "administrators=endo" in JournalEntry.objects.filter(actor_id=None).latest("number").detail


def people(tmp_path: Path, file: bytes, verb: str, *more: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    commands.people_arguments(parser)
    path = tmp_path / "people.csv"
    path.write_bytes(file)
    first = [str(path)] if verb == "import" else []
    return commands.run_people(parser.parse_args([verb, *first, *more]))


def test_the_command_lists_and_confirms_as_another_administrator_only(
    world: Any, second: Person, tmp_path: Path
) -> None:
    upload(world.endo, file_of(GAIN))
    (waiting,) = people(tmp_path, b"", "waiting")["waiting"]
    assert (waiting["by"], waiting["gains"][0]["login"]) == ("endo", "endo")
    with pytest.raises(Refusal, match="ADMIN-06"):
        people(tmp_path, b"", "confirm", str(waiting["id"]), "--as", "endo")
    with pytest.raises(Refusal, match="ACCESS-02"):
        people(tmp_path, b"", "confirm", str(waiting["id"]), "--as", "kimura")
    assert people(tmp_path, b"", "confirm", str(waiting["id"]), "--as", second.login, "--no-slips")["applied"]
    assert "unit:0402" in principals_of(world.endo)
    assert people(tmp_path, b"", "waiting")["waiting"] == []


def test_the_first_import_of_an_office_waits_for_nobody(world: Any) -> None:
    Post.objects.all().delete()
    assert "取り込みました" in upload(world.endo, file_of(GAIN)).content.decode()
    assert "unit:0402" in principals_of(world.endo)
