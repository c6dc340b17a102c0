from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hiroba.archive.originals import path_of
from hiroba.ingest.models import Batch, Item, ItemState
from tests.world import World


def signed_in(world: World, login: str) -> Client:
    client = Client()
    client.force_login(world.people[login])
    return client


def test_a_form_without_scripts_brings_its_files_in_whole(world: World) -> None:
    client = signed_in(world, "kimura")
    files = [SimpleUploadedFile("一.txt", "一つめ".encode()), SimpleUploadedFile("二.txt", "二つめ".encode())]
    response = client.post("/intake/", {"audience": "everyone", "files": files})
    assert response.status_code == 302
    kept = [
        path_of(item.original.sha256).read_bytes().decode() for item in Item.objects.order_by("pk") if item.original
    ]
    assert kept == ["一つめ", "二つめ"]


def test_a_folder_is_not_opened_to_the_whole_office_in_the_same_act(world: World) -> None:
    client = signed_in(world, "kimura")
    batch = client.post("/intake/batches/", {"audience": "everyone"}).json()["batch"]
    answer = client.post(
        f"/intake/batches/{batch}/files/", {"file": SimpleUploadedFile("a.txt", b"x"), "path": "共有/a.txt"}
    )
    assert (answer.status_code, answer.json()["state"]) == (201, "failed")
    assert "INGEST-12" in answer.json()["said"]


def test_the_sixth_file_of_an_open_upload_is_bulk(world: World) -> None:
    client = signed_in(world, "kimura")
    batch = client.post("/intake/batches/", {"audience": "everyone"}).json()["batch"]
    states = [
        client.post(f"/intake/batches/{batch}/files/", {"file": SimpleUploadedFile(f"{n}.txt", b"x")}).json()["state"]
        for n in range(6)
    ]
    assert states == ["received"] * 5 + ["failed"]


def test_an_upload_for_oneself_asks_for_a_reason(world: World) -> None:
    client = signed_in(world, "kimura")
    refused = client.post("/intake/batches/", {"audience": "person"})
    assert refused.status_code == 400
    assert not Batch.objects.exists()
    assert client.post("/intake/batches/", {"audience": "person", "reason": "下書き"}).status_code == 201


def test_paths_from_a_browser_cannot_leave_their_folder(world: World) -> None:
    client = signed_in(world, "kimura")
    batch = client.post("/intake/batches/", {"audience": "section"}).json()["batch"]
    for path in ("../../etc/passwd", "C:\\秘密\\..\\a.txt", "/a/./b.txt", "\0"):
        client.post(f"/intake/batches/{batch}/files/", {"file": SimpleUploadedFile("x", b"x"), "path": path})
    paths = list(Item.objects.order_by("pk").values_list("path", flat=True))
    assert not any(".." in path.split("/") or path.startswith("/") or "\0" in path for path in paths)


def test_what_failed_can_be_tried_again_by_its_owner_only(world: World) -> None:
    owner, other = signed_in(world, "kimura"), signed_in(world, "sato")
    batch = owner.post("/intake/batches/", {"audience": "section"}).json()["batch"]
    item = owner.post(f"/intake/batches/{batch}/files/", {"file": SimpleUploadedFile("a", b"x")}).json()["item"]
    Item.objects.update(state=ItemState.FAILED, code="EXTRACT-05")
    assert other.post(f"/intake/items/{item}/retry/").status_code == 404
    assert owner.post(f"/intake/items/{item}/retry/").status_code == 302
    assert Item.objects.get().state == ItemState.RECEIVED
