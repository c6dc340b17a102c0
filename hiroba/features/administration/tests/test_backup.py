"""A backup that fails leaves nothing that looks like one."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from hiroba.archive.originals import path_of
from hiroba.features.administration.backup import run_backup
from tests.world import World


def test_a_backup_that_breaks_off_leaves_no_half_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = world.keep(world.kimura, "報告.txt", "文").record
    assert record.current is not None
    sha256 = record.current.sha256
    monkeypatch.setattr("hiroba.features.administration.backup._dump", lambda dump: dump.write_bytes(b"x"))
    monkeypatch.setattr("hiroba.features.administration.backup._named_in", lambda dump: [sha256])
    path_of(sha256).unlink()
    with pytest.raises(FileNotFoundError):
        run_backup(argparse.Namespace(file=str(tmp_path / "backup.tar"), with_secrets=False))
    assert list(tmp_path.iterdir()) == []
