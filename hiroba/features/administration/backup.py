"""Backup and restore: one file that holds the database and the originals; the index is made again."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from hiroba import __version__
from hiroba.archive.models import Original
from hiroba.archive.originals import path_of
from hiroba.features.administration.dumping import dump_database, require_empty_database, restore_database
from hiroba.foundation.changes.heads import head_file
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import is_secret_name, secrets_folder

DATABASE_NAMES = {"sqlite": "hiroba.sqlite3", "postgresql": "hiroba.pgdump"}
SMALL_FILES = ("secret_key", "office.json", "watch.json", "synonyms.txt", "words.txt")


def backup_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where the backup goes."""
    parser.add_argument("file", metavar="FILE.tar")
    parser.add_argument("--with-secrets", action="store_true", help="外のサーバーのパスワードも入れる")


def restore_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to restore from."""
    parser.add_argument("file", metavar="FILE.tar")


def run_backup(options: argparse.Namespace) -> dict[str, Any]:
    """Write a consistent backup while people work: the database at one moment, then every original it names
    (originals are only ever added, so each is there). BACKUP-01 when FILE exists already."""
    target = Path(options.file)
    if target.exists():
        raise Refusal("BACKUP-01", file=str(target))
    draft = target.with_name(target.name + ".part")
    try:
        return _written(target, draft, options.with_secrets)
    except BaseException:  # what is half a backup must not be taken for one, nor fill the disk
        draft.unlink(missing_ok=True)
        raise


def _written(target: Path, draft: Path, with_secrets: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as folder:
        # The heads first: each names an entry that the database has by then. Later ones would seem cut off.
        heads = head_file().read_text() if head_file().exists() else ""
        dump = Path(folder, DATABASE_NAMES[connection.vendor])
        _dump(dump)
        with tarfile.open(draft, "w") as tar:
            originals = _add_all(tar, dump, heads)
            if with_secrets:
                _add_secrets(tar)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    return {"file": str(target), "bytes": target.stat().st_size, "originals": len(originals)}


def _add_all(tar: tarfile.TarFile, dump: Path, heads: str) -> list[str]:
    """Put everything into the file, the database first; give the originals' names."""
    tar.add(dump, dump.name)
    originals = _named_in(dump)
    for sha256 in originals:
        tar.add(path_of(sha256), f"originals/{sha256}")
    for name in SMALL_FILES:
        if (settings.HOME / name).exists():
            tar.add(settings.HOME / name, name)
    if heads:
        _add_text(tar, head_file().name, heads)
    about = {"hiroba": __version__, "at": timezone.now().isoformat(), "originals": len(originals)}
    _add_text(tar, "backup.json", json.dumps(about))
    return originals


def _add_secrets(tar: tarfile.TarFile) -> None:
    """Put the passwords for the world outside into the file: only where somebody said so."""
    for path in sorted(secrets_folder().glob("*")):
        if is_secret_name(path.name):
            tar.add(path, f"secrets/{path.name}")


def _dump(dump: Path) -> None:
    if connection.vendor == "sqlite":
        source = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(dump)) as copy:
            source.backup(copy)
        return
    dump_database(dump)


def _named_in(dump: Path) -> list[str]:
    if connection.vendor != "sqlite":
        return list(Original.objects.values_list("sha256", flat=True))
    with contextlib.closing(sqlite3.connect(dump)) as copy:
        return [row[0] for row in copy.execute("SELECT sha256 FROM archive_original")]


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    tar.addfile(entry, io.BytesIO(text.encode()))


def run_restore(options: argparse.Namespace) -> dict[str, Any]:
    """Put a backup into an empty HIROBA_HOME (and an empty PostgreSQL, where the office has one).

    BACKUP-02 or BACKUP-06 when it is not empty, BACKUP-03 when FILE is no backup, BACKUP-07 when it is one of the
    other kind of database."""
    home = Path(settings.HOME)
    if home.exists() and any(path.name != "secret_key" for path in home.iterdir()):
        raise Refusal("BACKUP-02", home=str(home))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with tarfile.open(options.file, "r:") as tar:
            members = tar.getmembers()
            _require_fitting({member.name for member in members}, options.file)
            for member in members:
                _restore(tar, member, home)
    except (tarfile.TarError, OSError) as error:
        raise Refusal("BACKUP-03", file=options.file) from error
    return {"home": str(home), "files": len(members)}


def _require_fitting(names: set[str], file: str) -> None:
    """Refuse before anything is written what could not be put back here."""
    if "backup.json" not in names:
        raise Refusal("BACKUP-03", file=file)
    if DATABASE_NAMES[connection.vendor] not in names:
        raise Refusal("BACKUP-07", file=file)
    if connection.vendor == "postgresql":
        require_empty_database()


def _is_named_by_us(name: str) -> bool:
    if name.startswith("secrets/"):
        return is_secret_name(name.removeprefix("secrets/"))
    return name in (*SMALL_FILES, *DATABASE_NAMES.values(), head_file().name)


def _restore(tar: tarfile.TarFile, member: tarfile.TarInfo, home: Path) -> None:
    """Write one file where it belongs; nothing but plain files with the names we gave is taken."""
    source = tar.extractfile(member)
    if source is None or member.name == "backup.json":
        return
    if member.name.startswith("originals/"):
        sha256 = member.name.removeprefix("originals/")
        if len(sha256) != 64 or not sha256.isalnum():
            raise Refusal("BACKUP-03", file=member.name)
        target = path_of(sha256)
    elif _is_named_by_us(member.name):
        target = home / member.name
    else:
        raise Refusal("BACKUP-03", file=member.name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("wb") as file:
        while piece := source.read(1024 * 1024):
            file.write(piece)
        os.fsync(file.fileno())
    target.chmod(0o440 if member.name.startswith("originals/") else 0o600)
    if member.name == DATABASE_NAMES["postgresql"]:
        try:
            restore_database(target)
        finally:  # what is not in the database yet is still in the backup
            target.unlink()
