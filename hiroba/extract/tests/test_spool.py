import os
import time
from pathlib import Path

import pytest

from hiroba.extract.sandbox import Sandbox
from hiroba.extract.spool import OFFICE, UNLOCKED_FILE, Spool


def test_what_was_put_in_comes_out_by_its_place_and_as_often_as_asked() -> None:
    spool = Spool()
    for piece in (b"abc", b"defgh"):
        spool.add(piece)
    read = spool.reader(2, 4)
    assert [b"".join(read()), b"".join(read())] == [b"cdef", b"cdef"]


def test_what_a_killed_process_left_behind_is_gone_with_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"{OFFICE}a").mkdir()
    (tmp_path / f"{OFFICE}a" / "in.doc").write_bytes(b"x")
    (tmp_path / f"{UNLOCKED_FILE}b").write_bytes(b"x")
    (tmp_path / "of-others").write_bytes(b"x")
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 3600,) * 2)
    (tmp_path / f"{UNLOCKED_FILE}young").write_bytes(b"x")
    with Sandbox(readers=1):
        assert {path.name for path in tmp_path.iterdir()} == {"of-others", f"{UNLOCKED_FILE}young"}
