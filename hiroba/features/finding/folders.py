"""フォルダから: what came in, in the folders it came in, as far as one may read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from hiroba.archive.models import Record
from hiroba.archive.queries import records_visible_to
from hiroba.foundation.people.models import Person

RECORDS_A_PAGE = 50


@dataclass(frozen=True)
class Below:
    """A folder inside the one that is open, with how many readable records lie in and below it."""

    path: str
    name: str
    count: int


@dataclass(frozen=True)
class Folder:
    """One folder as its page shows it. `trail` are the folders above, from the outermost."""

    path: str
    trail: list[Below]
    below: list[Below]
    records: Page[Record]
    total: int


def open_folder_page(person: Person, path: str, number: int) -> Folder:
    """Give a folder; one in which nothing is readable looks like one that does not exist: empty."""
    visible = records_visible_to(person)
    prefix = f"{path}/" if path else ""
    inside = visible.filter(folder__startswith=prefix) if path else visible
    counts: Counter[str] = Counter()
    for folder in inside.exclude(folder="").exclude(folder=path).values_list("folder", flat=True):
        counts[prefix + folder[len(prefix) :].split("/")[0]] += 1
    here = visible.filter(folder=path).order_by("file_name", "pk")
    page = Paginator(here, RECORDS_A_PAGE).get_page(number)
    below = [Below(name, name[len(prefix) :], count) for name, count in sorted(counts.items())]
    return Folder(path, _trail(path), below, page, sum(counts.values()) + page.paginator.count)


def _trail(path: str) -> list[Below]:
    parts = path.split("/") if path else []
    return [Below("/".join(parts[: n + 1]), part, 0) for n, part in enumerate(parts)]
