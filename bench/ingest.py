"""How fast an office's real files come in, and how soon what was saved is found in another process.

    python -m bench.ingest [--saves 60]

`hiroba import --wait` of ../shared/data/office_files (japanese, office, mail) in a fresh office, nothing else running;
then uploads over HTTP to a serving office, each searched for in this process until it is found."""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.calling import Caller
from tests.faults.watching_processes import PeakMemory
from tests.journeys.office import ROOT, SHARED, Office, found_office

FILES = SHARED / "data" / "office_files"
KINDS = ("japanese", "office", "mail")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Imported:
    """What one import cost."""

    files: int
    records: int
    failures: int
    passages: int
    seconds: float
    cpu: float
    peak: int


def measure_import(office: Office, folder: Path) -> Imported:
    """Import a folder until it is findable, and watch every process of it."""
    command = [sys.executable, "-m", "config.command", "import", str(folder), "--as", "sato", "--wait", "--json"]
    files = sum(path.is_file() for path in folder.rglob("*"))
    before, began = _cpu(), time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=office.environment, stdout=subprocess.PIPE)
    with PeakMemory(process.pid) as peaks:
        told = json.loads(process.communicate()[0])
    seconds = time.monotonic() - began
    passages = sum(row["passages"] for row in told["records"])
    records, failures = len(told["records"]), len(told["failures"])
    return Imported(files, records, failures, passages, seconds, _cpu() - before, peaks.most)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure_saves(office: Office, count: int) -> list[float]:
    """Give for each upload the seconds from its acknowledgement until a search in another process has it."""
    caller, reader = Caller(office, "sato"), Caller(office, "kimura")
    batch = caller.open_batch()
    waits = []
    for number in range(count):
        word = f"測定{number}号"
        assert caller.upload(batch, f"{word}.txt", f"{word}の記録。保育の予算について。".encode()).status == 201
        began = time.monotonic()
        while "/records/" not in reader.get(f'/search/?q="{word}"').text and time.monotonic() - began < 30:
            time.sleep(0.01)
        waits.append(time.monotonic() - began)
    return waits


def quantile(values: list[float], share: float) -> float:
    """Give the value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--saves", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        office = found_office(Path(folder, "home"))
        papers = Path(folder, "papers")
        for kind in KINDS:
            shutil.copytree(FILES / kind, papers / kind)
        imported = measure_import(office, papers)
        office.serve()
        try:
            waits = measure_saves(office, options.saves)
        finally:
            office.stop()
    print(table(imported, waits))


def table(imported: Imported, waits: list[float]) -> str:
    """Put the figures beside what they ought to be."""
    rate = imported.files / imported.seconds
    rows = [
        (
            "files (records, failures, passages)",
            f"{imported.files} ({imported.records}, {imported.failures}, {imported.passages})",
            "",
        ),
        ("files a second, end to end", f"{rate:.1f}", "≥ 5"),
        ("CPU seconds a file", f"{imported.cpu / imported.files:.2f}", ""),
        ("peak memory of any process, MB", f"{imported.peak / MEGABYTE:.0f}", "≤ 1,024"),
        ("saved to found in another process, p50 s", f"{quantile(waits, 0.5):.2f}", ""),
        ("saved to found in another process, p95 s", f"{quantile(waits, 0.95):.2f}", "≤ 1.0"),
    ]
    return "\n".join(["| | measured | wanted |", "| --- | --- | --- |", *(f"| {a} | {b} | {c} |" for a, b, c in rows)])


if __name__ == "__main__":
    main()
