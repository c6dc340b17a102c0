"""Administrators add, change, stop and remove sources; passwords show nowhere; commands do the same."""

from __future__ import annotations

import argparse
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hiroba.connectors.outside import OutsideError
from hiroba.features.administration import backup, commands_sources
from hiroba.features.administration.actions_sources import checked_settings
from hiroba.features.administration.doctor import look
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import has_secret, read_secret
from hiroba.ingest.models import OutsideIdentity, Source
from hiroba.ingest.sources import KINDS, Field, kind_named, register_kind, secret_name, visit_source
from tests.dovecot import free_port
from tests.world import World

pytestmark = pytest.mark.django_db

ASKED = {
    "name": "公園課のメール",
    "login": "kondo",
    "audience": "section",
    "minutes": "5",
    "set_host": "mail.mirai.example",
    "set_password": "とてもひみつ",
}


def visiting(source: Source) -> int:
    raise OutsideError("SOURCE-03", place=source.settings["host"])


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    register_kind(
        "try",
        visiting,
        Field("host", "機械"),
        Field("password", "パスワード", is_secret=True),
        label="試し",
        every_seconds=60,
    )
    yield
    del KINDS["try"]


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def added(world: World, **other: str) -> Source:
    answer = as_person(world.endo).post("/administration/sources/kinds/try/", ASKED | other)
    assert answer.status_code == 302, answer.content.decode()
    return Source.objects.latest("pk")


def test_a_source_is_added_by_a_form_and_its_password_lies_apart(world: World) -> None:
    source = added(world)
    assert (source.person, source.unit, source.every_seconds) == (world.kondo, world.units["0702"], 300)
    assert source.settings == {"host": "mail.mirai.example"}
    assert read_secret(secret_name(source.pk, "password")) == "とてもひみつ"
    client = as_person(world.endo)
    for address in ("", f"{source.pk}/", f"{source.pk}/settings/"):
        page = client.get(f"/administration/sources/{address}").content.decode()
        assert "公園課のメール" in page
        assert "とてもひみつ" not in page
    assert "とてもひみつ" not in str(list(JournalEntry.objects.values()))


def test_a_changed_source_keeps_its_password_unless_a_new_one_is_typed(world: World) -> None:
    source = added(world)
    address = f"/administration/sources/{source.pk}/settings/"
    as_person(world.endo).post(address, ASKED | {"set_password": "", "name": "公園のメール"})
    source.refresh_from_db()
    assert (source.name, read_secret(secret_name(source.pk, "password"))) == ("公園のメール", "とてもひみつ")
    as_person(world.endo).post(address, ASKED | {"set_password": "新しい", "set_host": "other"})
    source.refresh_from_db()
    assert (source.settings["host"], read_secret(secret_name(source.pk, "password"))) == ("other", "新しい")


def test_a_password_goes_to_no_other_machine_than_it_was_given_for(world: World) -> None:
    source = added(world)
    address = f"/administration/sources/{source.pk}/settings/"
    answer = as_person(world.endo).post(address, ASKED | {"set_password": "", "set_host": "evil.example"})
    assert answer.status_code == 400
    source.refresh_from_db()
    assert source.settings["host"] == "mail.mirai.example"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"audience": "unit:0402"}, "SOURCE-11"),  # not the section of whoever stands for it
        ({"login": "nobody"}, "PEOPLE-01"),
        ({"set_host": ""}, "まだ送られていません"),
        ({"minutes": "0"}, "まだ送られていません"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_added(world: World, typed: dict[str, str], said: str) -> None:
    page = as_person(world.endo).post("/administration/sources/kinds/try/", ASKED | typed).content.decode()
    assert said in page
    assert not Source.objects.exists()


@pytest.mark.parametrize("address", ["postgresql://reader:geheim@host/zaisan", "postgresql://host/zaisan?password=x"])
def test_a_password_in_an_address_is_no_setting(address: str) -> None:
    with pytest.raises(Refusal, match="SOURCE-04"):
        checked_settings(kind_named("database"), {"url": address, "select": "SELECT 1"})
    kept = {"url": "postgresql://reader@host/zaisan", "select": "SELECT mail FROM a WHERE mail LIKE '%:%@%'"}
    assert checked_settings(kind_named("database"), kept)["url"] == kept["url"]


def test_two_sources_never_have_one_name(world: World) -> None:
    added(world)
    page = as_person(world.endo).post("/administration/sources/kinds/try/", ASKED)
    assert (page.status_code, "SOURCE-08" in page.content.decode()) == (400, True)


def test_a_failed_visit_is_told_in_words_and_by_the_doctor(world: World) -> None:
    source = added(world)
    visit_source(source)
    client = as_person(world.endo)
    assert "mail.mirai.example」が見つかりません" in client.get("/administration/sources/").content.decode()
    (finding,) = [each for each in look() if each.look == "sources"]
    assert (finding.is_whole, finding.code, finding.detail) == (False, "SOURCE-03", "公園課のメール SOURCE-03")
    client.post(f"/administration/sources/{source.pk}/state/", {"on": "0"})
    assert [each.is_whole for each in look() if each.look == "sources"] == [True]


def test_a_removed_source_takes_its_password_with_it(world: World) -> None:
    source = added(world)
    as_person(world.endo).post(f"/administration/sources/{source.pk}/end/")
    assert not Source.objects.exists()
    assert not has_secret(secret_name(source.pk, "password"))


@pytest.mark.django_db(transaction=True)
def test_a_removed_source_leaves_nothing_that_a_query_gave_on_the_disk(world: World) -> None:
    source = added(world)
    spool = Path(settings.HOME, "spool")
    spool.mkdir(exist_ok=True)
    for name in (f"table-{source.pk}.csv", f"table-{source.pk}.part"):
        (spool / name).write_text("受付番号,内容\nU-1,ひみつ\n")
    as_person(world.endo).post(f"/administration/sources/{source.pk}/end/")
    assert not list(spool.glob(f"table-{source.pk}.*"))


def command(*words: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    commands_sources.source_arguments(parser)
    return commands_sources.run_source(parser.parse_args(words))


def test_the_command_does_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_SECRET", "ひみつ")
    words = ["add", "try", "メール", "--as", "kondo", "--set", "host=h", "--secret", "password=MAIL_SECRET"]
    (row,) = command(*words)["sources"]
    assert (row["as"], row["audience"], row["every_seconds"], row["on"]) == ("kondo", "公園課で共有", 60, True)
    (row,) = command("run", "メール")["sources"]
    assert (row["code"], row["params"], row["failures"]) == ("SOURCE-03", {"place": "h"}, 1)
    assert "ひみつ" not in json.dumps(command("list"), default=str, ensure_ascii=False)
    assert command("off", "メール")["sources"][0]["on"] is False
    assert command("remove", "メール") == {"sources": []}
    with pytest.raises(Refusal) as refused:
        command("run", "メール")
    assert refused.value.code == "SOURCE-13"


def test_a_setting_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        command("add", "try", "メール", "--as", "kondo", "--set", "hots=h")
    assert refused.value.params == {"field": "hots"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_secrets", [False, True])
def test_a_backup_holds_passwords_only_when_told(world: World, tmp_path: Path, with_secrets: bool) -> None:
    source = added(world)
    target = tmp_path / "b.tar"
    backup.run_backup(argparse.Namespace(file=str(target), with_secrets=with_secrets))
    with tarfile.open(target) as tar:
        names = tar.getnames()
    assert (f"secrets/{secret_name(source.pk, 'password')}" in names) is with_secrets
    assert with_secrets or "とてもひみつ".encode() not in target.read_bytes()


def test_who_an_identity_is_here_is_decided_one_by_one_or_by_a_table(world: World) -> None:
    client, address = as_person(world.endo), "/administration/sources/identities/"
    client.post(address, {"name": "S-1-5-21-7-1001", "audience": "unit:0702"})
    page = client.get(address).content.decode()
    assert "S-1-5-21-7-1001" in page
    assert "公園課で共有" in page
    table = "SID,名前,対応先\nS-1-5-21-7-1002,公園課の人,unit:0702、person:kondo\nS-1-5-21-7-1001,やめた,\n"
    client.post(address, {"file": SimpleUploadedFile("表.csv", table.encode("cp932"))})
    mapped = {each.name: each.audience and principals_in(each.audience_id) for each in OutsideIdentity.objects.all()}
    assert mapped == {"S-1-5-21-7-1001": None, "S-1-5-21-7-1002": {"unit:0702", f"person:{world.kondo.pk}"}}


@pytest.mark.parametrize("row", ["nobody,x,unit:0702", "S-1-5-21-1,x,unit:9999", "S-1-5-21-1,x,section", ",,"])
def test_a_table_with_one_wrong_row_changes_nothing(world: World, row: str, tmp_path: Path) -> None:
    file = tmp_path / "表.csv"
    file.write_text(f"SID,名前,対応先\nS-1-5-21-7-1002,x,unit:0702\n{row}\n")
    with pytest.raises(Refusal) as refused:
        command("identities", str(file))
    assert (refused.value.code, refused.value.params["line"]) == ("SOURCE-16", 3)
    assert not OutsideIdentity.objects.exists()


def test_a_trial_letter_goes_through_the_offices_server(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[Any] = []

    class Office:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's
            received.append(envelope)
            return "250 OK"

    with pytest.raises(Refusal) as refused:
        commands_sources.run_mail(argparse.Namespace(verb="test", address="endo@mirai.example"))
    assert refused.value.code == "SEND-01"
    server = Controller(Office(), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        for name, value in {"HOST": "127.0.0.1", "PORT": server.port, "SECURITY": "none"}.items():
            monkeypatch.setattr(settings, f"MAIL_{name}", value)
        commands_sources.run_mail(argparse.Namespace(verb="test", address="endo@mirai.example"))
    finally:
        server.stop()
    assert [envelope.rcpt_tos for envelope in received] == [["endo@mirai.example"]]
