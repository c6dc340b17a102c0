"""The office's PostgreSQL as one file. pg_dump writes it and pg_restore reads it; both come with postgresql-client."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from hiroba.foundation.refusal import Refusal

_PLACE = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")


def dump_database(target: Path) -> None:
    """Write the whole database, as it is at one moment, to `target`.

    BACKUP-04 when pg_dump is not installed, BACKUP-05 when it fails (it says why on stderr)."""
    _run("pg_dump", "--format=custom", f"--file={target}")


def restore_database(source: Path) -> None:
    """Fill the empty database from `source`, all or nothing. BACKUP-04 and BACKUP-05 as above."""
    _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(source))


def require_empty_database() -> None:
    """Refuse with BACKUP-06 where the database holds anything, before anything is put back."""
    if connection.introspection.table_names():
        raise Refusal("BACKUP-06", database=str(connection.settings_dict["NAME"]))


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise Refusal("BACKUP-04", program=program)
    given = connection.get_connection_params()
    # Never among the arguments, where `ps` shows it to everybody.
    key = {"PGPASSWORD": given["password"]} if given.get("password") else {}
    place = make_conninfo(**{name: given[name] for name in _PLACE if given.get(name)})
    command = [program, f"--dbname={place}", "--no-password", *arguments]
    if subprocess.run(command, env={**os.environ, **key}, check=False).returncode:
        raise Refusal("BACKUP-05", program=program)
