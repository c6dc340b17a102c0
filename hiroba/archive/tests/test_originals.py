from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from hiroba.archive import originals
from hiroba.foundation.refusal import Refusal


def drafts() -> list[Path]:
    return list(Path(settings.INCOMING_DIR).iterdir())


def test_bytes_are_found_under_their_digest_and_cannot_be_written_again() -> None:
    stored = originals.store_bytes([b"abc", b"def"])
    path = originals.path_of(stored.sha256)
    assert (stored.sha256, stored.size) == (hashlib.sha256(b"abcdef").hexdigest(), 6)
    assert path.read_bytes() == b"abcdef"
    assert path.stat().st_mode & 0o222 == 0
    assert not drafts()


def test_twenty_who_bring_the_same_bytes_at_once_keep_them_once() -> None:
    content = os.urandom(3_000_000)
    with ThreadPoolExecutor(20) as pool:
        stored = set(pool.map(lambda _n: originals.store_bytes([content]).sha256, range(20)))
    assert len(stored) == 1
    path = originals.path_of(stored.pop())
    assert path.read_bytes() == content
    assert path.stat().st_nlink == 1


def test_what_is_too_large_is_refused_while_it_streams_and_leaves_nothing() -> None:
    read = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1000

    with pytest.raises(Refusal, match="INGEST-04"):
        originals.store_bytes(endless(), limit=10_000)
    assert read == 11
    assert not drafts()


def test_a_full_disk_is_said_in_words_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="INGEST-05"):
        originals.store_bytes([b"x"])
    assert not drafts()


def test_nothing_is_acknowledged_before_it_is_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(os, "link", lambda a, b: (order.append("link"), link(a, b))[1])
    originals.store_bytes([os.urandom(10)])
    assert order[:2] == ["fsync", "link"]
    assert order.count("fsync") == 4  # the bytes, and each folder up to the originals' own


def test_a_mailbox_may_be_larger_than_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOAD_LIMIT", 100)
    monkeypatch.setattr(settings, "RECORDING_LIMIT", 1000)
    box = b"From a@example Mon Nov 23 10:00:00 2026\nFrom: a@example\nSubject: x\n\n" + b"x" * 300
    assert originals.store_bytes([box]).size == len(box)
    with pytest.raises(Refusal, match="INGEST-04"):
        originals.store_bytes([b"x" * 300])
