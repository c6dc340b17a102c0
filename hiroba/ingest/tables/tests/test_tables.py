from __future__ import annotations

import csv
import os
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from hiroba.archive.actions import withdraw_record
from hiroba.archive.models import Original, Passage, Record
from hiroba.archive.originals import path_of
from hiroba.connectors.outside import OutsideError
from hiroba.extract.sandbox import Sandbox
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import of_person, of_unit
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.tables import leaves, visiting
from hiroba.ingest.tables.actions import accept_loss, confirm_columns, reconsider_columns
from hiroba.ingest.tables.enclosures import find_inside
from hiroba.ingest.tables.models import Row, RowState, Run, Table
from hiroba.ingest.tables.queries import asked_columns, find_row, get_table_visible_to, tables_visible_to
from hiroba.ingest.tables.visiting import visit_table
from hiroba.ingest.working import work_once
from hiroba.language.private import has_check_digit
from tests.postgres import Cluster
from tests.world import World

HEADER = ["施設番号", "施設名", "所在地", "面積"]


def source_of(world: World, kind: str = "table", **settings: str) -> Source:
    now = timezone.now()
    return Source.objects.create(
        kind=kind,
        name="施設台帳",
        settings=settings,
        person=world.kondo,
        unit=world.units["0702"],
        audience=find_or_add_audience({of_unit("0702")}),
        created_at=now,
        due_at=now,
    )


@pytest.fixture
def ledger(world: World, tmp_path: Path) -> Source:
    return source_of(world, folder=str(tmp_path), pattern="*.csv")


_minute = 0


def drop(source: Source, rows: list[list[str]], header: list[str] = HEADER, encoding: str = "cp932") -> Path:
    """Write the next extraction as the other system does: later than the one before, long enough ago to be settled."""
    global _minute
    _minute += 1
    path = Path(source.settings["folder"], f"台帳{_minute:03}.csv")
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    moment = time.time() - 90_000 + 60 * _minute
    os.utime(path, (moment, moment))
    return path


def parks(count: int) -> list[list[str]]:
    return [[f"P-{n:04}", f"みどり公園{n}", f"みどり町{n}丁目", f"{n * 10}"] for n in range(1, count + 1)]


def confirmed(world: World, source: Source, shape: str = "rows") -> Run:
    """Look, confirm what is proposed, and take it."""
    visit_table(source)
    table = Table.objects.get(source=source)
    confirm_columns(world.kondo, source.pk, table.found_header, [use for _, use in table.found_columns], shape)
    return taken(source)


def taken(source: Source) -> Run:
    visit_table(source)
    return Run.objects.order_by("-pk")[0]


def counts(run: Run) -> tuple[int, int, int, int]:
    return run.new, run.changed, run.gone, run.held


def test_nothing_is_taken_before_a_person_has_confirmed_the_columns(world: World, ledger: Source) -> None:
    drop(ledger, parks(3))
    assert visit_table(ledger) == 0
    table = Table.objects.get()
    assert (table.asks, Record.objects.count()) == ("TABLE-01", 0)
    assert [(each.name, each.use) for each in asked_columns(table)] == [
        ("施設番号", "key"), ("施設名", "title"), ("所在地", "field"), ("面積", "field"),
    ]  # fmt: skip
    assert visit_table(ledger) == 0


def test_a_row_that_vanished_is_named_only_to_who_may_read_its_record(world: World, ledger: Source) -> None:
    rows = parks(10)
    drop(ledger, rows)
    confirmed(world, ledger)
    drop(ledger, rows[1:])
    taken(ledger)
    assert [row.key for row in get_table_visible_to(world.kondo, ledger.pk).gone] == ["P-0001"]
    Record.objects.update(audience=find_or_add_audience({of_person(world.kimura.pk)}))  # narrowed past the section
    assert get_table_visible_to(world.kondo, ledger.pk).gone == []


def test_each_row_is_a_passage_that_cites_its_system_key_and_time(world: World, ledger: Source) -> None:
    drop(ledger, parks(250))
    run = confirmed(world, ledger)
    assert counts(run) == (250, 0, 0, 0)
    first = Record.objects.get(external_key="rows:0")
    assert (first.title, first.kind, first.folder) == ("施設台帳 P-0001〜P-0200", "sheet", "施設台帳")
    passage = Passage.objects.get(text__contains="みどり町7丁目")
    assert (passage.locator, passage.text) == ("line=8", "P-0007 | みどり公園7 | みどり町7丁目 | 70")
    row = find_row(passage.revision.record_id, 8)
    assert row is not None
    assert row.key == "P-0007"
    facts = passage.revision.facts
    assert facts["system"] == "施設台帳"
    assert facts["drop"].endswith(".csv")
    assert len(facts["drop_sha256"]) == 64
    assert facts["extracted_at"].startswith("20")


def test_the_same_rows_again_change_nothing_and_a_changed_row_revises_its_leaf_only(
    world: World, ledger: Source
) -> None:
    rows = parks(250)
    drop(ledger, rows)
    confirmed(world, ledger)
    drop(ledger, rows, encoding="utf-8-sig")
    assert counts(taken(ledger)) == (0, 0, 0, 0)
    rows[229][3] = "999"
    drop(ledger, [*rows, ["P-9999", "あたらしい公園", "あお町1丁目", "1"]])
    assert counts(taken(ledger)) == (1, 1, 0, 0)
    assert sorted(record.revisions.count() for record in Record.objects.all()) == [1, 2]
    current = Record.objects.get(external_key="rows:1").current
    assert current is not None
    texts = list(current.passages.values_list("text", flat=True))
    assert "P-0230 | みどり公園230 | みどり町230丁目 | 999" in texts
    assert "P-9999 | あたらしい公園 | あお町1丁目 | 1" in texts
    assert len(texts) == 52


def test_a_row_that_vanished_is_marked_and_stays_and_may_come_back(world: World, ledger: Source) -> None:
    rows = parks(10)
    drop(ledger, rows)
    confirmed(world, ledger)
    drop(ledger, rows[1:])
    assert counts(taken(ledger)) == (0, 0, 1, 0)
    text = Passage.objects.get(revision__record__current=F("revision"), text__startswith="P-0001").text
    assert text.endswith("の抽出からはありません")
    drop(ledger, rows)
    assert counts(taken(ledger)) == (0, 1, 0, 0)
    text = Passage.objects.get(revision__record__current=F("revision"), text__startswith="P-0001").text
    assert text == "P-0001 | みどり公園1 | みどり町1丁目 | 10"


def test_many_rows_gone_at_once_are_asked_about_before_they_are_marked(world: World, ledger: Source) -> None:
    rows = parks(60)
    drop(ledger, rows)
    confirmed(world, ledger)
    drop(ledger, rows[:10])
    run = taken(ledger)
    assert (run.code, run.params, run.gone) == ("TABLE-07", {"gone": 50, "there": 60}, 0)
    accept_loss(world.kondo, ledger.pk)
    assert counts(taken(ledger)) == (0, 0, 50, 0)
    assert Row.objects.filter(state=RowState.GONE).count() == 50


def test_a_changed_header_is_asked_about_and_moved_columns_are_not(world: World, ledger: Source) -> None:
    drop(ledger, parks(3))
    confirmed(world, ledger)
    moved = [[row[3], row[0], row[2], row[1]] for row in parks(3)]
    drop(ledger, moved, header=["面積", "施設番号", "所在地", "施設名"])
    assert counts(taken(ledger)) == (0, 0, 0, 0)
    drop(ledger, [[*row, "良好"] for row in parks(3)], header=[*HEADER, "状態"])
    assert visit_table(ledger) == 0
    table = Table.objects.get()
    assert table.asks == "TABLE-01"
    assert [each.name for each in asked_columns(table) if each.is_new] == ["状態"]
    with pytest.raises(Refusal, match="TABLE-05"):
        confirm_columns(world.kondo, ledger.pk, HEADER, ["key", "title", "field", "field"], "rows")
    uses = [use for _, use in table.found_columns]
    confirm_columns(world.kondo, ledger.pk, table.found_header, uses, "rows")
    assert counts(taken(ledger)) == (0, 3, 0, 0)


def test_a_row_with_a_personal_number_waits_outside_with_its_column_named(world: World, ledger: Source) -> None:
    rows = parks(5)
    rows[2][2] = "個人番号 123456789018"
    drop(ledger, rows)
    assert counts(confirmed(world, ledger)) == (5, 0, 0, 1)
    held = get_table_visible_to(world.kondo, ledger.pk).held
    assert [(row.key, row.column, row.waiting) for row in held] == [("P-0003", "所在地", None)]
    assert not Passage.objects.filter(text__contains="123456789018").exists()
    assert not any(b"123456789018" in path.read_bytes() for path in originals())


def originals() -> list[Path]:
    return [path_of(sha256) for sha256 in Original.objects.values_list("sha256", flat=True)]


def test_the_rows_that_are_shown_hold_no_number_parted_over_columns(world: World, ledger: Source) -> None:
    header = ["施設名", "個人番号1", "個人番号2", "個人番号3"]
    drop(ledger, [["中央公園", "1234", "5678", "9018"], ["北公園", "1234", "5678", "9017"]], header=header)
    visit_table(ledger)
    assert Table.objects.get().sample == [["中央公園", *["●●●●"] * 3], ["北公園", "1234", "5678", "9017"]]


def test_a_column_of_bare_numbers_is_seen_as_a_whole_even_when_it_is_the_key(world: World, ledger: Source) -> None:
    stems = (12345678901, 55555555555, 11122233344, 90909090909)
    numbers = [f"{stem}{check}" for stem in stems for check in range(10) if has_check_digit(f"{stem}{check}")]
    drop(ledger, [[number, "名", "町", "1"] for number in numbers], header=["管理", "施設名", "所在地", "面積"])
    visit_table(ledger)
    uses = [use for _, use in Table.objects.get().found_columns]
    assert uses[0] == "leave_out"
    assert all(number not in str(Table.objects.get().sample) for number in numbers)
    confirm_columns(world.kondo, ledger.pk, Table.objects.get().found_header, ["key", *uses[1:]], "rows")
    assert taken(ledger).held == len(numbers)
    assert not [row for row in Row.objects.all() if any(number in row.key for number in numbers)]


def test_an_extraction_goes_on_where_it_stopped(world: World, ledger: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting, "VISIT_SECONDS", -1.0)
    monkeypatch.setattr("hiroba.ingest.tables.taking.ROWS_AT_ONCE", 30)
    monkeypatch.setitem(leaves.ROWS_A_LEAF, "rows", 40)
    drop(ledger, parks(100))
    visits, run = 1, confirmed(world, ledger)
    while ledger.has_more:
        run, visits = taken(ledger), visits + 1
    assert visits > 5
    assert counts(run) == (100, 0, 0, 0)
    assert Passage.objects.filter(text__contains="みどり公園").count() == 100


def test_the_same_key_twice_loses_neither_row_and_doubles_none(world: World, ledger: Source) -> None:
    drop(ledger, parks(3))
    confirmed(world, ledger)
    rows = [*parks(3), ["P-0001", "別の公園", "あお町", "5"], ["P-0002", "みどり公園2", "みどり町2丁目", "20"]]
    drop(ledger, rows)
    run = taken(ledger)
    assert (run.new, run.changed, run.doubled) == (1, 0, 2)
    drop(ledger, [*rows, ["P-0003", "三つ目", "あお町", "5"]])
    assert counts(taken(ledger)) == (1, 0, 0, 0)


def test_a_broken_extraction_marks_nothing_as_gone(world: World, ledger: Source) -> None:
    drop(ledger, parks(5))
    confirmed(world, ledger)
    path = drop(ledger, parks(2))
    moment = path.stat().st_mtime
    path.write_bytes(path.read_bytes() + '"閉じていない,'.encode("cp932"))
    os.utime(path, (moment, moment))
    with pytest.raises(OutsideError, match="TABLE-04"):
        visit_table(ledger)
    assert Row.objects.filter(state=RowState.LIVE).count() == 5


CASES = ["決裁番号", "件名", "起案日", "起案者", "伺い文", "添付ファイル"]


def case(number: int, text: str = "次のとおり契約を締結してよろしいか伺います。", files: str = "") -> list[str]:
    return [
        f"R8-{number}",
        f"遊具修繕 その{number}",
        "令和8年5月1日",
        "近藤 学",
        f"{text}\n\n理由: {'老朽化のため。' * 9}",
        files,
    ]


def test_a_decision_is_a_record_of_its_own_with_its_files_beside_it(world: World, ledger: Source) -> None:
    folder = Path(ledger.settings["folder"])
    (folder / "添付").mkdir()
    (folder / "添付/見積書.txt").write_text("見積金額は 100 円です。", encoding="utf-8")
    drop(ledger, [case(1, files="添付\\見積書.txt;../../etc/passwd"), case(2)], CASES)
    run = confirmed(world, ledger, "cases")
    assert (run.new, run.missing) == (2, 1)
    record = Record.objects.get(external_key="R8-1")
    assert (record.title, record.kind, record.author) == ("遊具修繕 その1", "case", "近藤 学")
    assert timezone.localtime(record.dated_at).date().isoformat() == "2026-05-01"
    with Sandbox(readers=1) as sandbox:
        work_once(sandbox, 5)
    assert [link.target.title for link in record.links_out.filter(kind="attachment")] == ["見積書"]
    drop(ledger, [case(1, files="添付\\見積書.txt"), case(2, "次のとおり変更してよろしいか伺います。")], CASES)
    assert counts(taken(ledger)) == (0, 2, 0, 0)
    assert Record.objects.filter(kind="case").count() == 2


def test_a_case_read_again_gives_the_same_passages(world: World, ledger: Source) -> None:
    drop(ledger, [case(1)], CASES)
    confirmed(world, ledger, "cases")
    current = Record.objects.get(kind="case").current
    assert current is not None
    with Sandbox(readers=1) as sandbox:
        again = sandbox.extract(path_of(current.sha256), current.file_name)
    kept = list(current.passages.order_by("ordinal").values_list("locator", "text"))
    assert kept == [(each.locator, each.text) for each in again.passages]
    assert ("line=4", "理由: " + "老朽化のため。" * 9) in kept


def test_a_withdrawn_case_is_not_brought_back(world: World, ledger: Source) -> None:
    drop(ledger, [case(1)], CASES)
    confirmed(world, ledger, "cases")
    withdraw_record(world.kondo, Record.objects.get(kind="case").pk)
    drop(ledger, [case(1, "変わった伺いです。")], CASES)
    taken(ledger)
    assert Record.objects.get(kind="case").state == "withdrawn"


def test_rows_of_a_real_postgresql_come_and_a_changed_one_is_changed(world: World, cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:  # Hiroba's own may lie in "postgres"
        connection.execute("DROP DATABASE IF EXISTS shisetsu_kanri")
        connection.execute("CREATE DATABASE shisetsu_kanri")
    address = cluster.url("shisetsu_kanri")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE shisetsu (code text, name text, at date)")
        connection.execute(
            "INSERT INTO shisetsu SELECT 'S' || n, 'あおば公園' || n, '2026-04-01' FROM generate_series(1, 30) n"
        )
    source = source_of(
        world, "database", url=address, select="SELECT code AS 施設番号, name AS 施設名, at FROM shisetsu"
    )
    assert counts(confirmed(world, source)) == (30, 0, 0, 0)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE shisetsu SET name = 'ひかり公園' WHERE code = 'S7'")
        connection.execute("DELETE FROM shisetsu WHERE code = 'S8'")
        connection.execute("INSERT INTO shisetsu VALUES ('S31', 'そら公園', NULL)")
    assert counts(taken(source)) == (1, 1, 1, 0)
    assert Passage.objects.filter(text__contains="ひかり公園").count() == 1


def test_a_calendar_becomes_cases_by_its_uids(world: World, tmp_path: Path) -> None:
    source = source_of(world, folder=str(tmp_path), pattern="*.ics")
    path = tmp_path / "予定.ics"
    path.write_bytes(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a1\r\nSUMMARY:指定管理者との\r\n 打合せ\r\nDTSTART;TZID=Asia/Tokyo:"
        "20261201T130000\r\nLOCATION:301会議室\\, 本庁\r\nDESCRIPTION:議題は修繕計画です。\\n資料を持参\r\n"
        "BEGIN:VALARM\r\nDESCRIPTION:鳴る\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()
    )
    os.utime(path, (time.time() - 100, time.time() - 100))
    confirmed(world, source, "cases")
    record = Record.objects.get()
    assert (record.title, record.external_key) == ("指定管理者との打合せ", "a1")
    assert timezone.localtime(record.dated_at).isoformat() == "2026-12-01T13:00:00+09:00"
    assert Passage.objects.filter(text="場所 | 301会議室, 本庁").exists()
    assert not Passage.objects.filter(text__contains="鳴る").exists()


def test_only_administrators_and_whoever_stands_for_it_see_a_table(world: World, ledger: Source) -> None:
    drop(ledger, parks(1))
    visit_table(ledger)
    assert [row.source for row in tables_visible_to(world.endo)] == [ledger]
    assert [row.source for row in tables_visible_to(world.kondo)] == [ledger]
    assert tables_visible_to(world.kimura) == []
    for act in (get_table_visible_to, accept_loss, reconsider_columns):
        with pytest.raises(Refusal, match="ACCESS-01"):
            act(world.kimura, ledger.pk)


def test_a_file_named_by_a_row_is_only_found_inside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("a")
    (tmp_path / "out.txt").write_text("b")
    (tmp_path / "in/link.txt").symlink_to(tmp_path / "out.txt")
    assert find_inside(tmp_path / "in", "a.txt") == tmp_path / "in/a.txt"
    assert find_inside(tmp_path / "in", "C:\\決裁\\a.txt") == tmp_path / "in/a.txt"
    for name in ("../out.txt", "/etc/passwd", "link.txt", "none.txt", ".", "a\0b"):
        assert find_inside(tmp_path / "in", name) is None


def test_the_next_leaf_is_found_by_an_index_however_many_are_written(ledger: Source) -> None:
    if connection.vendor == "sqlite":  # PostgreSQL plans by how many rows there are, and there are none here
        assert "COVERING INDEX" in leaves.waiting_places(1)[:1].explain()
        assert "is_waiting=?" in leaves.waiting_places(1)[:1].explain()
