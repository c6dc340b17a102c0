"""Whom and what a person names in a form: people by login or name, teams, their own section."""

from __future__ import annotations

import re

from hiroba.features.conversation.channels import Plan
from hiroba.features.conversation.models import ChannelKind
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.people.models import Person, Team
from hiroba.foundation.people.queries import section_of, team_ids_of
from hiroba.foundation.refusal import Refusal

_BETWEEN = re.compile(r"[、,,;;\n]+")


def people_named(typed: str) -> list[Person]:
    """Give the active people who are named, in that order. TALK-11 says who of them is not found, or not alone in
    their name."""
    names = [" ".join(name.split()) for name in _BETWEEN.split(typed) if name.strip()]
    found = [_person(name) for name in dict.fromkeys(names)]
    missing = [name for name, person in zip(dict.fromkeys(names), found, strict=True) if person is None]
    if missing:
        raise Refusal("TALK-11", names="、".join(missing[:5]))
    return [person for person in found if person is not None]


def _person(name: str) -> Person | None:
    person = Person.objects.filter(login=name, is_active=True).first()
    if person is not None:
        return person
    namesakes = list(Person.objects.filter(name=name, is_active=True)[:2])
    return namesakes[0] if len(namesakes) == 1 else None


def teams_of(person: Person) -> list[tuple[str, str]]:
    """Give the person's teams as choices."""
    teams = Team.objects.filter(pk__in=team_ids_of(person)).order_by("name")
    return [(f"team:{team.pk}", team.name) for team in teams]


def plan_of(person: Person, typed: dict[str, str]) -> Plan:
    """Give the channel that was typed in a form."""
    kind = ChannelKind(typed["kind"])
    principals: frozenset[str] = frozenset()
    if kind == ChannelKind.TEAM:
        principals = frozenset({typed["team"]} - {""})
    elif kind == ChannelKind.CLOSED:
        principals = frozenset(of_person(each.pk) for each in people_named(typed["people"]))
    code = (section_of(person) or "") if kind == ChannelKind.UNIT else ""
    return Plan(typed["name"], typed["purpose"], kind, principals, code, typed["reason"])
