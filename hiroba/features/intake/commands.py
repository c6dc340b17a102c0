"""`hiroba import`: the same door for scripts."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from hiroba.archive.actions import own_section
from hiroba.extract.sandbox import Sandbox
from hiroba.extract.slow import SlowSandbox
from hiroba.foundation.access.principals import EVERYONE, parse_audience
from hiroba.foundation.changes import journal
from hiroba.foundation.people.queries import get_person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.folders import receive_path
from hiroba.ingest.importers import find_importer, get_importer
from hiroba.ingest.models import AwaitedPart, Batch, Item, ItemState
from hiroba.ingest.queries import UNDER_WAY
from hiroba.ingest.receiving import open_batch
from hiroba.ingest.slow_line import read_next_part
from hiroba.ingest.unlocking import unlock_batch
from hiroba.ingest.whole import Remembering
from hiroba.ingest.working import work_once
from hiroba.search.indexing import catch_up

# A waiting import gives up when nothing moves for this long; what was received stays received.
PATIENCE_SECONDS = 300.0


def import_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to take in, as whom, and for whom."""
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN")
    parser.add_argument("--audience", default="section", help="everyone|unit:CODE|team:NAME|person:LOGIN")
    parser.add_argument("--reason", default="")
    parser.add_argument(
        "--password-from",
        choices=["-"],
        help="パスワードのかかったファイルを、標準入力の1行目のパスワードで開く(保存しない)",
    )
    parser.add_argument(
        "--chats",
        action="store_true",
        help="会話の記録として取り込む(ログの表、メーリングリスト。書き出しは言わなくても分かる)",
    )
    parser.add_argument("--wait", action="store_true", help="さがせるようになるまで待つ")


def run_import(options: argparse.Namespace) -> dict[str, Any]:
    """Receive everything first, then read it here, beside a worker or without one; report each file once.

    INGEST-08 when no PATH exists. Narrower than both the office and the own section asks for --reason."""
    person = get_person(options.login)
    principals = parse_audience(options.audience, person)
    if EVERYONE not in principals and principals != own_section(person) and not options.reason.strip():
        raise Refusal("ACCESS-03")
    paths = [Path(path) for path in options.paths]
    if not any(path.exists() for path in paths):
        raise Refusal("INGEST-08")
    password = _password() if options.password_from else ""
    batches: list[Batch] = []
    brought: list[dict[str, Any]] = []
    for path in paths:
        importer = get_importer("chats") if options.chats else find_importer(path)
        if importer is not None:
            whole = importer.bring(person, path)
            batches += whole.batches
            brought.append({"path": str(path), "kind": importer.name, **whole.counts})
            continue
        batch = open_batch(person, f"import:{person.pk}", principals, title=path.name, reason=options.reason)
        batches.append(batch)
        journal.note_now(person.pk, "record.received", "batch", batch.pk, "command")
        for count, _item in enumerate(receive_path(batch, path), start=1):
            _progress(f"受け取り {count}")
    _read(batches, options.wait)
    if password:
        _unlock(batches, password, options.wait)
    if options.wait:
        catch_up(PATIENCE_SECONDS)
    return report(batches) | ({"brought": brought} if brought else {})


def _read(batches: list[Batch], is_patient: bool) -> None:
    """Work through our own items; those another worker has leased are waited for. Paper and recordings are read part
    by part where somebody waits for them, and left to the worker otherwise."""
    awaited = UNDER_WAY if is_patient else tuple(state for state in UNDER_WAY if state != ItemState.SLOW)
    with Sandbox(readers=settings.READERS) as sandbox:
        reading = Remembering(sandbox)
        for batch in batches:
            moved_at, pages = time.monotonic(), ""
            with _slow_reader(batch) if is_patient else contextlib.nullcontext():
                while left := batch.items.filter(state__in=awaited).count():
                    done = work_once(reading, settings.READERS * 4, batch)
                    _progress(f"読み取り 残り{left}{_pages_left(batch)}")
                    if done or pages != (pages := _pages_left(batch)):
                        moved_at = time.monotonic()
                    elif time.monotonic() - moved_at > PATIENCE_SECONDS and not _is_read_elsewhere(batch):
                        raise Refusal("INGEST-13", left=left)
                    else:
                        _wait_a_little(is_patient)


def _wait_a_little(is_patient: bool) -> None:
    """Pause; whoever waits until everything is findable indexes meanwhile what is there."""
    if is_patient:
        with contextlib.suppress(Refusal):  # a worker holds the index, and does it
            catch_up(0)
    time.sleep(0.1)


@contextlib.contextmanager
def _slow_reader(batch: Batch) -> Iterator[None]:
    """Read pages of paper and chunks of recordings beside everything else, for as long as the block lasts."""
    is_over = threading.Event()

    def read_parts() -> None:
        try:
            with SlowSandbox() as slow:
                while not is_over.is_set():
                    if not read_next_part(slow, batch):
                        is_over.wait(0.1)
        finally:
            connection.close()

    with ThreadPoolExecutor(1, thread_name_prefix="slow-reading") as pool:
        reading = pool.submit(read_parts)
        try:
            yield
        finally:
            is_over.set()
        reading.result()


def _pages_left(batch: Batch) -> str:
    """Say how many pages and chunks are still to be read slowly."""
    counts = batch.items.filter(state=ItemState.SLOW).aggregate(parts=Sum("parts"), read=Sum("parts_read"))
    return f"(文字の読み取り {counts['read']}/{counts['parts']})" if counts["parts"] else ""


def _is_read_elsewhere(batch: Batch) -> bool:
    """Tell whether a worker is reading the parts we wait for: that takes its time."""
    return AwaitedPart.objects.filter(item__batch=batch, leased_until__gt=timezone.now()).exists()


def _password() -> str:
    """Take the password from where no list of processes and no history of the shell shows it."""
    typed = getpass.getpass("ファイルのパスワード: ") if sys.stdin.isatty() else sys.stdin.readline()
    return typed.rstrip("\r\n")


def _unlock(batches: list[Batch], password: str, is_patient: bool) -> None:
    with Sandbox(readers=1) as sandbox:
        opened = [batch for batch in batches if unlock_batch(batch, sandbox, password)]
    _read(opened, is_patient)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}\033[K")
        sys.stderr.flush()


def report(batches: list[Batch]) -> dict[str, Any]:
    """List what became of every file, in the order they came; `under_way` is left to the slow readers of the worker."""
    records: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    under_way: list[dict[str, Any]] = []
    items = Item.objects.filter(batch__in=batches).select_related("record__current").order_by("pk")
    for item in items:
        if item.state == ItemState.SLOW:
            under_way.append({"file": item.path, "parts": item.parts, "parts_read": item.parts_read})
        elif item.state in (ItemState.FAILED, ItemState.HELD) or item.record is None or item.code == "INGEST-07":
            held_or_kept = item.record_id if item.record is not None else None
            failures.append({"file": item.path, "code": item.code, "params": item.params, "record": held_or_kept})
        else:
            records.append(_record_row(item))
    return {"records": records, "failures": failures, "under_way": under_way}


def _record_row(item: Item) -> dict[str, Any]:
    record = item.record
    current = record.current if record else None
    if record is None or current is None:
        raise Refusal("INGEST-10")
    warnings: list[dict[str, Any]] = list(current.warnings)
    if item.code:
        warnings.append({"code": item.code, "params": item.params})
    return {
        "record": record.pk,
        "file": item.path,
        "title": record.title,
        "kind": record.kind,
        "passages": current.passages.count(),
        "warnings": warnings,
    }


def say_import(result: dict[str, Any]) -> str:
    """Sum up in plain words."""
    lines = [f"取り込みました: {len(result['records'])}件"]
    for whole in result.get("brought", ()):
        lines.append(
            f"  {whole['path']}: チャンネル{whole['channels']}、発言{whole['messages']}"
            f"(直したもの{whole['changed']}、前と同じ{whole['same']})、人{whole['people']}、外の人{whole['outsiders']}"
        )
    if result["failures"]:
        lines.append(f"読み取れなかったもの: {len(result['failures'])}件")
        lines += [f"  {row['file']}  {row.get('message', row['code'])}" for row in result["failures"]]
    if result["under_way"]:
        lines.append(f"文字を読み取り中(終わるとさがせます): {len(result['under_way'])}件")
    return "\n".join(lines)
