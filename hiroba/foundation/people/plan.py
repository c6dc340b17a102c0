"""What an import will change, said before it is done: the plan is shown, and the same plan is carried out."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from hiroba.foundation.people.rows import Problem, Row


class UnitStep(StrEnum):
    """What happens to a unit."""

    NEW = "new"
    RENAMED = "renamed"
    MOVED = "moved"
    ENDED = "ended"
    MERGED = "merged"


class PersonStep(StrEnum):
    """What happens to a person."""

    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"


class PostStep(StrEnum):
    """What happens to a post."""

    BEGUN = "begun"
    ENDED = "ended"
    CHANGED = "changed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class UnitChange:
    """A unit as it will be from the plan's day; `parent` and `successor` are codes, "" for none."""

    step: UnitStep
    code: str
    name: str
    parent: str = ""
    old_name: str = ""
    old_parent: str = ""
    successor: str = ""


@dataclass(frozen=True)
class PersonChange:
    """A person as they will be; `fields` are the new values of what differs."""

    step: PersonStep
    login: str
    name: str
    person_id: int | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PostChange:
    """A post as it will be; `post_id` where one exists already."""

    step: PostStep
    login: str
    name: str
    unit: str
    title: str
    is_main: bool
    from_on: dt.date
    until_on: dt.date | None
    post_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """All that an import will do on its day; nothing of it when there are `problems`."""

    on: dt.date
    is_part: bool
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    units: tuple[UnitChange, ...] = ()
    persons: tuple[PersonChange, ...] = ()
    posts: tuple[PostChange, ...] = ()
    staff: int = 0  # how many hold a post on the plan's day before it

    @property
    def is_empty(self) -> bool:
        """Tell whether everything is already as the file says."""
        return not (self.units or self.persons or self.posts)

    @property
    def leaving(self) -> int:
        """Count the persons who will hold no post any more."""
        return sum(change.step == PersonStep.LEFT for change in self.persons)

    @property
    def new_logins(self) -> list[str]:
        """List the logins of the persons who are new, in the order of the file."""
        return [change.login for change in self.persons if change.step == PersonStep.NEW]

    @property
    def mark(self) -> str:
        """Give a fingerprint of what will be done: a plan that was shown is applied only while this is the same."""
        steps = (self.on, self.is_part, self.units, self.persons, self.posts)
        return hashlib.sha256(repr(steps).encode()).hexdigest()
