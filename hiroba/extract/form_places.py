"""What a form is made of: fields, each with its kind and its place, and the answers read from a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

FieldKind: TypeAlias = Literal["text", "number", "date", "choice", "check"]
KINDS: tuple[FieldKind, ...] = ("text", "number", "date", "choice", "check")
_BOX = re.compile(r"page=(\d+);box=([\d.]+),([\d.]+),([\d.]+),([\d.]+)")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the words a field offers, and where it is circled or marked; "" where only its word is written."""

    value: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A named place of a form: `page=1;box=x,y,w,h` (points from the top left) or `Sheet!C5:H5`."""

    name: str
    kind: str
    place: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sheet says in one field. `value` is in the form it is exported in: dates ISO 8601, numbers without
    separators, a check "1" or ""; `raw` is as it stands. With `question` set it could not be read for sure, and the
    code says why (FORM-01 nothing legible, FORM-02 not of this kind, FORM-03 more than one or no choice, FORM-04 read
    with doubt)."""

    name: str
    value: str
    raw: str
    certainty: float  # 0 … 1
    question: str = ""
    picture: bytes = b""  # PNG of the place, for whoever is asked


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page (from 1), in points from the top left."""

    page: int
    x: float
    y: float
    wide: float
    high: float


def box_of(place: str) -> Box | None:
    """Read `page=1;box=x,y,w,h`; None when the place is none, or has no extent."""
    found = _BOX.fullmatch(place)
    if not found or float(found[4]) < 2 or float(found[5]) < 2:
        return None
    return Box(int(found[1]), *(float(found[index]) for index in (2, 3, 4, 5)))


def rows_of(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """Give fields as plain lists and words, for JSON."""
    return [asdict(field) for field in fields]


def fields_of(rows: Sequence[dict[str, Any]]) -> list[Field]:
    """Give back what `rows_of` was given; raises KeyError or TypeError for anything else."""
    return [
        Field(row["name"], row["kind"], row["place"], tuple(Choice(**choice) for choice in row["choices"]))
        for row in rows
    ]
