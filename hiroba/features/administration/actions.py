"""What an administrator does to people, teams and roles. Each act is in the access journal before the answer.

Four eyes: nobody changes their own roles or switches themselves off, and the last administrator stays. An
administrator who wants to read the journal needs a second one who grants it, and that is in the journal too. Posts:
see four_eyes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hiroba.foundation.access.principals import require_role
from hiroba.foundation.changes import journal, log
from hiroba.foundation.people import importing
from hiroba.foundation.people.models import Membership, Person, RoleGrant, RoleName, Team, in_force
from hiroba.foundation.people.passwords import add_reset_code
from hiroba.foundation.people.queries import posts_of, today
from hiroba.foundation.people.sign_ins import end_for_leavers, end_sign_ins, end_tokens
from hiroba.foundation.refusal import Refusal

CODE_LIFE = dt.timedelta(days=3)


def _require_other(actor: Person, person_id: int) -> Person:
    """Give the person an administrator acts on; ADMIN-01 when it is themselves, ACCESS-01 when there is none."""
    require_role(actor, RoleName.ADMINISTRATOR)
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise Refusal("ACCESS-01")
    if person.pk == actor.pk:
        raise Refusal("ADMIN-01")
    return person


def _require_administrator_left(but: Person) -> None:
    left = RoleGrant.objects.filter(in_force(today()), role=RoleName.ADMINISTRATOR, person__is_active=True)
    if not left.exclude(person=but).exists():
        raise Refusal("ADMIN-02")


@transaction.atomic
def deactivate_person(actor: Person, person_id: int) -> None:
    """Switch a person off: the next request of every browser and token is refused. Records person.left."""
    person = _require_other(actor, person_id)
    _require_administrator_left(but=person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_sign_ins([person.pk])
    end_tokens([person.pk])
    person.reset_codes.all().delete()
    journal.note_now(actor.pk, "person.revised", "person", person.pk, "deactivated")
    log.record("person.left", "person", person.pk, actor.pk)


@transaction.atomic
def reactivate_person(actor: Person, person_id: int) -> None:
    """Switch a person on again. Records access.changed."""
    person = _require_other(actor, person_id)
    person.is_active = True
    person.save(update_fields=["is_active"])
    journal.note_now(actor.pk, "person.revised", "person", person.pk, "reactivated")
    log.record("access.changed", "person", person.pk, actor.pk)


@transaction.atomic
def grant_role(actor: Person, person_id: int, role: str, until_on: dt.date | None = None) -> None:
    """Give another person a role from today; one they hold already is left as it is. Records access.changed."""
    person = _require_other(actor, person_id)
    if role not in RoleName.values or (until_on and until_on < today()):
        raise Refusal("ADMIN-03")
    if RoleGrant.objects.filter(in_force(today()), person=person, role=role).exists():
        return
    RoleGrant.objects.create(person=person, role=role, from_on=today(), until_on=until_on)
    journal.note_now(actor.pk, "role.granted", "person", person.pk, role)
    log.record("access.changed", "person", person.pk, actor.pk)


@transaction.atomic
def end_role(actor: Person, person_id: int, role: str) -> None:
    """Take a role from another person at once. Records access.changed."""
    person = _require_other(actor, person_id)
    if role == RoleName.ADMINISTRATOR:
        _require_administrator_left(but=person)
    _end_now(RoleGrant.objects.filter(in_force(today()), person=person, role=role))
    end_for_leavers([person.pk], today())
    journal.note_now(actor.pk, "role.ended", "person", person.pk, role)
    log.record("access.changed", "person", person.pk, actor.pk)


def _end_now(rows: QuerySet[RoleGrant] | QuerySet[Membership]) -> None:
    """End what is in force so that it does not hold today any more: yesterday was its last day."""
    rows.filter(from_on__gte=today()).delete()
    rows.update(until_on=today() - dt.timedelta(days=1))


@transaction.atomic
def print_slip(actor: Person, person_id: int) -> importing.Slip:
    """Make a slip for somebody who forgot their password: every session and token of theirs ends now, and the code
    opens the door once within three days. An active person only (ACCESS-01)."""
    person = _require_other(actor, person_id)
    if not person.is_active:
        raise Refusal("ACCESS-01")
    end_sign_ins([person.pk])
    end_tokens([person.pk])
    person.set_unusable_password()
    person.save(update_fields=["password"])
    code = add_reset_code(person.pk, timezone.now() + CODE_LIFE)
    journal.note_now(actor.pk, "password.reset", "person", person.pk, "slip printed")
    post = posts_of(person).first()
    return importing.Slip(person.login, person.name, post.unit.code if post else "", code)


@transaction.atomic
def create_team(actor: Person, name: str) -> Team:
    """Make a team across units; ADMIN-04 when the name is empty or taken. Records team.added."""
    require_role(actor, RoleName.ADMINISTRATOR)
    name = name.strip()[:100]
    if not name or Team.objects.filter(name=name).exists():
        raise Refusal("ADMIN-04", name=name)
    team = Team.objects.create(name=name)
    journal.note_now(actor.pk, "settings.changed", "team", team.pk, "team added")
    log.record("team.added", "team", team.pk, actor.pk)
    return team


@transaction.atomic
def add_member(actor: Person, team_id: int, login: str, until_on: dt.date | None = None) -> None:
    """Take another person into a team from today. PEOPLE-01 for an unknown login, ADMIN-01 for oneself: a member reads
    what the team shares. Records team.revised, access.changed."""
    team, person = _team_and_person(actor, team_id, login)
    if person.pk == actor.pk:
        raise Refusal("ADMIN-01")
    if Membership.objects.filter(in_force(today()), team=team, person=person).exists():
        return
    Membership.objects.create(team=team, person=person, from_on=today(), until_on=until_on)
    _record_member(actor, team, person, "member added")


@transaction.atomic
def end_member(actor: Person, team_id: int, login: str) -> None:
    """Let a person leave a team at once. Records team.revised, access.changed."""
    team, person = _team_and_person(actor, team_id, login)
    _end_now(Membership.objects.filter(in_force(today()), team=team, person=person))
    _record_member(actor, team, person, "member ended")


def _team_and_person(actor: Person, team_id: int, login: str) -> tuple[Team, Person]:
    require_role(actor, RoleName.ADMINISTRATOR)
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    person = Person.objects.filter(login=login.strip()).first()
    if team is None:
        raise Refusal("ACCESS-01")
    if person is None:
        raise Refusal("PEOPLE-01", login=login)
    return team, person


def _record_member(actor: Person, team: Team, person: Person, detail: str) -> None:
    journal.note_now(actor.pk, "settings.changed", "team", team.pk, f"{detail} {person.pk}")
    log.record("team.revised", "team", team.pk, actor.pk)
    log.record("access.changed", "person", person.pk, actor.pk)
