"""The peers of bench.search: SQLite FTS5 and PostgreSQL tsvector, given the same words in normal form, already cut."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psycopg

from bench.corpus import Made
from hiroba.language.tokens import words
from hiroba.search.engine import Reach
from hiroba.search.query import And, Node, Not, Or, Query, Word

POSTGRES = Path("/usr/lib/postgresql/15/bin")


class Audiences:
    """Numbers for the sets of principals, so that a peer compares one number a passage."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, ...], int] = {}

    def number(self, principals: Iterable[str]) -> int:
        return self.numbers.setdefault(tuple(principals), len(self.numbers))

    def of(self, reach: Reach) -> list[int]:
        return [number for principals, number in self.numbers.items() if reach.principals.intersection(principals)]


class Texts:
    """The passages' texts by key, as the database of an office keeps them."""

    def __init__(self, file: Path, corpus: Callable[[], Iterator[Made]]) -> None:
        is_new = not file.exists()
        self.connection = sqlite3.connect(file)
        if is_new:
            self._build(corpus())

    def _build(self, corpus: Iterator[Made]) -> None:
        self.connection.execute("pragma journal_mode=off")
        self.connection.execute("create table passage (key integer primary key, record integer, text text)")
        self.connection.executemany(
            "insert into passage values (?, ?, ?)",
            ((made.document.key, made.document.record, made.document.body) for made in corpus),
        )
        self.connection.commit()

    def of(self, keys: list[int]) -> list[str]:
        marks = ",".join("?" * len(keys))
        return [row[0] for row in self.connection.execute(f"select text from passage where key in ({marks})", keys)]

    def all(self) -> Iterator[tuple[int, int, str]]:
        yield from self.connection.execute("select key, record, text from passage")


class Fts5:
    """SQLite FTS5 over words parted by spaces."""

    name = "SQLite FTS5"

    def __init__(self, file: Path, corpus: Callable[[], Iterator[Made]], audiences: Audiences) -> None:
        self.file, self.audiences = file, audiences
        is_new = not file.exists()
        self.connection = sqlite3.connect(file)
        self.connection.execute("pragma cache_size=-200000")
        if is_new:
            self._build(corpus())
        for number, text in self.connection.execute("select number, principals from audience order by number"):
            assert audiences.number(json.loads(text)) == number
        self.connection.execute("create temp table allowed (audience integer primary key)")
        self.build_cpu = float(self.connection.execute("select seconds from took").fetchone()[0])
        self._reach: Reach | None = None

    def _build(self, corpus: Iterator[Made]) -> None:
        numbers = Audiences()
        began = time.process_time()
        self.connection.executescript(
            "pragma journal_mode=off; pragma synchronous=off;"
            "create virtual table passage using fts5(words, tokenize=\"unicode61 categories 'L* N* Co M* S*'\");"
            "create table place (key integer primary key, audience integer);"
            "create table audience (number integer primary key, principals text); create table took (seconds real);"
        )
        for made in corpus:
            key = made.document.key
            self.connection.execute(
                "insert into passage(rowid, words) values (?, ?)", (key, " ".join(made.streams.words))
            )
            number = numbers.number(made.document.principals)
            self.connection.execute("insert into place values (?, ?)", (key, number))
        self.connection.execute("insert into passage(passage) values ('optimize')")
        rows = ((number, json.dumps(principals)) for principals, number in numbers.numbers.items())
        self.connection.executemany("insert into audience values (?, ?)", rows)
        self.connection.execute("insert into took values (?)", (time.process_time() - began,))
        self.connection.commit()

    def search(self, query: Query, reach: Reach) -> int:
        if reach is not self._reach:
            self.connection.execute("delete from allowed")
            allowed = [(number,) for number in self.audiences.of(reach)]
            self.connection.executemany("insert into allowed values (?)", allowed)
            self._reach = reach
        hits = self.connection.execute(
            "with found as materialized (select rowid as key, rank as score from passage where passage match ?)"
            " select key, count(*) over () from found join place using (key) join allowed using (audience)"
            " order by score limit 20",
            (_fts5(query.root),),
        ).fetchall()
        for key, _ in hits:
            self.connection.execute(
                "select snippet(passage, 0, '<', '>', '…', 40) from passage where rowid = ? and passage match ?",
                (key, _fts5(query.root)),
            ).fetchone()
        return hits[0][1] if hits else 0


class Postgres:
    """PostgreSQL tsvector with GIN and ts_rank, in a cluster of its own."""

    name = "PostgreSQL tsvector"

    def __init__(
        self, connection: psycopg.Connection[tuple[object, ...]], corpus: Iterator[Made], audiences: Audiences
    ) -> None:
        self.connection, self.audiences = connection, audiences
        self.pid = connection.info.backend_pid
        began = self.cpu()
        connection.execute("create table passage (key bigint, audience integer, body text, words tsvector)")
        with connection.cursor().copy("copy passage (key, audience, body) from stdin") as copy:
            for made in corpus:
                number = audiences.number(made.document.principals)
                copy.write_row((made.document.key, number, " ".join(made.streams.words).replace("\0", "")))
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set max_parallel_maintenance_workers = 0")
        connection.execute("set max_parallel_workers_per_gather = 0")
        connection.execute(
            "create table cut as select key, audience, body, to_tsvector('simple', body) words from passage"
        )
        connection.execute("drop table passage")
        connection.execute("create index on cut using gin (words)")
        connection.execute("analyze cut")
        self.build_cpu = self.cpu() - began

    def cpu(self) -> float:
        """Give the CPU seconds that the backend has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def search(self, query: Query, reach: Reach) -> int:
        asked = _tsquery(query.root)
        rows = self.connection.execute(
            "select total, ts_headline('simple', body, q, 'MaxWords=40, MinWords=20') from (select body, q,"
            " count(*) over () total, ts_rank(words, q) score from cut, to_tsquery('simple', %s) q"
            " where words @@ q and audience = any(%s) order by score desc limit 20) best",
            (asked, self.audiences.of(reach)),
        ).fetchall()
        return int(str(rows[0][0])) if rows else 0

    def megabytes(self) -> float:
        row = self.connection.execute("select pg_total_relation_size('cut') / 1e6").fetchone()
        return float(str(row[0])) if row else 0.0


@contextlib.contextmanager
def throwaway_cluster(directory: Path, port: int = 54_719) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Start a cluster in `directory`, as user postgres when we are root, and stop it afterwards."""
    directory.mkdir(parents=True)
    for each in (directory, *directory.parents):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o011)
    become = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if become:
        subprocess.run(["chown", "postgres", directory], check=True)
    data = directory / "data"
    subprocess.run(
        [*become, POSTGRES / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = f"-p {port} -k {directory} -c listen_addresses='' -c fsync=off -c jit=off"
    options += " -c shared_buffers=2GB -c work_mem=64MB"
    control = [*become, str(POSTGRES / "pg_ctl"), "-D", str(data)]
    subprocess.run(
        [*control, "-w", "-o", options, "-l", directory / "log", "start"], check=True, capture_output=True, cwd="/"
    )
    try:
        with psycopg.connect(host=str(directory), port=port, user="postgres", autocommit=True) as connection:
            yield connection
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


def _fts5(node: Node | None) -> str:
    if isinstance(node, Word):
        return '"' + " ".join(words(node.text)) + '"'
    if isinstance(node, Or):
        return "(" + " OR ".join(_fts5(part) for part in node.parts) + ")"
    if isinstance(node, And):
        kept = " AND ".join(_fts5(part) for part in node.parts if not isinstance(part, Not))
        barred = "".join(f" NOT {_fts5(part.part)}" for part in node.parts if isinstance(part, Not))
        return f"(({kept}){barred})"
    raise ValueError(f"not for the peers: {node}")


def _tsquery(node: Node | None) -> str:
    if isinstance(node, Word):
        return "(" + " <-> ".join("'" + word.replace("'", "") + "'" for word in words(node.text)) + ")"
    if isinstance(node, Not):
        return "!" + _tsquery(node.part)
    if isinstance(node, And | Or):
        return "(" + (" & " if isinstance(node, And) else " | ").join(_tsquery(part) for part in node.parts) + ")"
    raise ValueError(f"not for the peers: {node}")
