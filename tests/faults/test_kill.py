"""Fault 1: kill -9 at every step of ingest."""

from __future__ import annotations

from pathlib import Path

from tests.faults.killing import kill_at_random
from tests.journeys.office import Office


def test_1_nothing_acknowledged_is_lost_or_doubled_when_processes_are_killed(
    own_office: Office, tmp_path: Path
) -> None:
    damage = kill_at_random(own_office, tmp_path / "たな", moments=10, seed=20261123)
    assert damage.acknowledged > 5
    assert len(damage.kills) >= 3, damage.kills
    assert damage.is_none, damage
