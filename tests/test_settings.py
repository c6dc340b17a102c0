"""What the environment says becomes what Django is told."""

from __future__ import annotations

import pytest

from config import settings


def test_an_office_may_ask_for_an_encrypted_way_to_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://hiroba:p%40ss@db.invalid:5433/hiroba?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"
    monkeypatch.setenv("HIROBA_DATABASE", address)
    found = settings._database()
    assert (found["NAME"], found["PASSWORD"], found["PORT"]) == ("hiroba", "p@ss", "5433")
    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}


def test_without_more_said_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIROBA_DATABASE", "postgresql://hiroba@%2Frun%2Fpostgresql/hiroba")
    found = settings._database()
    assert (found["HOST"], found["OPTIONS"]) == ("/run/postgresql", {})
