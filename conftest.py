"""What every test stands on: an office's home of its own, no network, and a journal that writes only when told."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from config.catalogue import compile_catalogue

HOME = Path(tempfile.mkdtemp(prefix="hiroba-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["HIROBA_HOME"] = str(HOME)
os.environ.pop("HIROBA_DATABASE", None)
for _folder in ("incoming", "originals", "index", "static"):
    (HOME / _folder).mkdir()

# Named here and not in pyproject.toml: the settings read the environment when they are imported.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
compile_catalogue()
django.setup()

pytest_plugins = ["tests.postgres"]

LOOPBACK = ("127.", "::1", "localhost", "::ffff:127.")


class NetworkForbiddenError(AssertionError):
    """A test tried to reach another machine: Hiroba never does by itself."""


def _forbid_network() -> None:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def require_loopback(sock: socket.socket, address: Any) -> None:
        if sock.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise NetworkForbiddenError(f"no network in tests: {address!r}")

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        require_loopback(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        require_loopback(sock, address)
        return connect_ex(sock, address)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign] - the guard
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign] - the guard


_forbid_network()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let no worker inherit the name of the settings: it would read them before its own home is named, and all would
    share the controller's."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Keep the test database in a file: threads and processes meet in it as they do in an office."""
    from django.db import connections

    connections["default"].settings_dict["TEST"]["NAME"] = str(HOME / "test.sqlite3")


@pytest.fixture(autouse=True)
def _journal_by_hand() -> Iterator[None]:
    """Let no thread write the journal behind a test's back; `flush_journal()` writes it."""
    from hiroba.foundation.changes.journal import JOURNAL

    JOURNAL.writes_by_itself = False
    JOURNAL.forget()
    yield
    JOURNAL.forget()


@pytest.fixture
def world(db: None) -> Any:
    """The small ward office of tests/world.py, fresh for this test."""
    from tests.world import build_world

    return build_world()
