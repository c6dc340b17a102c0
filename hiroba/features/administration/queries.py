"""What administrators and auditors see. Each query asks for the role first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils import timezone

from hiroba.foundation.access.audiences import say_principal
from hiroba.foundation.access.principals import require_role
from hiroba.foundation.changes.acts import ACTS
from hiroba.foundation.changes.exporting import journal_csv
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import (
    Membership,
    PendingImport,
    Person,
    Post,
    RoleGrant,
    RoleName,
    Team,
    UnitTerm,
    in_force,
)
from hiroba.foundation.people.queries import get_tree, today
from hiroba.foundation.refusal import Refusal


@dataclass(frozen=True)
class PersonRow:
    """A person in the list, with today's posts in words."""

    person: Person
    posts: list[str]


@dataclass(frozen=True)
class PersonPage:
    """All that administrators see of a person: posts through time, roles and teams; never what they read."""

    person: Person
    posts: list[tuple[Post, str, bool]]
    roles: list[RoleGrant]
    teams: list[Membership]
    sessions: int


@dataclass
class UnitNode:
    """A unit in the tree of a day."""

    code: str
    name: str
    from_on: dt.date
    until_on: dt.date | None
    below: list[UnitNode] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """A line of the access journal with its words."""

    row: JournalEntry
    who: str
    act: str


def persons_visible_to(person: Person, words: str = "") -> QuerySet[Person]:
    """List persons whose name, reading, login or staff number holds every word."""
    require_role(person, RoleName.ADMINISTRATOR)
    found = Person.objects.order_by("reading", "login")
    for word in words.split()[:5]:
        found = found.filter(
            Q(name__contains=word)
            | Q(reading__contains=word)
            | Q(login__icontains=word)
            | Q(staff_number__startswith=word)
        )
    return found


def gains_in_words(pending: PendingImport) -> list[tuple[str, str]]:
    """Say which administrators would read more by an import, and of whom."""
    tree = get_tree(pending.on)
    return [
        (str(each["name"]), "、".join(say_principal(name, tree) for name in each["gains"])) for each in pending.gains
    ]


def with_posts(persons: list[Person]) -> list[PersonRow]:
    """Give the persons with the full names of their units today, in two queries."""
    tree = get_tree()
    posts = Post.objects.filter(in_force(today()), person__in=persons).select_related("unit").order_by("-is_main")
    rows: dict[int, list[str]] = {person.pk: [] for person in persons}
    for post in posts:
        rows[post.person_id].append(f"{tree.full_name(post.unit.code)} {post.title}".strip())
    return [PersonRow(person, rows[person.pk]) for person in persons]


def get_person_page_visible_to(person: Person, person_id: int) -> PersonPage:
    """Give the page of one person; ACCESS-01 when there is none."""
    require_role(person, RoleName.ADMINISTRATOR)
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise Refusal("ACCESS-01")
    tree, day = get_tree(), today()
    posts = [
        (post, tree.full_name(post.unit.code), post.from_on <= day and (post.until_on is None or post.until_on >= day))
        for post in found.posts.select_related("unit").order_by("-from_on", "-is_main")
    ]
    roles = list(RoleGrant.objects.filter(in_force(day), person=found))
    teams = list(Membership.objects.filter(in_force(day), person=found).select_related("team"))
    return PersonPage(found, posts, roles, teams, found.sign_ins.count())


def role_choices(held: list[RoleGrant]) -> list[tuple[str, str]]:
    """List the roles that are not held yet, with their words."""
    names = {grant.role for grant in held}
    return [(value, str(label)) for value, label in RoleName.choices if value not in names]


def require_administrator(person: Person) -> None:
    """Refuse with ACCESS-02 whoever does not administer today."""
    require_role(person, RoleName.ADMINISTRATOR)


def unit_tree_visible_to(person: Person, day: dt.date) -> list[UnitNode]:
    """Give the organisation on a day, top units first, each with what is below it."""
    require_role(person, RoleName.ADMINISTRATOR)
    terms = UnitTerm.objects.filter(in_force(day)).select_related("unit", "parent").order_by("unit__code")
    nodes = {term.unit.code: UnitNode(term.unit.code, term.name, term.from_on, term.until_on) for term in terms}
    top: list[UnitNode] = []
    for term in terms:
        above = nodes.get(term.parent.code) if term.parent else None
        (above.below if above else top).append(nodes[term.unit.code])
    return top


def teams_visible_to(person: Person) -> QuerySet[Team]:
    """List all teams."""
    require_role(person, RoleName.ADMINISTRATOR)
    return Team.objects.order_by("name")


def get_team_visible_to(person: Person, team_id: int) -> tuple[Team, list[Membership]]:
    """Give a team with its members today; ACCESS-01 when there is none."""
    team = teams_visible_to(person).filter(pk=team_id).first()
    if team is None:
        raise Refusal("ACCESS-01")
    members = Membership.objects.filter(in_force(today()), team=team).select_related("person")
    return team, list(members.order_by("person__reading"))


def role_grants_visible_to(person: Person) -> QuerySet[RoleGrant]:
    """List who holds a role today."""
    require_role(person, RoleName.ADMINISTRATOR, RoleName.AUDITOR)
    return RoleGrant.objects.filter(in_force(today())).select_related("person").order_by("role", "person__reading")


def journal_visible_to(
    person: Person, login: str = "", act: str = "", day: dt.date | None = None
) -> QuerySet[JournalEntry]:
    """List the access journal, the latest first, by person, act and day. Auditors only."""
    require_role(person, RoleName.AUDITOR)
    found = JournalEntry.objects.order_by("-number")
    if login:
        actor = Person.objects.filter(login=login).first()
        found = found.filter(actor_id=actor.pk if actor else -1)
    if act:
        found = found.filter(act=act)
    if day:
        begin = timezone.make_aware(dt.datetime.combine(day, dt.time()))
        found = found.filter(at__gte=begin, at__lt=begin + dt.timedelta(days=1))
    return found


def in_words(rows: list[JournalEntry]) -> list[Entry]:
    """Give journal lines with the names of persons and acts."""
    names = Person.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [
        Entry(row, names[row.actor_id].name if row.actor_id in names else "", str(ACTS.get(row.act, row.act)))
        for row in rows
    ]


def journal_csv_visible_to(person: Person, day: dt.date | None = None) -> Iterator[str]:
    """Give the journal (of one day) as CSV, cells that a spreadsheet would take for formulas made harmless."""
    require_role(person, RoleName.AUDITOR)
    begin = timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None
    return journal_csv(begin, begin + dt.timedelta(days=1) if begin else None)
