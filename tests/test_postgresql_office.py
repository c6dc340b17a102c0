"""A whole office on PostgreSQL, from `hiroba init` to a backup put back, through its own commands and pages."""

from __future__ import annotations

import os
import secrets
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.calling import Caller
from tests.journeys.office import PASSWORD, Office, write_papers
from tests.postgres import Cluster

pytestmark = [pytest.mark.postgres]

STAFF = """職員番号,ログイン,氏名,ふりがな,メール,部署コード,部署名,上位部署コード,職,区分,開始日,終了日
1001,kimura,木村 直美,きむら なおみ,,0402,子育て支援課,04,主任,本務,2024-04-01,
1002,sato,佐藤 花子,さとう はなこ,,0402,子育て支援課,04,係長,本務,2024-04-01,
1003,kondo,近藤 学,こんどう まなぶ,,0702,公園課,07,係員,本務,2024-04-01,
1004,endo,遠藤 光,えんどう ひかる,,0402,子育て支援課,04,担当,本務,2024-04-01,
,,,,,04,こども部,,,,2024-04-01,
,,,,,07,土木部,,,,2024-04-01,
"""


def add_database(cluster: Cluster) -> str:
    """Make an empty database and give its address."""
    name = f"office_{secrets.token_hex(4)}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return cluster.url(name)


def office_on(url: str, home: Path) -> Office:
    """Give an office whose home and database are still empty."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {"HIROBA_HOME": str(home), "HIROBA_DATABASE": url, "HIROBA_ADMIN_PASSWORD": PASSWORD}
    return Office(home, port, None, {**os.environ, **ours})


def found(office: Office, login: str, text: str) -> set[str]:
    return {hit["file"] for hit in office.json("search", text, "--as", login)["hits"]}


@pytest.fixture(scope="module")
def office(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The office on its first day: its people are known, four files have come in, and its pages are served."""
    folder = tmp_path_factory.mktemp("postgresql")
    office = office_on(add_database(cluster), folder / "home")
    office.json("init", "--office", "みらい区", "--admin", "endo")
    (folder / "staff.csv").write_text(STAFF, encoding="cp932")
    office.json("people", "import", str(folder / "staff.csv"), "--apply", "--no-slips")
    papers = write_papers(folder / "書類")
    taken_in = office.json("import", str(papers), "--as", "kimura", "--wait")
    assert (len(taken_in["records"]), taken_in["failures"]) == (5, [])
    office.serve()
    yield office
    office.stop()


@pytest.fixture(scope="module")
def endo(office: Office) -> Caller:
    return Caller(office, "endo")


def test_what_was_imported_is_found_by_the_section_and_by_nobody_else(office: Office) -> None:
    assert found(office, "sato", "話し中は57件") == {"受付の報告.docx"}
    assert found(office, "sato", "三百二十件") == {"回答.eml/回答の内訳.txt"}
    assert found(office, "kondo", "話し中は57件") == set()


def test_the_same_folder_again_gives_nothing_new(office: Office) -> None:
    again = office.json("import", str(office.home.parent / "書類"), "--as", "kimura", "--wait")
    with psycopg.connect(office.environment["HIROBA_DATABASE"]) as connection:
        counts = connection.execute("SELECT count(*), count(DISTINCT external_key) FROM archive_record").fetchone()
    assert counts == (5, 5)
    assert len(again["records"]) == 4


def test_what_is_shared_and_taken_back_on_its_page_is_so_for_everybody_at_once(office: Office, endo: Caller) -> None:
    assert "受付の報告" in endo.get("/search/?q=話し中は57件").text
    record = office.json("search", "話し中は57件", "--as", "sato")["hits"][0]["record"]
    shared = endo.post(f"/records/{record}/audience/", {"audience": "everyone"})
    assert (shared.status, shared.headers["Location"]) == (302, f"/records/{record}/")
    assert found(office, "kondo", "話し中は57件") == {"受付の報告.docx"}
    assert endo.post(f"/records/{record}/withdrawal/", {}).status == 200
    assert found(office, "kondo", "話し中は57件") == set()
    assert endo.get(f"/records/{record}/").status == 404


def test_pages_give_their_connections_back(office: Office, endo: Caller) -> None:
    for _ in range(30):
        assert endo.get("/").status == 200
    with psycopg.connect(office.environment["HIROBA_DATABASE"]) as connection:
        question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        counted = connection.execute(question).fetchone()
    assert counted is not None
    assert counted[0] < 15


@pytest.mark.parametrize("address", ["/search/?q=a%00b", "/folders/?folder=%00", "/units/%00/", "/people/a%00b/"])
def test_an_address_with_a_character_no_database_takes_is_no_fault_of_ours(endo: Caller, address: str) -> None:
    assert endo.get(address).status in (200, 400, 404)


def test_a_backup_made_while_people_work_is_put_back_into_another_database(office: Office, cluster: Cluster) -> None:
    file = office.home.parent / "backup.tar"
    office.json("backup", str(file))
    other = office_on(add_database(cluster), office.home.parent / "other")
    other.json("restore", str(file))
    assert not (other.home / "hiroba.pgdump").exists()
    assert found(other, "sato", "三百二十件") == set()  # the index is made again by the worker
    again = other.json("import", str(office.home.parent / "書類"), "--as", "kimura", "--wait")
    assert [row["code"] for row in again["failures"]] == ["INGEST-07"]  # withdrawn stays withdrawn
    assert found(other, "sato", "三百二十件") == {"回答.eml/回答の内訳.txt"}
    checked = other.json("doctor", "--originals")
    assert checked["whole"], checked
    full = office_on(other.environment["HIROBA_DATABASE"], file.parent / "third")
    for refused, code in ((other, "BACKUP-02"), (full, "BACKUP-06")):
        done = refused.command("restore", str(file))
        assert (done.returncode, code in done.stderr) == (1, True), done.stderr


def test_without_the_client_programs_a_backup_says_what_to_install(office: Office, tmp_path: Path) -> None:
    bare = Office(office.home, office.port, None, {**office.environment, "PATH": str(tmp_path)})
    done = bare.command("backup", str(tmp_path / "backup.tar"))
    assert (done.returncode, "BACKUP-04" in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_sqlite_is_not_put_back_into_postgresql(cluster: Cluster, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "backup.tar", "w") as tar:
        for name in ("hiroba.sqlite3", "backup.json"):
            tar.addfile(tarfile.TarInfo(name))
    done = office_on(cluster.url(), tmp_path / "home").command("restore", str(tmp_path / "backup.tar"))
    assert (done.returncode, "BACKUP-07" in done.stderr) == (1, True), done.stderr


def test_everything_is_whole_at_the_end_of_the_day(office: Office) -> None:
    checked = office.json("doctor", "--originals")
    assert checked["whole"], checked
