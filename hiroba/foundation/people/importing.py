"""Carry out a plan: all of it or nothing, in one transaction, and exactly what was shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from hiroba.foundation.changes import log
from hiroba.foundation.people.actions import change_persons, persons_under, record_access_changes
from hiroba.foundation.people.models import ComingChange, Membership, Person, Post, RoleGrant, Unit, UnitTerm, in_force
from hiroba.foundation.people.passwords import add_reset_code
from hiroba.foundation.people.plan import PersonChange, PersonStep, Plan, PostStep, UnitChange, UnitStep
from hiroba.foundation.people.planning import plan_import, plan_rows, require_applicable
from hiroba.foundation.people.queries import today
from hiroba.foundation.people.sign_ins import end_for_leavers
from hiroba.foundation.refusal import Refusal

__all__ = ["Slip", "apply_import", "plan_import"]

_UNIT_KINDS = {
    UnitStep.NEW: "unit.added",
    UnitStep.RENAMED: "unit.renamed",
    UnitStep.MOVED: "unit.moved",
    UnitStep.ENDED: "unit.dissolved",
    UnitStep.MERGED: "unit.dissolved",
}
SLIP_LIFE = dt.timedelta(days=30)
_POST_ORDER = (PostStep.CANCELLED, PostStep.ENDED, PostStep.CHANGED, PostStep.BEGUN)


@dataclass(frozen=True)
class Slip:
    """What is handed to a person on paper; the code is stored nowhere else."""

    login: str
    name: str
    unit: str
    code: str


def apply_import(plan: Plan, actor: Person | None, with_slips: bool = False) -> list[Slip]:
    """Do what the plan says and give the slips of the persons who are new. `actor` is None at the machine itself.

    Without slips nobody new can sign in until an administrator prints one. PEOPLE-20, -22 as in `require_applicable`;
    PEOPLE-27 when what stands has changed since the plan was made. Records people.imported, unit.*, person.*, and
    access.changed for whom it takes effect by today; the others are recorded when their day begins. Names and logins
    that change on a coming day wait for it too."""
    require_applicable(plan)
    with transaction.atomic():
        list(Unit.objects.select_for_update().values_list("pk", flat=True))  # one import at a time on PostgreSQL
        if plan_rows(plan.rows, plan.on, plan.is_part).mark != plan.mark:
            raise Refusal("PEOPLE-27")
        if not plan.is_empty:
            _apply(plan, actor.pk if actor else None)
        return _slips(plan) if with_slips else []


def _slips(plan: Plan) -> list[Slip]:
    units = {change.login: change.unit for change in reversed(plan.posts)}
    expires_at = max(timezone.now(), timezone.make_aware(dt.datetime.combine(plan.on, dt.time()))) + SLIP_LIFE
    return [
        Slip(person.login, person.name, units.get(person.login, ""), add_reset_code(person.pk, expires_at))
        for person in Person.objects.filter(login__in=plan.new_logins)
    ]


def _apply(plan: Plan, actor_id: int | None) -> None:
    _apply_units(plan, actor_id)
    _change_persons(plan, actor_id)
    for change in plan.persons:
        if change.step == PersonStep.NEW:
            _add_person(change, actor_id)
        elif change.step == PersonStep.LEFT and change.person_id:
            _end_rights(change.person_id, plan.on)
            log.record("person.left", "person", change.person_id, actor_id)
    touched = _apply_posts(plan)
    if plan.on <= today():
        moved = {code for change in plan.units for code in (change.code, change.successor) if code}
        record_access_changes(touched | persons_under(moved, today()), actor_id)
        end_for_leavers(touched, today())
    log.record("people.imported", "office", 0, actor_id)


def _apply_units(plan: Plan, actor_id: int | None) -> None:
    """Make every unit that is new first: a parent or successor may come later in the file."""
    names = {code for change in plan.units for code in (change.code, change.parent, change.successor) if code}
    have = set(Unit.objects.filter(code__in=names).values_list("code", flat=True))
    Unit.objects.bulk_create(Unit(code=code) for code in sorted(names - have))
    units = Unit.objects.in_bulk(names, field_name="code")
    for change in plan.units:
        unit = units[change.code]
        if change.step in (UnitStep.ENDED, UnitStep.MERGED):
            _end_term(unit, plan.on)
            if change.successor:
                unit.successor = units[change.successor]
                unit.save(update_fields=["successor"])
        else:
            _begin_term(unit, change, units.get(change.parent), plan.on)
        log.record(_UNIT_KINDS[change.step], "unit", unit.pk, actor_id)


def _begin_term(unit: Unit, change: UnitChange, parent: Unit | None, on: dt.date) -> None:
    """Begin a name and place on the day; it lasts as long as the one it follows, or until one already planned."""
    old = unit.terms.filter(in_force(on)).first()
    if old is not None and old.from_on == on:
        old.name, old.parent = change.name, parent
        old.save(update_fields=["name", "parent"])
        return
    later = unit.terms.filter(from_on__gt=on).order_by("from_on").first()
    until_on = later.from_on - dt.timedelta(days=1) if later else None
    if old is not None:
        until_on = old.until_on
        _end_term(unit, on)
    UnitTerm.objects.create(unit=unit, name=change.name, parent=parent, from_on=on, until_on=until_on)


def _end_term(unit: Unit, on: dt.date) -> None:
    unit.terms.filter(in_force(on), from_on__lt=on).update(until_on=on - dt.timedelta(days=1))
    unit.terms.filter(from_on=on).delete()


def _change_persons(plan: Plan, actor_id: int | None) -> None:
    changes = [(change.person_id, dict(change.fields)) for change in plan.persons if change.step == PersonStep.CHANGED]
    known = [(person_id, values) for person_id, values in changes if person_id is not None]
    if plan.on <= today():
        change_persons(known, actor_id)
        return
    for person_id, values in known:
        coming, _is_new = ComingChange.objects.get_or_create(person_id=person_id, on=plan.on, defaults={"values": {}})
        coming.values |= values
        coming.save(update_fields=["values"])


def _add_person(change: PersonChange, actor_id: int | None) -> None:
    person = Person.objects.create(**dict(change.fields), password=make_password(None))
    log.record("person.added", "person", person.pk, actor_id)


def _end_rights(person_id: int, on: dt.date) -> None:
    """End roles and team memberships of somebody who leaves: they came with working here."""
    for rows in (RoleGrant.objects.filter(person_id=person_id), Membership.objects.filter(person_id=person_id)):
        rows.filter(from_on__gte=on).delete()
        rows.filter(in_force(on)).update(until_on=on - dt.timedelta(days=1))


def _apply_posts(plan: Plan) -> set[int]:
    """Write the posts, ends before beginnings, and give the persons they belong to."""
    persons = {change.person_id for change in plan.persons if change.step == PersonStep.LEFT}
    touched = {person for person in persons if person is not None}
    numbers = {row.login: row.staff_number for row in plan.rows}
    by_number = dict(Person.objects.filter(staff_number__isnull=False).values_list("staff_number", "pk"))
    units = dict(Unit.objects.values_list("code", "pk"))
    for change in sorted(plan.posts, key=lambda change: _POST_ORDER.index(change.step)):
        fields = {
            "title": change.title,
            "is_main": change.is_main,
            "from_on": change.from_on,
            "until_on": change.until_on,
        }
        if change.post_id is None:
            person_id = by_number[numbers[change.login]]
            Post.objects.create(person_id=person_id, unit_id=units[change.unit], **fields)
        else:
            posts = Post.objects.filter(pk=change.post_id)
            person_id = posts.values_list("person_id", flat=True).get()
            posts.delete() if change.step == PostStep.CANCELLED else posts.update(**fields)
        touched.add(person_id)
    return touched
