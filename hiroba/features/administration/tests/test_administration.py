"""What administrators and auditors may do, and that they cannot do it to themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hiroba.features.administration import actions
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.changes import journal
from hiroba.foundation.changes.models import Change, JournalEntry
from hiroba.foundation.people.models import Person, RoleGrant, RoleName, SignIn, Team
from hiroba.foundation.people.queries import posts_of, role_names_of, today
from hiroba.foundation.people.sign_ins import digest_of
from hiroba.foundation.refusal import Refusal

pytestmark = pytest.mark.django_db

HEADER = "職員番号,ログイン,氏名,ふりがな,メール,部署コード,部署名,上位部署コード,職,区分,開始日,終了日"
ROOMS = [
    "/administration/",
    "/administration/people/",
    "/administration/people/import/",
    "/administration/units/",
    "/administration/teams/",
]


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def code_of(act: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(Refusal) as refused:
        act(*arguments)
    return refused.value.code


def acts() -> list[str]:
    return list(JournalEntry.objects.order_by("number").values_list("act", flat=True))


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_open_to_administrators_only(world: Any, room: str) -> None:
    assert as_person(world.endo).get(room).status_code == 200
    assert as_person(world.kimura).get(room).status_code == 403


def test_the_journal_opens_to_auditors_and_not_to_administrators(world: Any) -> None:
    for address in ("/administration/journal/", "/administration/journal/export/"):
        assert as_person(world.endo).get(address).status_code == 403
    actions.grant_role(world.endo, world.ogawa.pk, "auditor")
    page = as_person(world.ogawa).get("/administration/journal/?login=endo").content.decode()
    assert "遠藤 光" in page
    assert "役割を与えた" in page
    assert "journal.read" in acts()


def test_the_journal_is_narrowed_to_a_person_an_act_and_a_day(world: Any) -> None:
    actions.grant_role(world.endo, world.ogawa.pk, "auditor")
    journal.note_now(world.kimura.pk, "record.read", "record", 7, "ここだけ")
    auditor = as_person(world.ogawa)
    assert "ここだけ" in auditor.get("/administration/journal/?login=kimura&act=record.read").content.decode()
    assert "ここだけ" not in auditor.get("/administration/journal/?login=endo").content.decode()
    assert "ここだけ" not in auditor.get("/administration/journal/?day=R7.4.1").content.decode()


def test_an_exported_cell_is_no_formula(world: Any) -> None:
    actions.grant_role(world.endo, world.ogawa.pk, "auditor")
    journal.note_now(world.kimura.pk, "search.made", detail='=HYPERLINK("x")')
    answer = as_person(world.ogawa).get("/administration/journal/export/")
    text = b"".join(answer).decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text
    assert "journal.exported" in acts()


def test_nobody_changes_their_own_roles_or_switches_themselves_off(world: Any) -> None:
    assert code_of(actions.grant_role, world.endo, world.endo.pk, "auditor") == "ADMIN-01"
    assert code_of(actions.end_role, world.endo, world.endo.pk, "administrator") == "ADMIN-01"
    assert code_of(actions.deactivate_person, world.endo, world.endo.pk) == "ADMIN-01"
    assert code_of(actions.print_slip, world.endo, world.endo.pk) == "ADMIN-01"
    assert role_names_of(world.endo) == {"administrator"}


def test_a_role_given_and_taken_counts_at_once_and_is_written_down(world: Any) -> None:
    actions.grant_role(world.endo, world.ogawa.pk, "archivist")
    assert "role:archivist" in principals_of(world.ogawa)
    actions.end_role(world.endo, world.ogawa.pk, "archivist")
    assert "role:archivist" not in principals_of(world.ogawa)
    assert acts() == ["role.granted", "role.ended"]
    assert Change.objects.filter(kind="access.changed", subject_id=world.ogawa.pk).count() == 2


def test_the_last_active_administrator_stays(world: Any) -> None:
    actions.grant_role(world.endo, world.ogawa.pk, "administrator")
    actions.deactivate_person(world.endo, world.ogawa.pk)
    other = RoleGrant.objects.create(person=world.sato, role=RoleName.ADMINISTRATOR, from_on=today())
    Person.objects.filter(pk=world.endo.pk).update(is_active=False)
    world.kimura.roles.create(role=RoleName.ADMINISTRATOR, from_on=today())
    actions.end_role(world.kimura, other.person_id, "administrator")
    Person.objects.filter(pk=world.kimura.pk).update(is_active=False)
    assert code_of(actions.deactivate_person, world.kimura, world.endo.pk) == "ADMIN-02"


def test_a_person_switched_off_is_out_at_the_next_request(world: Any) -> None:
    client = as_person(world.kondo)
    assert client.get("/account/").status_code == 200
    as_person(world.endo).post(f"/administration/people/{world.kondo.pk}/state/", {"active": "0"})
    assert client.get("/account/").status_code == 302
    as_person(world.endo).post(f"/administration/people/{world.kondo.pk}/state/", {"active": "1"})
    assert Person.objects.get(pk=world.kondo.pk).is_active


def test_a_slip_is_shown_once_and_ends_what_was_open(world: Any) -> None:
    client = Client()
    client.force_login(world.kimura)
    SignIn.objects.create(person=world.kimura, session_key=client.session.session_key, seen_at=world.kimura.created_at)
    page = as_person(world.endo).post(f"/administration/people/{world.kimura.pk}/slip/").content.decode()
    code = page.split("<code>")[2].split("</code>")[0]
    assert world.kimura.reset_codes.get().digest == digest_of(code)
    assert client.get("/account/").status_code == 302
    assert code not in str(list(JournalEntry.objects.values()))
    door = Client()
    assert door.post("/sign-in/", {"login": "kimura", "password": code})["Location"] == "/account/password/"


def test_people_are_found_by_reading_number_and_login(world: Any) -> None:
    client = as_person(world.endo)
    for word in ("きむら", "木村", "kimura", "1001"):
        page = client.get("/administration/people/", {"q": word}).content.decode()
        assert "木村 直美" in page
        assert "近藤 学" not in page
    assert "子育て支援課 入園係 主任" in client.get("/administration/people/?q=木村").content.decode()


def test_looking_at_a_person_is_written_down(world: Any) -> None:
    assert as_person(world.endo).get(f"/administration/people/{world.kimura.pk}/").status_code == 200
    assert JournalEntry.objects.filter(act="administration.read", subject_id=str(world.kimura.pk)).exists()
    assert as_person(world.endo).get("/administration/people/999999/").status_code == 404


def test_a_team_gains_and_loses_a_member_at_once(world: Any) -> None:
    client = as_person(world.endo)
    client.post("/administration/teams/", {"name": "地図PT"})
    team = Team.objects.get(name="地図PT")
    client.post(f"/administration/teams/{team.pk}/", {"login": "kondo"})
    assert f"team:{team.pk}" in principals_of(world.kondo)
    client.post(f"/administration/teams/{team.pk}/", {"end": "kondo"})
    assert f"team:{team.pk}" not in principals_of(world.kondo)
    assert client.post("/administration/teams/", {"name": "地図PT"}).status_code == 400


def test_a_file_is_shown_as_a_plan_and_then_applied_exactly(world: Any) -> None:
    client = as_person(world.endo)
    line = "2001,mori,森 茂,もり しげる,,0602,清掃課,07,主任,本務,2020-04-01,"
    file = SimpleUploadedFile("people.csv", f"{HEADER}\r\n{line}\r\n".encode("cp932"))
    page = client.post("/administration/people/import/", {"file": file, "on": "令和8年4月1日"}).content.decode()
    assert "森 茂" in page
    assert not Person.objects.filter(login="mori").exists()
    token = page.split('name="token" value="')[1].split('"')[0]
    stranger = RoleGrant.objects.create(person=world.ogawa, role=RoleName.ADMINISTRATOR, from_on=today())
    theirs = as_person(stranger.person).post("/administration/people/import/application/", {"token": token})
    assert theirs.status_code == 409, "a plan belongs to whom it was shown"
    done = client.post("/administration/people/import/application/", {"token": token}).content.decode()
    mori = Person.objects.get(login="mori")
    assert mori.reset_codes.get().digest == digest_of(done.split("<code>")[2].split("</code>")[0])
    assert "people.imported" in acts()
    assert client.post("/administration/people/import/application/", {"token": token}).status_code == 409
    assert posts_of(world.kimura, dt.date(2027, 1, 1)).exists(), "who is not in the file stays"


def test_a_file_with_problems_offers_nothing_to_apply(world: Any) -> None:
    file = SimpleUploadedFile("people.csv", f"{HEADER}\r\n2001,mori,,,,0602,清掃課,,,,,\r\n".encode())
    page = as_person(world.endo).post("/administration/people/import/", {"file": file}).content.decode()
    assert 'name="token"' not in page
    assert "2行目" in page


def test_the_tree_of_another_day_can_be_seen(world: Any) -> None:
    client = as_person(world.endo)
    assert "入園係" in client.get("/administration/units/").content.decode()
    assert "入園係" not in client.get("/administration/units/?day=H30.4.1").content.decode()
    assert client.get("/administration/units/?day=きのう").status_code == 400
