"""Exports of other programs that are brought in as a whole, not file by file. Whoever keeps what is in them declares
how; `hiroba import` asks here first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch


@dataclass(frozen=True)
class Brought:
    """What became of an export: batches whose items are files still to be read and things that were not taken, and
    counts of the rest by name."""

    batches: tuple[Batch, ...]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Importer:
    """A kind of export. `recognises(path)` looks into it and never raises for what it finds; `bring(person, path)` may
    refuse the person."""

    name: str
    recognises: Callable[[Path], bool]
    bring: Callable[[Person, Path], Brought]


_IMPORTERS: dict[str, Importer] = {}


def register_importer(importer: Importer) -> None:
    """Declare a kind of export. An AppConfig.ready calls this; twice with one name keeps the last."""
    _IMPORTERS[importer.name] = importer


def get_importer(name: str) -> Importer:
    """Give an importer by its name; SOURCE-07 when nobody declared it."""
    if name not in _IMPORTERS:
        raise Refusal("SOURCE-07", kind=name)
    return _IMPORTERS[name]


def find_importer(path: Path) -> Importer | None:
    """Give who brings in what lies at a path; None for what comes in file by file."""
    return next((each for each in _IMPORTERS.values() if each.recognises(path)), None)
