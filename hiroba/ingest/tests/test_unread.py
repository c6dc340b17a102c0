"""What could not be read starts inside its section, says so, and opens when a person has looked."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client

from hiroba.archive import actions, gate, queries
from hiroba.archive.models import Record
from hiroba.extract import files
from hiroba.extract.passages import Extraction, Part, Passage, Trouble
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.carried import DEPTH_OF_CARRIED
from hiroba.ingest.receiving import Parcel, open_batch, receive
from hiroba.ingest.working import work_once
from tests.world import World

ALL, SECTION = frozenset({EVERYONE}), frozenset({"unit:0402"})


class Plain:
    """Reads in this process: what is tried here is not the sandbox."""

    def extract(self, path: Path, name: str) -> Extraction:
        return files.extract(path, name)


def bring(world: World, name: str, content: bytes) -> Record:
    batch = open_batch(world.kimura, "upload:unread", ALL)
    item = receive(batch, Parcel(name, name), [content])
    while work_once(Plain(), 10):
        pass
    item.refresh_from_db()
    assert item.record is not None
    return item.record


def locked() -> bytes:
    """Make a zip that says of its member that it is encrypted."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("名簿.txt", "x")
    raw = bytearray(buffer.getvalue())
    raw[6] |= 1
    raw[raw.rindex(b"PK\1\2") + 8] |= 1
    return bytes(raw)


def mail(name: str, content: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"] = "照会"
    message.set_content("添付のとおりです。")
    message.add_attachment(content, "application", "octet-stream", filename=name)
    return message.as_bytes()


def audience(record: Record) -> frozenset[str]:
    return principals_in(Record.objects.get(pk=record.pk).audience_id)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名簿.zip", locked()),
        ("壊れた.pdf", b"%PDF-1.7\nbroken"),
        ("古い.doc", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
        ("謎.bin", bytes(range(256))),
    ],
)
def test_a_file_that_cannot_be_read_starts_inside_its_section(world: World, name: str, content: bytes) -> None:
    record = bring(world, name, content)
    assert (record.gate_code, audience(record)) == ("GATE-03", SECTION)
    assert not queries.records_visible_to(world.kondo).exists()
    with pytest.raises(Refusal, match="GATE-03"):
        actions.share_record(world.kimura, record.pk, ALL)


def test_an_empty_file_and_one_read_whole_start_where_they_were_put(world: World) -> None:
    assert audience(bring(world, "空.txt", b"")) == ALL
    assert audience(bring(world, "文.txt", "ふつうの文".encode())) == ALL


@pytest.mark.parametrize(
    "unread",
    [
        {"warnings": (Trouble("EXTRACT-11", {"pages": "3-4", "count": 2}),)},
        {"warnings": (Trouble("MAIL-04"),)},
        {"warnings": (Trouble("NEW-99"),)},
        {"error": Trouble("EXTRACT-05", {"seconds": 20})},
        {"parts": (Part("recognise", 3),)},
    ],
)
def test_a_page_that_was_not_read_counts_and_so_does_a_code_nobody_has_thought_about(unread: dict[str, object]) -> None:
    verdict = gate.examine(Extraction(passages=(Passage("page=1", "ふつうの文"),), **unread))  # type: ignore[arg-type]  # one field a case
    assert verdict.code == gate.UNREAD
    assert verdict.places


def test_a_macro_a_hidden_sheet_and_a_guessed_encoding_leave_nothing_unseen() -> None:
    warnings = tuple(Trouble(code) for code in sorted(gate.SEEN_ALL_THE_SAME))
    assert gate.examine(Extraction(warnings=warnings)).code == ""


def test_a_mail_stays_inside_with_the_unreadable_file_it_carries(world: World) -> None:
    record = bring(world, "照会.eml", mail("名簿.zip", locked()))
    assert (record.gate_code, audience(record)) == ("GATE-03", SECTION)
    assert record.gate_places == ["名簿.zip: file"]
    assert set(Record.objects.values_list("gate_code", flat=True)) == {"GATE-03"}


def test_what_lies_deeper_than_the_gate_looks_keeps_its_mail_inside(world: World) -> None:
    content = mail("文.txt", "ふつうの文".encode())
    for number in range(DEPTH_OF_CARRIED):
        content = mail(f"{number}.eml", content)
    record = bring(world, "入れ子.eml", content)
    assert (record.gate_code, audience(record)) == ("GATE-03", SECTION)
    assert record.gate_places[0].endswith("文.txt: file")


def test_one_tap_with_its_reason_opens_it_and_it_waits_no_more(world: World) -> None:
    record = bring(world, "名簿.zip", locked())
    kimura = signed_in(world.kimura)
    assert "中を確かめられませんでした" in kimura.get("/").content.decode()
    page = kimura.get(f"/records/{record.pk}/").content.decode()
    assert "中を確かめられませんでした(全部か一部)" in page
    assert 'name="reason" value="開いて中を確かめました"' in page
    kimura.post(f"/records/{record.pk}/audience/", {"audience": "everyone", "reason": "開いて中を確かめました"})
    assert audience(record) == ALL
    assert not queries.records_held_for(world.kimura).exists()
    shown = signed_in(world.kondo).get(f"/records/{record.pk}/").content.decode()
    assert "中を確かめられませんでした" not in shown
    assert "開いて中を確かめました" in shown


def test_left_as_it_is_it_waits_no_more_and_still_asks_for_a_reason(world: World) -> None:
    record = bring(world, "名簿.zip", locked())
    assert signed_in(world.kondo).post(f"/records/{record.pk}/settlement/").status_code == 404
    signed_in(world.sato).post(f"/records/{record.pk}/settlement/")
    assert not queries.records_held_for(world.kimura).exists()
    assert audience(record) == SECTION
    with pytest.raises(Refusal, match="GATE-03"):
        actions.share_record(world.kimura, record.pk, ALL)


def test_a_folder_of_scans_is_settled_at_once_and_what_is_stopped_stays_in_sight(world: World) -> None:
    for number in range(25):
        bring(world, f"{number}.bin", bytes(range(256)) + bytes([number]))
    held = world.keep(world.kimura, "名簿.txt", "個人番号 123456789018").record
    kimura = signed_in(world.kimura)
    page = kimura.get("/intake/").content.decode()
    assert "ほかに6件" in page
    assert page.index(held.title) < page.index("中を確かめられませんでした")
    kimura.post("/intake/settlement/")
    assert [each.pk for each in queries.records_held_for(world.kimura)] == [held.pk]
    with pytest.raises(Refusal, match="GATE-01"):
        actions.settle_record(world.kimura, held.pk)


def test_a_new_version_that_cannot_be_read_waits_anew(world: World) -> None:
    record = bring(world, "名簿.zip", locked())
    actions.share_record(world.kimura, record.pk, ALL, "見本です")
    bring(world, "名簿.zip", locked() + b"\n")
    assert audience(record) == SECTION
    assert queries.records_held_for(world.kimura).count() == 1


def test_what_was_opened_stays_settled_when_a_clean_version_comes(world: World) -> None:
    record = bring(world, "資料.txt", b"\xff\xfe\xff\x00\xd8" * 30 + bytes(range(256)))
    assert record.gate_code == "GATE-03"
    actions.share_record(world.kimura, record.pk, ALL, "開いて確かめました")
    bring(world, "資料.txt", "ふつうの文".encode())
    assert audience(record) == ALL
    assert not queries.records_held_for(world.kimura).exists()


def test_a_stopped_version_between_them_does_not_wash_the_one_before_clean(world: World) -> None:
    record = world.keep(world.kimura, "口座.txt", "みずき銀行 中央支店 普通 1234567 山田 太郎", key="口座").record
    world.keep(world.kimura, "口座.txt", "個人番号 123456789018", key="口座")
    world.keep(world.kimura, "口座.txt", "どちらも消しました。", key="口座")
    assert Record.objects.get(pk=record.pk).gate_code == "GATE-02"
