"""The office as a person walks through it: units, what they were called, who works there. Everybody with a post or a
role may see it; somebody without either sees nothing of the office."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from hiroba.archive import queries as archive
from hiroba.archive.models import Record
from hiroba.foundation.access.principals import EVERYONE, principals_of
from hiroba.foundation.people.models import Person, Post, Unit, UnitTerm, in_force
from hiroba.foundation.people.queries import Tree, get_tree, today
from hiroba.foundation.refusal import Refusal


@dataclass
class UnitNode:
    """A unit in today's tree with how many posts lie in it and below."""

    code: str
    name: str
    people: int = 0
    below: list[UnitNode] = field(default_factory=list)


@dataclass(frozen=True)
class Colleague:
    """Somebody in a unit, with the title they hold there."""

    person: Person
    title: str
    is_main: bool


@dataclass(frozen=True)
class UnitPage:
    """A unit today (or as it last was), its way up, what is below, who is in it, and its names through time."""

    unit: Unit
    name: str
    is_gone: bool
    successor: str
    successor_name: str
    path: list[tuple[str, str]]
    below: list[tuple[str, str]]
    colleagues: list[Colleague]
    terms: list[UnitTerm]


@dataclass(frozen=True)
class PersonPage:
    """A colleague: where they are now and how to reach them."""

    person: Person
    posts: list[tuple[Post, str, str]]


def _require_colleague(person: Person) -> None:
    if EVERYONE not in principals_of(person):
        raise Refusal("ACCESS-01")


def unit_tree_visible_to(person: Person) -> list[UnitNode]:
    """Give today's units from the top, each with the number of people in it and below."""
    _require_colleague(person)
    tree, day = get_tree(), today()
    counts = Post.objects.filter(in_force(day), person__is_active=True).values_list("unit__code")
    own = dict(counts.annotate(Count("person", distinct=True)).order_by())
    nodes = {code: UnitNode(code, tree.name(code)) for code in sorted(tree.parents)}
    top: list[UnitNode] = []
    for code, node in nodes.items():
        above = nodes.get(tree.parents[code] or "")
        (above.below if above else top).append(node)
        for step in tree.path(code):
            if step in nodes:
                nodes[step].people += own.get(code, 0)
    return top


def get_unit_page_visible_to(person: Person, code: str) -> UnitPage:
    """Give the page of a unit that is or was; ACCESS-01 when there never was one."""
    _require_colleague(person)
    unit = Unit.objects.filter(code=code).select_related("successor").first()
    if unit is None:
        raise Refusal("ACCESS-01")
    tree, day = get_tree(), today()
    is_gone = code not in tree.parents
    heir = unit.successor.code if is_gone and unit.successor else ""
    terms = unit.terms.filter(from_on__lte=day).select_related("parent").order_by("-from_on")
    return UnitPage(
        unit=unit,
        name=tree.name(code),
        is_gone=is_gone,
        successor=heir,
        successor_name=tree.name(heir) if heir else "",
        path=_path(tree, code),
        below=sorted((below, tree.name(below)) for below, above in tree.parents.items() if above == code),
        colleagues=_colleagues(unit, day),
        terms=list(terms),
    )


def _path(tree: Tree, code: str) -> list[tuple[str, str]]:
    return [(step, tree.name(step)) for step in reversed(tree.path(code)[1:])]


def _colleagues(unit: Unit, day: dt.date) -> list[Colleague]:
    posts = Post.objects.filter(in_force(day), unit=unit, person__is_active=True).select_related("person")
    return [Colleague(post.person, post.title, post.is_main) for post in posts.order_by("person__reading", "pk")]


def unit_records_visible_to(person: Person, unit: Unit) -> QuerySet[Record]:
    """List what belongs to the unit, to those below it and to those it took over, as far as the person may read it."""
    tree = get_tree()
    codes = {code for code in tree.parents if unit.code in tree.path(code)} | {unit.code}
    return archive.records_visible_to(person).filter(unit__code__in=codes | tree.inherited(codes))


def person_records_visible_to(person: Person, owner: Person) -> QuerySet[Record]:
    """List what a colleague brought in, as far as the person may read it."""
    return archive.records_visible_to(person).filter(owner=owner)


def get_person_page_visible_to(person: Person, login: str) -> PersonPage:
    """Give a colleague's page; ACCESS-01 for nobody, and for somebody who is not here any more."""
    _require_colleague(person)
    found = Person.objects.filter(login=login, is_active=True).first()
    if found is None or EVERYONE not in principals_of(found):
        raise Refusal("ACCESS-01")
    tree = get_tree()
    posts = found.posts.filter(in_force(today())).select_related("unit").order_by("-is_main", "pk")
    return PersonPage(found, [(post, post.unit.code, tree.full_name(post.unit.code)) for post in posts])
