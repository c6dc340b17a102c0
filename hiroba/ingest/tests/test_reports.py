"""Reports that another system drops: each known by its name, the next issue a revision, nothing twice, nothing late."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hiroba.archive.models import Passage, Record
from hiroba.extract import files
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_unit
from hiroba.ingest import reports, rereading
from hiroba.ingest.models import Item, Report, Source
from hiroba.ingest.report_queries import get_reports_visible_to, report_sources_visible_to
from hiroba.ingest.sources import visit_source
from hiroba.ingest.working import finish_item, lease_items, read_item, work_once
from tests.world import World

FONT = "HeiseiMin-W3"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class Directly:
    """Reads in this process: what reads safely has tests of its own."""

    def extract(self, path: Path, name: str) -> Any:
        return files.extract(path, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def dropping(world: World, folder: Path, **settings: str) -> Source:
    now = timezone.now()
    return Source.objects.create(
        kind="reports",
        name="財務会計",
        settings={"folder": str(folder)} | settings,
        person=world.kondo,
        unit=world.units["0702"],
        audience=find_or_add_audience({of_unit("0702")}),
        created_at=now,
        due_at=now,
    )


def drop(folder: Path, name: str, text: str, at: str = "2026-11-23T18:00") -> Path:
    """Write a report as the system does, at a time of the office."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".pdf":
        made = Canvas(str(path), pagesize=(595, 842))
        made.setFont(FONT, 10)
        made.drawString(100, 742, text)
        made.save()
    else:
        path.write_text(text, encoding="cp932")
    moment = timezone.make_aware(dt.datetime.fromisoformat(at)).timestamp()
    os.utime(path, (moment, moment))
    return path


def take_in(source: Source) -> int:
    """Visit and read until nothing more comes; give how many reports came."""
    count = visit_source(source)
    while work_once(Directly(), 10):
        pass
    source.refresh_from_db()
    return count + (take_in(source) if count else 0)


def facts(title: str) -> dict[str, str]:
    revision = Record.objects.get(title=title).current
    assert revision is not None
    return {name: revision.facts[name] for name in ("system", "report", "extracted_at", "drop")}


def test_each_report_says_its_system_its_name_and_when_it_was_put_out(world: World, folder: Path) -> None:
    drop(folder, "支払一覧_20261120_0905.pdf", "未払の合計は百二十万円")
    drop(folder, "収納/日計表_20261123.csv", "区分,金額\n窓口,1200\n")
    source = dropping(world, folder)
    assert take_in(source) == 2
    assert facts("財務会計 支払一覧") == {
        "system": "財務会計",
        "report": "支払一覧",
        "extracted_at": "2026-11-20T09:05+09:00",
        "drop": "支払一覧_20261120_0905.pdf",
    }
    assert facts("財務会計 日計表")["extracted_at"] == "2026-11-23T18:00+09:00"  # of that day: the file's own time
    paper = Record.objects.get(title="財務会計 支払一覧")
    assert (paper.owner, paper.unit, principals_in(paper.audience_id)) == (
        world.kondo,
        world.units["0702"],
        {of_unit("0702")},
    )
    assert timezone.localtime(paper.dated_at).isoformat(timespec="minutes") == "2026-11-20T09:05+09:00"
    passage = Passage.objects.get(revision=paper.current)
    assert passage.text == "未払の合計は百二十万円"
    assert passage.locator.startswith("page=1;box=")


def test_the_next_issue_is_a_revision_and_nothing_comes_twice(world: World, folder: Path) -> None:
    drop(folder, "支払一覧_20261120.pdf", "二十日の未払")
    source = dropping(world, folder)
    assert (take_in(source), take_in(source)) == (1, 0)
    drop(folder, "支払一覧_20261121.pdf", "二十一日の未払")
    drop(folder, "支払一覧_20261121.pdf", "二十一日の未払、出し直し", "2026-11-23T19:00")
    assert (take_in(source), take_in(source)) == (1, 0)
    record = Record.objects.get()
    assert (record.revisions.count(), Report.objects.count()) == (2, 2)
    assert record.current is not None
    assert list(record.current.passages.values_list("text", flat=True)) == ["二十一日の未払、出し直し"]


def test_issues_that_wait_come_in_one_after_the_other_the_newest_last(world: World, folder: Path) -> None:
    for day in (12, 3, 21, 7):
        drop(folder, f"日計表_202611{day:02}.pdf", f"{day}日の合計")
    source = dropping(world, folder)
    assert visit_source(source) == 1
    assert visit_source(source) == 0, "the next waits until the one before it is in"
    assert Item.objects.count() == 1
    while work_once(Directly(), 10):
        pass
    assert take_in(source) == 3
    record = Record.objects.get()
    told = [list(each.passages.values_list("text", flat=True)) for each in record.revisions.order_by("number")]
    assert told == [["3日の合計"], ["7日の合計"], ["12日の合計"], ["21日の合計"]]


def test_one_that_turns_up_after_a_newer_one_is_named_and_not_taken(world: World, folder: Path) -> None:
    drop(folder, "日計表_20261121.pdf", "二十一日の合計")
    source = dropping(world, folder)
    take_in(source)
    drop(folder, "日計表_20261112.pdf", "十二日の合計")
    assert (take_in(source), take_in(source)) == (0, 0)
    late = Item.objects.get(state="failed")
    assert (late.code, late.params) == ("REPORT-01", {"name": "日計表"})
    assert Record.objects.get().revisions.count() == 1


@pytest.mark.parametrize("dates", ["issued", "period"])
def test_where_names_tell_of_months_each_month_is_its_own_and_a_rerun_updates_it(
    world: World, folder: Path, dates: str
) -> None:
    drop(folder, "月計表_202609.pdf", "九月の合計")
    drop(folder, "月計表_令和8年10月分.pdf", "十月の合計")
    source = dropping(world, folder, dates=dates)
    assert take_in(source) == 2
    drop(folder, "月計表_202609_20261124_0900.pdf", "九月の合計、直し")
    assert take_in(source) == 1
    titles = {record.title: record.revisions.count() for record in Record.objects.all()}
    assert titles == {"財務会計 月計表 2026年9月": 2, "財務会計 月計表 2026年10月": 1}


def test_only_what_was_asked_for_and_is_whole_is_taken(world: World, folder: Path) -> None:
    drop(folder, "支払一覧.pdf", "欲しいもの")
    drop(folder, "支払一覧.csv", "件名,金額\n欲しいもの,1\n")
    drop(folder, "記録.log", "ほかのもの")
    drop(folder, "~$支払一覧.pdf", "開いているしるし")
    drop(folder, "書きかけ.pdf.tmp", "書きかけ")
    (folder / "いま.pdf").write_bytes(b"%PDF-1.4")  # not at rest yet
    (folder / "空.pdf").touch()
    source = dropping(world, folder, pattern="*.pdf *.csv")
    assert take_in(source) == 2
    assert {record.file_name for record in Record.objects.all()} == {"支払一覧.pdf", "支払一覧.csv"}


def test_a_folder_that_is_gone_or_hirobas_own_has_its_code(world: World, folder: Path) -> None:
    source = dropping(world, folder / "ない")
    visit_source(source)
    source.refresh_from_db()
    assert source.last_code == "SOURCE-03"


def test_a_visit_that_is_killed_anywhere_takes_each_once(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("一", "二", "三"):
        drop(folder, f"{name}_20261120.pdf", f"{name}の表")
    source, add = dropping(world, folder), reports.add_item
    killed: list[int] = []

    def adding(*arguments: Any) -> Item:
        item = add(*arguments)
        killed.append(item.pk)
        if len(killed) == 2:
            raise ZeroDivisionError("here the process is killed, before the commit")
        return item

    monkeypatch.setattr(reports, "add_item", adding)
    visit_source(source)
    assert (Item.objects.count(), Report.objects.count()) == (1, 1)
    monkeypatch.undo()
    assert take_in(source) == 2
    assert (Item.objects.count(), Record.objects.count()) == (3, 3)


def test_the_gate_holds_a_report_and_what_is_let_in_still_says_what_it_is(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "名簿_20261120.csv", "氏名,個人番号\n見本 太郎,123456789018\n")
    take_in(dropping(world, folder))
    record = Record.objects.get()
    assert (record.state, record.gate_code) == ("held", "GATE-01")
    assert not Passage.objects.exists()
    monkeypatch.setattr(rereading, "Sandbox", lambda readers: contextlib.nullcontext(Directly()))
    rereading.release_record(world.kondo, record.pk, "見本の番号です")
    assert facts(record.title)["report"] == "名簿"


def test_whoever_reads_it_late_still_knows_what_it_is(world: World, folder: Path) -> None:
    """The facts come with the item, whoever takes it: also after a try that failed."""
    drop(folder, "支払一覧_20261120.pdf", "未払の合計")
    source = dropping(world, folder)
    visit_source(source)
    (item,) = lease_items(10)
    source.name = "新財務会計"
    source.save()
    finish_item(read_item(Directly(), Item.objects.get(pk=item.pk)))
    assert facts("新財務会計 支払一覧")["report"] == "支払一覧"


def test_the_room_of_systems_lists_reports_by_name_for_who_may_read_them(world: World, folder: Path) -> None:
    drop(folder, "支払一覧_20261120.pdf", "二十日の未払")
    drop(folder, "支払一覧_20261121.pdf", "二十一日の未払")
    drop(folder, "日計表_20261121.csv", "区分,金額\n窓口,1\n")
    source = dropping(world, folder)
    take_in(source)
    (row,) = report_sources_visible_to(world.kondo)
    assert (row.reports, row.issues) == (2, 3)
    page = get_reports_visible_to(world.kondo, source.pk)
    shown = {(each.name, each.issues, each.record.title if each.record else "") for each in page.reports}
    assert shown == {("支払一覧", 2, "財務会計 支払一覧"), ("日計表", 1, "財務会計 日計表")}
    assert report_sources_visible_to(world.kimura) == []
    administered = get_reports_visible_to(world.endo, source.pk)
    assert (administered.row.reports, administered.reports) == (2, [])
