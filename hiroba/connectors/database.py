"""Rows of another system's database, read with one SELECT that can change nothing there.

Four things keep it so: one statement that begins with SELECT or WITH, a read-only transaction, a time limit in the
server, and a limit of rows. The account it signs in with should be allowed no more than to read (docs/operate)."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy import exc

from hiroba.connectors.outside import (
    NOT_SIGNED_IN,
    NOT_THERE,
    SETTINGS_WRONG,
    SILENT_SECONDS,
    UNREACHABLE,
    OutsideError,
    Patience,
)
from hiroba.connectors.tables import Row, Table, column_names

FETCHED_AT_ONCE = 1_000
MOST_ROWS = 2_000_000
SECONDS = 300
CONNECT_SECONDS = 15
# A database of Hiroba's, ours or a copy, is known by its tables: who may read it is decided there, not by an account.
_CATALOGUES = {
    "postgresql": "SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'archive_passage'",
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'archive_passage'",
}
_STRINGS_AND_COMMENTS = re.compile(
    r"(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
    r"|(?<![\w$])\$((?:[^\W\d]\w*)?)\$.*?\$\1\$",
    re.DOTALL,
)


@dataclass(frozen=True)
class Query:
    """What to ask of which database: an address without a password (`postgresql://reader@host/name`,
    `sqlite:////path/file.db`), the password, one SELECT, and its limits."""

    url: str
    select: str
    password: str = ""
    seconds: int = SECONDS
    most_rows: int = MOST_ROWS


def require_one_select(text: str) -> str:
    """Give the statement without its closing semicolon; DATABASE-01 unless it is one SELECT (or WITH … SELECT)."""
    statement = text.strip().rstrip(";").strip()
    bare = _STRINGS_AND_COMMENTS.sub(" ", statement)
    if ";" in bare or not re.match(r"\s*\(*\s*(select|with)\b", bare, re.IGNORECASE):
        raise OutsideError("DATABASE-01")
    return statement


@contextlib.contextmanager
def open_query(query: Query) -> Iterator[Table]:
    """Give the rows of a SELECT as a table, fetched as they are asked for; `row=1` is the first row's place.

    DATABASE-01 not one SELECT, DATABASE-02 the database did not understand it or it would change something,
    DATABASE-04 it took too long, DATABASE-05 too many rows; SOURCE-01 it cannot be reached, SOURCE-02 it let nobody in,
    SOURCE-03 a database of Hiroba's, SOURCE-04 an address of a kind that is not known here."""
    statement = require_one_select(query.select)
    engine = _engine(query)
    try:
        with engine.connect() as connection, _limited(connection, query):
            if connection.exec_driver_sql(_CATALOGUES[connection.dialect.name]).first() is not None:
                raise OutsideError(NOT_THERE, place=engine.url.database or "")
            result = connection.execution_options(
                stream_results=True, no_parameters=True, yield_per=FETCHED_AT_ONCE
            ).exec_driver_sql(statement)
            header = column_names(list(result.keys()))
            until = time.monotonic() + query.seconds
            yield Table(header, "row=0", _rows(result, query.most_rows, until))
            connection.rollback()
    except exc.SQLAlchemyError as error:
        raise _told(error) from error
    finally:
        engine.dispose()


def _engine(query: Query) -> sa.Engine:
    """Build the engine for one visit; SOURCE-04 for an address of a kind that is not known here."""
    try:
        url = sa.make_url(query.url)
    except exc.ArgumentError as error:
        raise OutsideError(SETTINGS_WRONG, field="url") from error
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg", host=unquote(url.host or "") or None)
        if query.password:
            url = url.set(password=query.password)
        options = f"-c default_transaction_read_only=on -c statement_timeout={query.seconds * 1000}"
        arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "options": options}
        return sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=arguments)
    if url.get_backend_name() == "sqlite" and url.database:
        path = url.database
        return sa.create_engine("sqlite://", poolclass=sa.pool.NullPool, creator=lambda: _sqlite(path))
    raise OutsideError(SETTINGS_WRONG, field="url")


def file_of(address: str) -> str:
    """Give the file an address names, "" when it names a server or makes no sense."""
    try:
        url = sa.make_url(address)
    except exc.ArgumentError:
        return ""
    return (url.database or "") if url.get_backend_name() == "sqlite" else ""


def _sqlite(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextlib.contextmanager
def _limited(connection: sa.Connection, query: Query) -> Iterator[None]:
    """Let the visit be read-only and end in time, by the server's own means."""
    if connection.dialect.name != "sqlite":
        fileno = connection.connection.dbapi_connection.pgconn.socket  # type: ignore[union-attr]  # psycopg's
        # The server keeps the limit itself, unless it has fallen silent.
        with Patience(lambda: _hang_up(fileno), query.seconds + SILENT_SECONDS):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield
        return
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    timer = threading.Timer(query.seconds, raw.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(fileno: int) -> None:
    with socket.socket(fileno=os.dup(fileno)) as same:
        same.shutdown(socket.SHUT_RDWR)


def _rows(result: sa.CursorResult[Any], most: int, until: float) -> Iterator[Row]:
    numbers = count(1)
    try:
        for partition in result.partitions(FETCHED_AT_ONCE):
            if time.monotonic() > until:  # the server's limit counts anew for each thousand rows
                raise OutsideError("DATABASE-04")
            for values in partition:
                number = next(numbers)
                if number > most:
                    raise OutsideError("DATABASE-05", limit=most)
                yield Row(f"row={number}", tuple(as_text(value) for value in values))
    except exc.SQLAlchemyError as error:
        raise _told(error) from error


def as_text(value: object) -> str:
    """Give a value as people write it: days and times as ISO, yes and no as 1 and 0, bytes not at all."""
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).strip()


def _told(error: exc.SQLAlchemyError) -> OutsideError:
    """Say what went wrong without the server's words: they may hold data, names or addresses."""
    cause = getattr(error, "orig", None)
    state, words = str(getattr(cause, "sqlstate", None) or ""), str(cause)
    if state == "57014" or "interrupted" in words:
        return OutsideError("DATABASE-04")
    if state.startswith("28") or "password" in words or "authentication" in words:
        return OutsideError(NOT_SIGNED_IN)
    is_reached = bool(state) and not state.startswith(("08", "57P"))
    if isinstance(error, exc.OperationalError) and not is_reached and "no such" not in words and "syntax" not in words:
        return OutsideError("DATABASE-02" if "readonly" in words else UNREACHABLE)
    return OutsideError("DATABASE-02")
