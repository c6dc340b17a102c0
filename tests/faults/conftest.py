from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.calling import Caller
from tests.journeys.office import Office, found_office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that runs, for faults that leave it whole."""
    office = found_office(tmp_path_factory.mktemp("office") / "home")
    office.serve()
    yield office
    office.stop()


@pytest.fixture(scope="session")
def kimura(office: Office) -> Caller:
    return Caller(office, "kimura")


@pytest.fixture(scope="session")
def kondo(office: Office) -> Caller:
    return Caller(office, "kondo")


@pytest.fixture
def own_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office of one test's own, not yet serving."""
    office = found_office(tmp_path_factory.mktemp("own") / "home")
    yield office
    office.stop()
