"""Who somebody is to an audience: the one rule, evaluated with today's posts at each request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from hiroba.foundation.access.models import AudiencePrincipal
from hiroba.foundation.people import queries as people
from hiroba.foundation.people.looks import asked_once
from hiroba.foundation.people.models import Person, RoleName, Team, Unit
from hiroba.foundation.refusal import Refusal

EVERYONE = "everyone"


def of_unit(code: str) -> str:
    """Give the principal that names a unit and everybody below it."""
    return f"unit:{code}"


def of_person(person_id: int) -> str:
    """Give the principal that names one person."""
    return f"person:{person_id}"


@asked_once
def principals_of(person: Person, day: dt.date | None = None) -> frozenset[str]:
    """Give all the principals the person has on `day` (default today, Asia/Tokyo).

    Self, everyone, the units of current posts and all above them, dissolved units they succeed, teams, roles.
    An inactive person, or one without any post or role, has none but themselves."""
    if not person.is_active:
        return frozenset()
    day = day or people.today()
    posts = list(people.posts_of(person, day))
    roles = people.role_names_of(person, day)
    found = {of_person(person.pk)}
    if not posts and not roles:
        return frozenset(found)
    tree = people.get_tree(day)
    codes = {step for post in posts for step in tree.path(post.unit.code)}
    codes |= tree.inherited(codes)
    found |= {EVERYONE} | {of_unit(code) for code in codes}
    found |= {f"team:{team}" for team in people.team_ids_of(person, day)}
    return frozenset(found | {f"role:{role}" for role in roles})


def readable(principals: Iterable[str], path: str = "audience") -> Q:
    """Match rows whose audience (reached by `path`) meets `principals`: the SQL form of the one rule."""
    meeting = AudiencePrincipal.objects.filter(principal__in=list(principals)).values("audience_id")
    return Q(**{f"{path}__in": meeting})


def require_role(person: Person, *roles: str) -> None:
    """Refuse with ACCESS-02 unless the person holds one of `roles` today."""
    if not people.role_names_of(person) & set(roles):
        raise Refusal("ACCESS-02")


def is_administrator(person: Person) -> bool:
    """Tell whether the person may administer today."""
    return RoleName.ADMINISTRATOR in people.role_names_of(person)


def parse_audience(text: str, importer: Person) -> frozenset[str]:
    """Read `everyone|section|unit:CODE|team:NAME|person:LOGIN` (several joined by commas) into principals.

    Empty or "section" is the importer's own section. ACCESS-04 when a name in it is unknown."""
    wanted = [part.strip() for part in text.split(",") if part.strip()] or ["section"]
    return frozenset(_principal(part, importer) for part in wanted)


def _principal(text: str, importer: Person) -> str:
    kind, _, name = text.partition(":")
    if text == EVERYONE:
        return EVERYONE
    if text == "section":
        code = people.section_of(importer)
        return of_unit(code) if code else of_person(importer.pk)
    if kind == "unit" and Unit.objects.filter(code=name).exists():
        return of_unit(name)
    if kind == "person":
        return of_person(people.get_person(name).pk)
    team = Team.objects.filter(name=name).first() if kind == "team" else None
    if team is None:
        raise Refusal("ACCESS-04", audience=text)
    return f"team:{team.pk}"
