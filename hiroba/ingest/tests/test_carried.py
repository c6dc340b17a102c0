from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from hiroba.archive.models import Link, Record
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.access.principals import EVERYONE
from hiroba.ingest import carried
from hiroba.ingest.models import Batch, ItemState
from hiroba.ingest.receiving import Parcel, open_batch, receive
from hiroba.ingest.working import work_once
from tests.world import World


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(readers=2) as opened:
        yield opened


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def taken_in(world: World, sandbox: Sandbox, name: str, content: bytes) -> Batch:
    batch = open_batch(world.kimura, "upload:1", {EVERYONE}, title="みほん")
    receive(batch, Parcel(name, name), [content])
    while work_once(sandbox, 10, batch):
        pass
    return batch


def test_each_file_of_an_archive_is_a_record_in_the_folder_named_after_it(world: World, sandbox: Sandbox) -> None:
    inner = zipped({"奥/b.txt": "二つ目".encode()})
    taken_in(world, sandbox, "令和8年度/資料.zip", zipped({"報告/a.txt": "一つ目".encode(), "中.zip": inner}))
    assert set(Record.objects.values_list("folder", "file_name")) == {
        ("令和8年度", "資料.zip"),
        ("令和8年度/資料.zip/報告", "a.txt"),
        ("令和8年度/資料.zip", "中.zip"),
        ("令和8年度/資料.zip/中.zip/奥", "b.txt"),
    }
    assert Link.objects.filter(kind="attachment").count() == 3


def test_the_same_archive_again_changes_nothing_and_a_new_file_in_it_is_one_more(
    world: World, sandbox: Sandbox
) -> None:
    files = {"a.txt": b"a", "c.txt": b"c"}
    taken_in(world, sandbox, "資料.zip", zipped(files))
    taken_in(world, sandbox, "資料.zip", zipped(files))
    assert Record.objects.count() == 3
    taken_in(world, sandbox, "資料.zip", zipped({"b.txt": b"b", **files}))
    assert Record.objects.count() == 4
    assert {record.revisions.count() for record in Record.objects.filter(file_name__endswith=".txt")} == {1}


def test_a_number_in_an_archive_stops_the_archive_too(world: World, sandbox: Sandbox) -> None:
    taken_in(world, sandbox, "資料.zip", zipped({"名簿/a.txt": "個人番号 1234 5678 9018".encode()}))
    assert set(Record.objects.values_list("file_name", "state")) == {("資料.zip", "held"), ("a.txt", "held")}


def test_archives_in_archives_end_before_they_multiply(world: World, sandbox: Sandbox) -> None:
    content = zipped({"a.txt": b"a"})
    for number in range(12):
        content = zipped({f"{number}-{side}.zip": content for side in range(2)})
    batch = taken_in(world, sandbox, "深い.zip", content)
    codes = list(batch.items.order_by("pk").values_list("state", "code"))
    assert len(codes) == 1 + 2 + 4 + 8, "three archives deep"
    assert set(codes[-8:]) == {(ItemState.DONE, "EXTRACT-44")}


def test_mails_in_mails_twenty_deep_come_to_a_clear_end(world: World, sandbox: Sandbox) -> None:
    mail = EmailMessage()
    mail["Subject"] = "底"
    mail.set_content("一番奥の本文です。")
    for number in range(20):
        outer = EmailMessage()
        outer["Subject"] = f"段{number}"
        outer.set_content(f"本文{number}")
        outer.add_attachment(mail)
        mail = outer
    batch = taken_in(world, sandbox, "深い.eml", mail.as_bytes())
    codes = list(batch.items.order_by("pk").values_list("code", flat=True))
    assert len(codes) == carried.DEEPEST + 1
    assert codes[-1] == "EXTRACT-44"
    assert not batch.items.exclude(state=ItemState.DONE).exists()
    assert Record.objects.count() == len(codes)
