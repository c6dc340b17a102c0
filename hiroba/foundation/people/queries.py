"""Read who works where, on a given day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from hiroba.foundation.people.looks import asked_once
from hiroba.foundation.people.models import Membership, Person, Post, RoleGrant, Unit, UnitTerm, in_force
from hiroba.foundation.refusal import Refusal

SECTION_DEPTH = 2  # 部 is 1, 課 is 2, 係 is 3


def today() -> dt.date:
    """Give today's date in Asia/Tokyo, which decides who holds which post."""
    return timezone.localdate()


def get_person(login: str) -> Person:
    """Give the active person with this login; PEOPLE-01 when there is none."""
    person = Person.objects.filter(login=login, is_active=True).first()
    if person is None:
        raise Refusal("PEOPLE-01", login=login)
    return person


def posts_of(person: Person, day: dt.date | None = None) -> QuerySet[Post]:
    """List the person's posts on `day` (default today), main post first."""
    return person.posts.filter(in_force(day or today())).select_related("unit").order_by("-is_main", "id")


@dataclass(frozen=True)
class Tree:
    """The organisation on one day: parent and name by unit code, and who inherits a dissolved unit's rights."""

    parents: dict[str, str | None]
    names: dict[str, str]
    successors: dict[str, str]

    def path(self, code: str) -> list[str]:
        """Give `code` and the units above it, nearest first; cycles in bad data end the walk."""
        steps: list[str] = []
        at: str | None = code
        while at is not None and at not in steps:
            steps.append(at)
            at = self.parents.get(at)
        return steps

    def section(self, code: str) -> str:
        """Give the 課 that `code` belongs to; a unit above section level is its own section."""
        path = self.path(code)
        return path[-SECTION_DEPTH] if len(path) >= SECTION_DEPTH else code

    def name(self, code: str) -> str:
        """Give the unit's name, or its code where it has none."""
        return self.names.get(code, code)

    def full_name(self, code: str) -> str:
        """Give the name with its section before it: 子育て支援課 入園係."""
        return " ".join(self.name(step) for step in reversed(self.path(code)[: max(1, len(self.path(code)) - 1)]))

    def inherited(self, codes: set[str]) -> set[str]:
        """Give the dissolved units whose successor is in `codes`, through any number of reorganisations."""
        found: set[str] = set()
        growing = True
        while growing:
            more = {old for old, new in self.successors.items() if new in codes | found} - found - codes
            found |= more
            growing = bool(more)
        return found


def get_tree(day: dt.date | None = None) -> Tree:
    """Give the organisation tree on `day`; names of dissolved units are their last ones."""
    return _tree_on(day or today())


@asked_once
def _tree_on(day: dt.date) -> Tree:
    parents: dict[str, str | None] = {}
    names: dict[str, str] = {}
    for code, name in UnitTerm.objects.order_by("from_on").values_list("unit__code", "name"):
        names[code] = name
    for code, name, parent in UnitTerm.objects.filter(in_force(day)).values_list("unit__code", "name", "parent__code"):
        parents[code], names[code] = parent, name
    gone = Unit.objects.filter(successor__isnull=False).exclude(code__in=parents)
    return Tree(parents, names, dict(gone.values_list("code", "successor__code")))


@asked_once
def section_of(person: Person, day: dt.date | None = None) -> str | None:
    """Give the code of the person's own section (課) by their main post, or None without a post."""
    post = posts_of(person, day).first()
    return get_tree(day).section(post.unit.code) if post else None


@asked_once
def role_names_of(person: Person, day: dt.date | None = None) -> set[str]:
    """Give the names of the roles the person holds on `day`."""
    grants = RoleGrant.objects.filter(in_force(day or today()), person=person)
    return set(grants.values_list("role", flat=True))


@asked_once
def team_ids_of(person: Person, day: dt.date | None = None) -> set[int]:
    """Give the ids of the teams the person is in on `day`."""
    rows = Membership.objects.filter(in_force(day or today()), person=person)
    return set(rows.values_list("team_id", flat=True))
