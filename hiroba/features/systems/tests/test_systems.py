from __future__ import annotations

import os
import time
from argparse import Namespace
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from hiroba.archive.models import Record
from hiroba.features.systems.commands import run_tables, say_tables
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.reports import visit_reports
from hiroba.ingest.tables.models import Table
from hiroba.ingest.tables.visiting import visit_table
from tests.world import World


@pytest.fixture
def ledger(world: World, tmp_path: Path) -> Source:
    now = timezone.now()
    source = Source.objects.create(
        kind="table",
        name="相談受付簿",
        settings={"folder": str(tmp_path)},
        person=world.kondo,
        unit=world.units["0702"],
        audience=find_or_add_audience({of_unit("0702")}),
        created_at=now,
        due_at=now,
    )
    path = tmp_path / "受付.csv"
    path.write_text("受付番号,件名,受付日,個人番号\nU-1,ベンチの修理,令和8年5月1日,123456789018\n", encoding="cp932")
    os.utime(path, (time.time() - 100, time.time() - 100))
    visit_table(source)
    return source


def signed_in(world: World, login: str) -> Client:
    client = Client()
    client.force_login(world.people[login])
    return client


def test_a_person_confirms_what_the_columns_mean_and_the_rows_come(world: World, ledger: Source) -> None:
    client = signed_in(world, "kondo")
    assert "列の意味を決めてください" in client.get("/systems/").content.decode()
    page = client.get(f"/systems/{ledger.pk}/columns/").content.decode()
    assert "ベンチの修理" in page
    assert "123456789018" not in page
    table = Table.objects.get()
    sent = {f"column-{n}": name for n, name in enumerate(table.found_header)}
    sent |= {f"use-{n}": use for n, (_, use) in enumerate(table.found_columns)} | {"shape": "cases"}
    assert client.post(f"/systems/{ledger.pk}/columns/", sent).status_code == 302
    visit_table(ledger)
    assert [record.title for record in Record.objects.all()] == ["ベンチの修理"]
    assert "順調" in client.get(f"/systems/{ledger.pk}/").content.decode()


def test_an_answer_to_columns_that_changed_meanwhile_is_not_taken(world: World, ledger: Source) -> None:
    client = signed_in(world, "kondo")
    answer = client.post(f"/systems/{ledger.pk}/columns/", {"column-0": "前の見出し"})
    assert answer.status_code == 400
    assert "TABLE-05" in answer.content.decode()
    assert Table.objects.get().asks == "TABLE-01"


def test_the_sample_is_shown_as_it_would_become(world: World, ledger: Source) -> None:
    page = signed_in(world, "kondo").get(f"/systems/{ledger.pk}/columns/?use-1=field&use-0=title").content.decode()
    assert "<strong>U-1</strong>" in page


def test_whoever_only_administers_sees_the_columns_but_nothing_in_them(world: World, ledger: Source) -> None:
    page = signed_in(world, "endo").get(f"/systems/{ledger.pk}/columns/").content.decode()
    assert "受付番号" in page
    assert "ベンチの修理" not in page
    assert "U-1" not in page


def test_a_table_is_not_there_for_others(world: World, ledger: Source) -> None:
    client = signed_in(world, "kimura")
    assert "相談受付簿" not in client.get("/systems/").content.decode()
    assert client.get(f"/systems/{ledger.pk}/columns/").status_code == 404


def test_a_script_confirms_what_is_proposed_and_what_it_says_otherwise(world: World, ledger: Source) -> None:
    given = {"verb": "confirm", "name": "相談受付簿", "login": "kondo", "shape": "cases"}
    with pytest.raises(Refusal, match="TABLE-05"):
        run_tables(Namespace(**given, use=[("ない列", "key")]))
    told = run_tables(Namespace(**given, use=[("受付日", "field")]))["tables"][0]
    assert (told["asks"], told["shape"]) == ("", "cases")
    assert {"name": "受付日", "use": "field"} in told["columns"]
    visit_table(ledger)
    assert "いまある行 1" in say_tables(run_tables(Namespace(verb="list", name="", login="kondo", use=[], shape="")))


def test_a_folder_of_reports_stands_beside_the_tables(world: World, ledger: Source, tmp_path: Path) -> None:
    folder = tmp_path / "帳票"
    folder.mkdir()
    for day in (20, 21):
        path = folder / f"日計表_202611{day}.csv"
        path.write_text(f"区分,金額\n窓口,{day}00\n")
        os.utime(path, (time.time() - 60, time.time() - 60))
    known = {"kind": "reports", "name": "収納", "settings": {"folder": str(folder)}}
    ledger.pk = None
    for name, value in known.items():
        setattr(ledger, name, value)
    ledger.save()
    visit_reports(ledger)
    page = signed_in(world, "kondo").get("/systems/").content.decode()
    assert "収納" in page
    assert "相談受付簿" in page
    shown = signed_in(world, "kondo").get(f"/systems/{ledger.pk}/").content.decode()
    assert "日計表_20261120.csv" in shown
    assert "まだ読めません" in shown  # it is on its way in
    administered = signed_in(world, "endo").get(f"/systems/{ledger.pk}/").content.decode()
    assert "日計表" not in administered
    assert signed_in(world, "kimura").get(f"/systems/{ledger.pk}/").status_code == 404
