"""What conftest.py promises to every test."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def test_a_test_cannot_reach_another_machine():
    for address in ("192.0.2.1", "::ffff:192.0.2.1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as outside, pytest.raises(AssertionError, match="no network"):
            outside.connect((address, 80))


def test_a_test_may_talk_to_itself():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_each_process_of_a_run_has_a_home_to_itself():
    assert str(settings.HOME) == os.environ["HIROBA_HOME"]


def test_tests_live_in_a_home_of_their_own():
    for path in (settings.HOME, settings.ORIGINALS_DIR, Path(settings.DATABASES["default"]["NAME"])):
        assert not path.is_relative_to(ROOT)


@pytest.mark.django_db
def test_the_test_database_is_a_file_that_threads_and_processes_share():
    assert Path(connection.settings_dict["NAME"]).is_file()
