"""File servers, from a real samba: what is new comes, what moves or goes is told, and nobody reads by accident."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from hiroba.archive.actions import share_record
from hiroba.archive.models import Record
from hiroba.connectors import outside, smb
from hiroba.extract import files
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.changes.models import Change
from hiroba.foundation.secret_files import keep_secret
from hiroba.ingest import shares
from hiroba.ingest.models import Item, OutsideFile, OutsideIdentity, Source
from hiroba.ingest.sources import secret_name, visit_source
from hiroba.ingest.working import work_once
from tests.samba import PASSWORD, USER, Samba
from tests.silence import Relay
from tests.world import World, build_world

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.getuid() != 0, reason="smbd serves its users only as root"),
]
GROUP = "S-1-22-2-33"  # how samba names the group of the files


class Directly:
    """Reads in this process: what reads safely has tests of its own."""

    def extract(self, path: Path, name: str) -> Any:
        return files.extract(path, name)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


@pytest.fixture(scope="module")
def running() -> Iterator[Samba]:
    server = Samba()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running: Samba) -> Samba:
    """Give the server with an empty share."""
    for path in sorted(running.files.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    return running


@pytest.fixture
def source(world: World, server: Samba) -> Source:
    now = timezone.now()
    known = {"host": "127.0.0.1", "port": str(server.port), "share": "kyoyu", "user": USER, "encryption": "yes"}
    made = Source.objects.create(
        kind="smb",
        name="公園課の共有",
        settings=known | {"folder": ""},
        person=world.kondo,
        unit=world.units["0702"],
        audience=find_or_add_audience([of_unit("0702")]),
        due_at=now,
        created_at=now,
    )
    keep_secret(secret_name(made.pk, "password"), PASSWORD)
    return made


def map_to(sid: str, *principals: str) -> None:
    audience = find_or_add_audience(principals) if principals else None
    values = {"audience": audience, "changed_at": timezone.now()}
    OutsideIdentity.objects.update_or_create(name=sid, defaults=values)


def visit(source: Source) -> tuple[int, str]:
    count = visit_source(source)
    source.refresh_from_db()
    while work_once(Directly(), 10):
        pass
    return count, source.last_code


def names() -> list[str]:
    return sorted(f"{record.folder}/{record.file_name}" for record in Record.objects.all())


def audience(name: str) -> frozenset[str]:
    return principals_in(Record.objects.get(file_name=name).audience_id)


def kinds() -> list[str]:
    return list(Change.objects.filter(subject="record").order_by("pk").values_list("kind", flat=True))


def test_a_share_comes_once_and_then_only_what_is_new_or_changed(source: Source, server: Samba) -> None:
    server.write("予算.txt", "予算の文")
    server.write("花壇/春/植付.txt", "植付の文")
    server.write("花壇/~$開いている.docx")
    assert visit(source) == (2, "")
    assert visit(source) == (0, "")
    assert names() == ["公園課の共有/予算.txt", "公園課の共有/花壇/春/植付.txt"]
    server.write("花壇/春/植付.txt", "植付の文、改め")
    server.write("花壇/秋.txt", "秋の文")
    assert visit(source) == (2, "")
    record = Record.objects.get(file_name="植付.txt")
    assert (record.revisions.count(), record.owner, record.unit) == (2, source.person, source.unit)


def test_who_is_not_mapped_reads_nothing_by_a_list(world: World, source: Source, server: Samba) -> None:
    server.write("秘.txt", mode=0o644)
    visit(source)
    assert audience("秘.txt") == {of_person(world.kondo.pk)}
    assert {GROUP, "S-1-1-0"} <= set(OutsideIdentity.objects.values_list("name", flat=True))


def test_mapped_readers_read_inside_the_sources_audience_only(world: World, source: Source, server: Samba) -> None:
    map_to(GROUP, of_unit("0702"), of_unit("0402"))
    map_to("S-1-1-0", EVERYONE)
    server.write("課.txt", mode=0o640)
    server.write("みんな.txt", mode=0o644)
    visit(source)
    assert audience("課.txt") == {of_unit("0702")}
    assert audience("みんな.txt") == {of_unit("0702")}  # the whole office there is the section here, until opened


STAFF, INTERNS, STRANGERS = (f"S-1-5-21-1111-2222-3333-{number}" for number in (1101, 1102, 1103))


@pytest.fixture
def listed(world: World, source: Source, server: Samba) -> Source:
    """Give the source on the share that keeps access lists as Windows does, two groups of which are known here."""
    source.settings["share"] = "kengen"
    source.save()
    map_to(STAFF, of_unit("0702"))
    map_to(INTERNS, of_person(world.kimura.pk))
    return source


@pytest.mark.parametrize(
    ("entries", "readers"),
    [
        ((("allow", STAFF),), "section"),
        ((("deny", INTERNS), ("allow", STAFF)), "section"),  # nobody of the section is denied
        ((("allow", STAFF), ("allow", STRANGERS)), "section"),  # a stranger adds nobody
        ((("allow", STRANGERS),), "alone"),
        ((("deny", STRANGERS), ("allow", STAFF)), "alone"),  # who is denied may be anybody of them
        ((("deny", STAFF), ("allow", STAFF)), "alone"),
        ((("deny", "S-1-1-0"), ("allow", STAFF)), "alone"),  # everybody there, whom nobody mapped
        ((), "alone"),
    ],
)
def test_a_real_denial_narrows_and_a_stranger_never_widens(
    world: World, listed: Source, server: Samba, entries: tuple[tuple[str, str], ...], readers: str
) -> None:
    server.write("権限.txt", mode=0o644)
    server.set_list("権限.txt", *entries)
    visit(listed)
    expected = {"section": of_unit("0702"), "alone": of_person(world.kondo.pk)}[readers]
    assert audience("権限.txt") == {expected}


def test_a_denial_of_one_of_the_section_takes_the_section_out_until_it_is_gone(
    world: World, listed: Source, server: Samba
) -> None:
    map_to(INTERNS, of_person(world.kondo.pk), of_unit("0702"))
    server.write("権限.txt", mode=0o644)
    server.set_list("権限.txt", ("deny", INTERNS), ("allow", STAFF))
    visit(listed)
    assert audience("権限.txt") == {of_person(world.kondo.pk)}
    server.set_list("権限.txt", ("allow", STAFF))
    assert visit(listed) == (0, "")
    assert audience("権限.txt") == {of_unit("0702")}
    server.set_list("権限.txt", ("deny", STRANGERS), ("allow", STAFF))
    visit(listed)
    assert audience("権限.txt") == {of_person(world.kondo.pk)}
    map_to(STRANGERS, of_unit("0402"))  # now it is known who they are: people of elsewhere
    visit(listed)
    assert audience("権限.txt") == {of_unit("0702")}
    assert STRANGERS in set(OutsideIdentity.objects.values_list("name", flat=True))


def test_a_changed_list_changes_who_reads_at_the_next_visit(world: World, source: Source, server: Samba) -> None:
    map_to(GROUP, of_unit("0702"))
    server.write("課.txt", mode=0o640)
    visit(source)
    server.let_read("課.txt", 0o600)
    assert visit(source) == (0, "")
    assert audience("課.txt") == {of_person(world.kondo.pk)}
    server.let_read("課.txt", 0o640)
    visit(source)
    assert audience("課.txt") == {of_unit("0702")}
    assert kinds() == ["record.received", "record.narrowed", "record.opened"]


def test_a_changed_map_changes_who_reads_without_touching_a_file(world: World, source: Source, server: Samba) -> None:
    server.write("課.txt", mode=0o640)
    visit(source)
    map_to(GROUP, of_unit("0702"))
    visit(source)
    assert audience("課.txt") == {of_unit("0702")}
    map_to(GROUP)
    visit(source)
    assert audience("課.txt") == {of_person(world.kondo.pk)}


def test_what_a_person_decided_here_stands(world: World, source: Source, server: Samba) -> None:
    map_to(GROUP, of_unit("0702"))
    server.write("課.txt", mode=0o640)
    visit(source)
    share_record(world.kondo, Record.objects.get().pk, frozenset({EVERYONE}))
    server.let_read("課.txt", 0o600)
    visit(source)
    assert audience("課.txt") == {EVERYONE}


def test_what_the_gate_keeps_inside_is_never_widened_by_a_list(world: World, source: Source, server: Samba) -> None:
    server.write("名簿.txt", "みずき銀行 中央支店 普通 1234567")
    visit(source)
    record = Record.objects.get()
    assert record.gate_code
    assert principals_in(record.audience_id) == {of_person(world.kondo.pk)}
    map_to(GROUP, of_unit("0702"))
    server.let_read("名簿.txt", 0o640)
    visit(source)
    assert audience("名簿.txt") == {of_person(world.kondo.pk)}


def test_a_renamed_or_moved_file_keeps_its_record(source: Source, server: Samba) -> None:
    server.write("下書き.txt", "同じ文")
    visit(source)
    key = Record.objects.get().pk
    (server.files / "保存").mkdir()
    (server.files / "下書き.txt").rename(server.files / "保存" / "決定.txt")
    assert visit(source) == (0, "")
    record = Record.objects.get()
    assert (record.pk, record.folder, record.file_name, record.title) == (key, "公園課の共有/保存", "決定.txt", "決定")
    server.write("下書き.txt", "べつの文")
    assert visit(source) == (1, "")
    assert Record.objects.count() == 2


def test_a_deleted_file_is_told_and_its_record_stays(source: Source, server: Samba) -> None:
    server.write("古い.txt", "古い文")
    server.write("新しい.txt", "新しい文")
    visit(source)
    (server.files / "古い.txt").unlink()
    assert visit(source) == (0, "")
    assert Record.objects.get(file_name="古い.txt").state == "live"
    assert OutsideFile.objects.get(path="古い.txt").gone_at is not None
    assert kinds()[-1] == "record.vanished"
    server.write("古い.txt", "古い文、また")
    assert visit(source) == (1, "")
    assert OutsideFile.objects.get(path="古い.txt").gone_at is None
    assert "record.reappeared" in kinds()
    assert Record.objects.get(file_name="古い.txt").revisions.count() == 2


def test_a_server_that_vanishes_marks_nothing_gone_and_goes_on(
    source: Source, server: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        server.write(f"{number % 3}/{number:02}.txt", f"{number} の文")
    stored, take = [], shares.add_item

    def taking(*arguments: Any, **named: Any) -> Item:
        stored.append(1)
        if len(stored) == 7:
            server.kill()
        return take(*arguments, **named)

    monkeypatch.setattr(shares, "add_item", taking)
    assert visit(source)[1] == "SOURCE-01"
    assert Record.objects.count() == 7
    assert visit(source)[1] == "SOURCE-01"
    server.start()
    assert visit(source) == (5, "")
    assert Record.objects.count() == 12
    assert not OutsideFile.objects.exclude(gone_at=None).exists()


def test_a_server_that_falls_silent_in_the_middle_is_given_up_and_gone_on_with(
    source: Source, server: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        server.write(f"{number % 2}/{number}.txt", f"{number} の文")
    way = Relay(lambda: socket.create_connection(("127.0.0.1", server.port)))
    stored, take = [], shares.add_item

    def taking(*arguments: Any, **named: Any) -> Item:
        stored.append(1)
        if len(stored) == 4:
            way.is_silent.set()
        return take(*arguments, **named)

    monkeypatch.setattr(shares, "add_item", taking)
    monkeypatch.setattr(outside, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(smb, "CONNECT_SECONDS", 2)
    source.settings["port"] = str(way.port)
    source.save()
    assert visit(source)[1] == "SOURCE-01"
    assert Record.objects.count() == 4
    assert visit(source)[1] == "SOURCE-01"
    way.is_silent.clear()
    assert visit(source) == (2, "")
    assert Record.objects.count() == 6
    way.close()


def test_a_file_that_breaks_off_in_the_middle_is_no_file(
    source: Source, server: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.write("大きい.txt", "長い文。" * 700_000)
    whole = smb.OpenedShare.pieces_of

    def breaking(self: smb.OpenedShare, seen: smb.Seen) -> Iterator[bytes]:
        for count, piece in enumerate(whole(self, seen)):
            if count == 1:
                server.kill()
            yield piece

    monkeypatch.setattr(smb.OpenedShare, "pieces_of", breaking)
    assert visit(source)[1] == "SOURCE-01"
    assert not Item.objects.exists()
    assert list(Path(settings.INCOMING_DIR).iterdir()) == []
    monkeypatch.undo()
    server.start()
    assert visit(source) == (1, "")


def test_a_visit_stops_after_its_time_and_goes_on_after_the_folder(
    source: Source, server: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("a", "a/下", "b", "c"):
        server.write(f"{folder}/1.txt", f"{folder} の文")
    monkeypatch.setattr(shares, "LONGEST_VISIT_SECONDS", -1.0)
    counts = [visit(source)[0] for _ in range(4)]
    assert counts == [0, 1, 1, 1]  # the share itself, a, a/下, b
    assert not OutsideFile.objects.exclude(gone_at=None).exists()
    monkeypatch.setattr(shares, "LONGEST_VISIT_SECONDS", 45.0)
    assert visit(source)[0] == 1
    assert Record.objects.count() == 4


def test_a_file_that_is_being_written_waits(source: Source, server: Samba, monkeypatch: pytest.MonkeyPatch) -> None:
    file = server.write("途中.txt", "はじめ")
    whole = smb.OpenedShare.pieces_of

    def writing(self: smb.OpenedShare, seen: smb.Seen) -> Iterator[bytes]:
        yield from whole(self, seen)
        file.write_text("はじめと、つづき")

    monkeypatch.setattr(smb.OpenedShare, "pieces_of", writing)
    assert visit(source) == (0, "")
    monkeypatch.undo()
    assert visit(source) == (1, "")


def test_links_and_what_may_not_be_read_are_passed_over(source: Source, server: Samba) -> None:
    server.write("ふつう.txt", "文")
    (server.files / "外へ").symlink_to("/etc")
    assert visit(source) == (1, "")
    assert names() == ["公園課の共有/ふつう.txt"]


def test_what_stands_in_the_way_has_its_code(source: Source, server: Samba) -> None:
    source.settings["share"] = "nowhere"
    source.save()
    assert visit(source)[1] == "SOURCE-03"
    source.settings["share"] = "kyoyu"
    source.save()
    keep_secret(secret_name(source.pk, "password"), "wrong")
    assert visit(source)[1] == "SOURCE-02"
