"""Build the whole office of みらい区 in a folder: people, files of every story, and a manifest of who brought what for whom."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import demo.life
import demo.stories
from demo.calendar import JST
from demo.papers import Paper
from demo.people import MERGED_INTO, csv_of, merger, posts
from demo.write import write_paper


@dataclass(frozen=True)
class Entry:
    """One line of the manifest; `path` is relative to `files/`, `at` ISO 8601 with +09:00."""

    path: str
    unit: str
    by: str
    audience: str
    at: str


@dataclass(frozen=True)
class Manifest:
    folder: Path
    entries: tuple[Entry, ...]


def papers(today: date) -> Iterator[Paper]:
    """Yield every paper of every story that exists by that day, in the order of the modules; paths are unique."""
    seen: set[str] = set()
    end = datetime(today.year, today.month, today.day, 23, 59, tzinfo=JST)
    for package in (demo.stories, demo.life):
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
            story = importlib.import_module(f"{package.__name__}.{module.name}")
            for paper in story.papers(today) if hasattr(story, "papers") else ():
                if paper.at > end:
                    continue
                if paper.path in seen:
                    raise ValueError(f"two papers at {paper.path}")
                seen.add(paper.path)
                yield paper


def build(folder: Path, today: date) -> Manifest:
    """Write `people.csv`, `next-april.csv`, `files/…` and `manifest.json`; return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.csv").write_bytes(csv_of(posts(today)).encode("utf-8-sig"))
    (folder / "next-april.csv").write_bytes(csv_of(merger(today), MERGED_INTO).encode("cp932"))
    entries = []
    for paper in papers(today):
        write_paper(folder / "files", paper)
        entries.append(Entry(paper.path, paper.unit, paper.by, paper.audience, paper.at.isoformat()))
    text = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return Manifest(folder, tuple(entries))


def main() -> int:
    """Build the office in the folder named on the command line, dated today."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m demo.office DIR\n")
        return 2
    manifest = build(Path(sys.argv[1]), datetime.now(JST).date())
    sys.stdout.write(f"{len(manifest.entries)} files in {manifest.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
