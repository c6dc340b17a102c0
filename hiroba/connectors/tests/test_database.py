from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hiroba.connectors.database import Query, open_query, require_one_select
from hiroba.connectors.outside import OutsideError
from tests.postgres import Cluster


@pytest.fixture(scope="module")
def ledger(cluster: Cluster) -> Iterator[str]:
    """Another system's database on a real PostgreSQL, with a reader that needs no password over the socket."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ledger")
        connection.execute("CREATE DATABASE ledger")
    with psycopg.connect(cluster.url("ledger"), autocommit=True) as connection:
        connection.execute("CREATE TABLE parks (code text, name text, area numeric, opened date, at timestamp)")
        connection.execute(
            "INSERT INTO parks SELECT 'P' || n, '公園' || n || '%', n * 1.5, date '2026-04-01', now() "
            "FROM generate_series(1, 5000) n"
        )
    yield cluster.url("ledger")


def rows_of(query: Query) -> list[tuple[str, ...]]:
    with open_query(query) as table:
        return [row.cells for row in table.rows]


def test_rows_come_from_a_real_server_with_their_values_as_text(ledger: str) -> None:
    query = Query(
        ledger, "SELECT code AS 施設番号, name, area, opened FROM parks WHERE name LIKE '%1\\%' ORDER BY area;"
    )
    with open_query(query) as table:
        assert table.header == ("施設番号", "name", "area", "opened")
        assert next(table.rows).cells == ("P1", "公園1%", "1.5", "2026-04-01")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM parks",
        "SELECT 1; DELETE FROM parks",
        "WITH gone AS (DELETE FROM parks RETURNING code) SELECT * FROM gone",
        "SELECT code INTO other FROM parks",
        "SELECT set_config('transaction_read_only', 'off', true) FROM (SELECT 1) x; SELECT 1",
    ],
)
def test_nothing_can_be_changed_there(ledger: str, statement: str) -> None:
    with pytest.raises(OutsideError) as caught:
        rows_of(Query(ledger, statement))
    assert caught.value.code in ("DATABASE-01", "DATABASE-02")
    assert rows_of(Query(ledger, "SELECT count(*) AS n FROM parks")) == [("5000",)]


def test_a_query_that_takes_too_long_is_ended_by_the_server(ledger: str) -> None:
    with pytest.raises(OutsideError, match="DATABASE-04"):
        rows_of(Query(ledger, "SELECT pg_sleep(30)", seconds=1))


def test_more_rows_than_allowed_are_refused_after_the_limit(ledger: str) -> None:
    with pytest.raises(OutsideError, match="DATABASE-05"):
        rows_of(Query(ledger, "SELECT code FROM parks", most_rows=100))


def test_a_server_that_is_not_there_or_lets_nobody_in_says_so_without_its_words(ledger: str) -> None:
    with pytest.raises(OutsideError, match="SOURCE-01"):
        rows_of(Query("postgresql://reader@127.0.0.1:1/ledger", "SELECT 1 AS n", password="secret"))
    with pytest.raises(OutsideError) as caught:
        rows_of(Query(ledger.replace("postgres@", "nobody@"), "SELECT 1 AS n"))
    assert caught.value.code in ("SOURCE-01", "SOURCE-02")
    with pytest.raises(OutsideError, match="SOURCE-04"):
        rows_of(Query("mysql://reader@host/ledger", "SELECT 1 AS n"))


def test_an_sqlite_file_is_opened_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "台帳.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE parks (code TEXT, name TEXT)")
        connection.execute("INSERT INTO parks VALUES ('P1', 'みどり公園')")
    assert rows_of(Query(f"sqlite:///{path}", "SELECT * FROM parks")) == [("P1", "みどり公園")]
    with pytest.raises(OutsideError, match="DATABASE-02"):
        rows_of(Query(f"sqlite:///{path}", "SELECT * FROM nothing"))
    with pytest.raises(OutsideError, match="SOURCE-01"):
        rows_of(Query(f"sqlite:///{tmp_path}/none.sqlite3", "SELECT 1 AS n"))
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS m FROM n"
    with pytest.raises(OutsideError, match="DATABASE-04"):
        rows_of(Query(f"sqlite:///{path}", endless, seconds=1))


def test_a_database_of_hirobas_is_none_of_another_system(ledger: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "copy.sqlite3") as connection:
        connection.execute("CREATE TABLE archive_passage (text TEXT)")
    with pytest.raises(OutsideError, match="SOURCE-03"):
        rows_of(Query(f"sqlite:///{tmp_path}/copy.sqlite3", "SELECT text FROM archive_passage"))
    with psycopg.connect(ledger, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA ours CREATE TABLE archive_passage (text text)")
    with pytest.raises(OutsideError, match="SOURCE-03"):
        rows_of(Query(ledger, "SELECT text FROM ours.archive_passage"))
    with psycopg.connect(ledger, autocommit=True) as connection:
        connection.execute("DROP SCHEMA ours CASCADE")


def test_a_semicolon_in_a_text_or_a_comment_ends_no_statement() -> None:
    assert require_one_select("SELECT ';' AS a -- x; y\n;") == "SELECT ';' AS a -- x; y"
    assert require_one_select("SELECT E'\\';' AS a, $b$;$b$ AS c, date'2026-01-01' AS d").startswith("SELECT")
    disguised = (
        "SELECT E'\\''; COMMIT; DELETE FROM parks --'",
        "SELECT 1 AS a$b$; DELETE FROM parks; SELECT 1 AS a$b$",
    )
    for statement in (*disguised, "", "DROP TABLE a", "SELECT 1; SELECT 2", "EXPLAIN SELECT 1"):
        with pytest.raises(OutsideError, match="DATABASE-01"):
            require_one_select(statement)
