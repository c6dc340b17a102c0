from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest
import pyzipper
from django.db import connection
from django.test import Client

from hiroba.archive.models import Passage, Record
from hiroba.archive.originals import path_of
from hiroba.extract.sandbox import Sandbox
from hiroba.features.intake.commands import import_arguments, run_import
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.refusal import Refusal
from hiroba.ingest import unlocking
from hiroba.ingest.models import Item, ItemState
from hiroba.ingest.receiving import Parcel, open_batch, receive
from hiroba.ingest.working import work_once
from tests.world import World

PASSWORD = "ひみつ-2026-himitsu"


def locked_zip() -> bytes:
    file = io.BytesIO()
    with pyzipper.AESZipFile(file, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.writestr("名簿/申請.txt", "申請は三十一件です。")
    return file.getvalue()


@pytest.fixture
def item(world: World) -> Item:
    batch = open_batch(world.kimura, f"upload:{world.kimura.pk}", {EVERYONE}, title="みほん")
    receive(batch, Parcel("資料.zip", "資料.zip"), [locked_zip()])
    read_all()
    return batch.items.get()


def read_all() -> None:
    with Sandbox(readers=1) as sandbox:
        while work_once(sandbox, 10):
            pass


def signed_in(world: World, login: str) -> Client:
    client = Client()
    client.force_login(world.people[login])
    return client


def test_a_locked_file_waits_and_is_opened_once_with_its_password(world: World, item: Item) -> None:
    client = signed_in(world, "kimura")
    assert (item.state, item.code) == (ItemState.FAILED, "EXTRACT-02")
    page = f"/intake/items/{item.pk}/unlocking/"
    assert page in client.get(f"/intake/batches/{item.batch_id}/").content.decode()
    assert client.get(page).status_code == 200
    wrong = client.post(page, {"password": "まちがい"})
    assert wrong.status_code == 400
    assert "EXTRACT-43" in wrong.content.decode()
    item.refresh_from_db()
    assert (item.state, item.code) == (ItemState.FAILED, "EXTRACT-02")
    assert client.post(page, {"password": PASSWORD}).status_code == 302
    read_all()
    assert set(Record.objects.values_list("folder", "file_name")) == {
        ("", "資料.zip"),
        ("資料.zip/名簿", "申請.txt"),
    }
    assert Passage.objects.filter(text="申請は三十一件です。").exists()
    assert client.get(page).status_code == 404


def test_what_was_opened_stays_read_when_the_locked_file_comes_again(world: World, item: Item) -> None:
    unlocking.unlock_item(world.kimura, item.pk, PASSWORD)
    receive(item.batch, Parcel("資料.zip", "資料.zip"), [locked_zip_of(item)])
    read_all()
    record = Record.objects.get(file_name="資料.zip")
    assert record.current is not None
    assert record.current.error is None
    assert record.revisions.count() == 1


def locked_zip_of(item: Item) -> bytes:
    assert item.original
    return path_of(item.original.sha256).read_bytes()


def test_nobody_else_may_open_it_or_learn_of_it(world: World, item: Item) -> None:
    answer = signed_in(world, "yamamoto").post(f"/intake/items/{item.pk}/unlocking/", {"password": PASSWORD})
    assert answer.status_code == 404
    with pytest.raises(Refusal):
        unlocking.unlock_item(world.people["yamamoto"], item.pk, PASSWORD)


def test_the_password_is_neither_stored_nor_logged(world: World, item: Item, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    signed_in(world, "kimura").post(f"/intake/items/{item.pk}/unlocking/", {"password": PASSWORD})
    assert PASSWORD not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("select name from sqlite_master where type = 'table'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'select * from "{table}"')
            assert PASSWORD not in str(cursor.fetchall()), table


def test_the_command_takes_the_password_from_its_input(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "資料.zip").write_bytes(locked_zip())
    parser = argparse.ArgumentParser()
    import_arguments(parser)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    done = run_import(parser.parse_args([str(tmp_path), "--as", "kimura", "--password-from", "-"]))
    assert done["failures"] == []
    assert {row["file"] for row in done["records"]} == {"資料.zip", "資料.zip/名簿/申請.txt"}
