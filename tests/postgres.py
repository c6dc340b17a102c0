"""A throw-away PostgreSQL, and the fixture that runs a test on both databases.

`either_database` gives a test an office's real database, SQLite file or PostgreSQL, migrated and empty, with real
transactions; threads and child processes (`either_database.environment`) reach the same one."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Cluster:
    """A running PostgreSQL that only a Unix socket in `folder` leads to."""

    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """Give the address as HIROBA_DATABASE takes it."""
        return f"postgresql://postgres@{quote(str(self.folder), safe='')}/{database}"

    def stop(self) -> None:
        """End the server and remove its files."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def find_programs() -> Path | None:
    """Give the folder of the newest PostgreSQL programs (Debian's place, or PATH); None without one."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]), reverse=True
    )
    on_path = shutil.which("initdb")
    return folders[0].parent if folders else Path(on_path).resolve().parent if on_path else None


def start_cluster(programs: Path, *, fsync: bool = False) -> Cluster:
    """Make and start a cluster in a folder of its own; it need not outlive a power cut unless it is to be measured."""
    folder = Path(tempfile.mkdtemp(prefix="hiroba-pg-"))
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **as_user}
    subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
        check=True,
        **quiet,
    )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "fsync": "on" if fsync else "off",
        "max_connections": 80,
    }
    command = [programs / "postgres", "-D", folder / "data"]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    cluster = Cluster(folder, subprocess.Popen(command, **quiet))
    _wait_until_ready(cluster)
    return cluster


def _wait_until_ready(cluster: Cluster) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(cluster.url()).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline or cluster.process.poll() is not None:
                cluster.stop()
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give the session's PostgreSQL. Where there is none the test is skipped, in CI it fails."""
    programs = find_programs()
    if programs is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    running = start_cluster(programs)
    yield running
    running.stop()


@dataclass
class Office:
    """One real database that a test may write to, with its settings for Django and for child processes."""

    vendor: str
    settings: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Make this the default database of this process and of its threads."""
        from django.db import connections

        ours, theirs = connections["default"], connections.settings["default"]
        del connections["default"]
        connections.settings["default"] = self.settings
        try:
            yield
        finally:
            connections["default"].close()
            connections.settings["default"] = theirs
            connections["default"] = ours

    def empty(self) -> None:
        """Delete every row, keeping what migrations know."""
        from django.core.management.color import no_style
        from django.db import connection

        kept = {"django_migrations", "django_content_type", "auth_permission"}
        tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in kept]
        connection.ops.execute_sql_flush(
            connection.ops.sql_flush(no_style(), tables, reset_sequences=True, allow_cascade=True)
        )


def _new_office(vendor: str, url: str) -> Office:
    """Migrate one database for the session, by the project's own settings."""
    from django.core.management import call_command
    from django.db import connections

    from config import settings as wiring

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HIROBA_DATABASE", url)
        database = copy.deepcopy(wiring._database())
    database = connections.configure_settings({"default": database})["default"]
    office = Office(vendor, database, {**os.environ, "HIROBA_DATABASE": url, "PYTHONPATH": str(ROOT)})
    with office.opened():
        call_command("migrate", verbosity=0, interactive=False)
    return office


@pytest.fixture(scope="session")
def sqlite_office(django_db_blocker: Any) -> Office:
    """Give the SQLite file of the session's HIROBA_HOME, migrated."""
    with django_db_blocker.unblock():
        return _new_office("sqlite", "")


@pytest.fixture(scope="session")
def postgresql_office(django_db_blocker: Any, cluster: Cluster) -> Office:
    """Give a PostgreSQL database, migrated."""
    with django_db_blocker.unblock():
        return _new_office("postgresql", cluster.url())


def _lend(office: Office, django_db_blocker: Any) -> Iterator[Office]:
    with django_db_blocker.unblock(), office.opened():
        office.empty()
        yield office


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Office]:
    """Run the test on SQLite and on PostgreSQL, each empty and with real transactions."""
    yield from _lend(request.getfixturevalue(f"{request.param}_office"), django_db_blocker)


@pytest.fixture
def world_on_either(either_database: Office) -> Any:
    """The small ward office of tests/world.py, fresh for this test, on SQLite and on PostgreSQL."""
    from django.db import transaction

    from tests.world import build_world

    with transaction.atomic():  # one commit: each is written through to the disk
        return build_world()


@pytest.fixture
def only_postgresql(postgresql_office: Office, django_db_blocker: Any) -> Iterator[Office]:
    """Run the test on PostgreSQL, empty and with real transactions."""
    yield from _lend(postgresql_office, django_db_blocker)
