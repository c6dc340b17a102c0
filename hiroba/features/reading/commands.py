"""`hiroba export`: everything somebody may read, in open formats, re-importable."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hiroba.archive import queries as archive
from hiroba.archive.models import Record
from hiroba.archive.originals import path_of
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal
from hiroba.search.queries import Asked, search

RECORDS_AT_ONCE = 100


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where to, as whom, and what of it."""
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN")
    parser.add_argument("--query", default="", metavar="Q")


def run_export(options: argparse.Namespace) -> dict[str, Any]:
    """Write originals under their folders, and records.jsonl with passages and audiences; EXPORT-01 when DIR is not
    empty. Noted in the access journal before anything is written."""
    person = get_person(options.login)
    folder: Path = options.folder
    if folder.exists() and any(folder.iterdir()):
        raise Refusal("EXPORT-01", folder=str(folder))
    journal.note_now(person.pk, "records.exported", detail=f"query={len(options.query)} characters")
    (folder / "files").mkdir(parents=True, exist_ok=True)
    failures: list[dict[str, Any]] = []
    count = 0
    with (folder / "records.jsonl").open("w", encoding="utf-8") as lines:
        for record in _records(person, options.query):
            target = _target(folder / "files", record)
            try:
                _copy(record, target)
            except OSError:
                failures.append({"record": record.pk, "file": record.file_name, "code": "ARCHIVE-01"})
                continue
            lines.write(json.dumps(_line(record, target.relative_to(folder)), ensure_ascii=False) + "\n")
            count += 1
    return {"folder": str(folder), "records": count, "failures": failures}


def _records(person: Person, query: str) -> Iterator[Record]:
    """Give what the person may read now, all of it or what a query finds, page by page."""
    if not query.strip():
        yield from archive.records_visible_to(person).iterator(chunk_size=RECORDS_AT_ONCE)
        return
    offset = 0
    while True:
        results = search(person, Asked(query, limit=RECORDS_AT_ONCE, offset=offset, order="date"))
        yield from (hits.record for hits in results.records)
        offset += RECORDS_AT_ONCE
        if not results.has_more:
            return


def _target(files: Path, record: Record) -> Path:
    """Give a path inside `files` that no other record has, whatever names the record came with."""
    parts = [part for part in record.folder.split("/") if part not in ("", ".", "..")]
    is_said = record.current is not None and record.current.original_id is None
    name = f"{record.kind}_{record.pk}.txt" if is_said else record.file_name.replace("/", "_").strip(".") or "file"
    target = files.joinpath(*parts, name)
    if target.exists():
        target = target.with_name(f"{record.pk}_{name}")
    return target


def _copy(record: Record, target: Path) -> None:
    if record.current is None:
        raise FileNotFoundError(record.pk)
    target.parent.mkdir(parents=True, exist_ok=True)
    if record.current.original is None:  # said here: its words are all there is
        said = archive.passages_of(record.current).values_list("locator", "text")
        target.write_text("".join(f"[{locator}] {text}\n" for locator, text in said if text), encoding="utf-8")
        return
    shutil.copyfile(path_of(record.current.sha256), target)


def _line(record: Record, path: Path) -> dict[str, Any]:
    """Give a record as one line of JSON: what it is, who reads it, and its text with places."""
    passages = archive.passages_of(record.current) if record.current else []
    return {
        "record": record.pk,
        "file": str(path),
        "title": record.title,
        "kind": record.kind,
        "at": record.dated_at.isoformat(),
        "unit": record.unit.code if record.unit else None,
        "owner": record.owner.login,
        "audience": sorted(principals_in(record.audience_id)),
        "passages": [{"locator": each.locator, "kind": each.kind, "text": each.text} for each in passages],
    }
