"""Turn the day: what begins or ends at midnight is written to the log, once, however often this is called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model, Q

from hiroba.foundation.changes import log
from hiroba.foundation.changes.models import Cursor
from hiroba.foundation.people.models import ComingChange, Membership, Person, Post, RoleGrant, UnitTerm, in_force
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.people.sign_ins import end_for_leavers

CALENDAR = "people.calendar"


@transaction.atomic
def record_post_changes(day: dt.date) -> int:
    """Make the days up to `day` begin: apply names and logins that waited, record access.changed for everybody whose
    posts, teams, roles or units begin or end, sign out who left. Give the number of persons.

    Days missed while nothing ran are caught up; a day that has begun is not begun again."""
    cursor, is_first = Cursor.objects.select_for_update().get_or_create(reader=CALENDAR)
    since = day if is_first else dt.date.fromordinal(cursor.seq + 1)
    if since > day:
        return 0
    apply_coming_changes(day)
    touched = _persons_touched(since, day)
    record_access_changes(touched, None)
    end_for_leavers(touched, day)
    cursor.seq = day.toordinal()
    cursor.save()
    return len(touched)


def record_access_changes(person_ids: Iterable[int], actor_id: int | None) -> None:
    """Record access.changed for each person, inside the caller's transaction."""
    for person_id in sorted(set(person_ids)):
        log.record("access.changed", "person", person_id, actor_id)


def persons_under(unit_codes: Iterable[str], day: dt.date) -> set[int]:
    """Give the persons whose posts on `day` lie in or below these units, as the tree stood the day before or stands."""
    codes = set(unit_codes)
    if not codes:
        return set()
    trees = [get_tree(day), get_tree(day - dt.timedelta(days=1))]
    posts = Post.objects.filter(in_force(day)).values_list("person_id", "unit__code")
    return {person for person, code in posts if any(codes & set(tree.path(code)) for tree in trees)}


def apply_coming_changes(day: dt.date) -> None:
    """Give persons the names, logins and mail addresses that were to hold from `day` or before."""
    due = ComingChange.objects.filter(on__lte=day).order_by("on")
    change_persons([(change.person_id, change.values) for change in due], None)
    due.delete()


def change_persons(changes: list[tuple[int, dict[str, str]]], actor_id: int | None) -> None:
    """Set fields of persons and record person.revised; two may exchange their logins."""
    for person_id, values in changes:
        if "login" in values:
            Person.objects.filter(pk=person_id).update(login=f"~changing~{person_id}")
    for person_id, values in changes:
        Person.objects.filter(pk=person_id).update(**values)
        log.record("person.revised", "person", person_id, actor_id)


def _persons_touched(since: dt.date, until: dt.date) -> set[int]:
    before = (since - dt.timedelta(days=1), until - dt.timedelta(days=1))
    turns = Q(from_on__range=(since, until)) | Q(until_on__range=before)
    models: tuple[type[Model], ...] = (Post, Membership, RoleGrant)
    touched: set[int] = set()
    for model in models:
        touched |= set(model._default_manager.filter(turns).values_list("person_id", flat=True))
    terms = UnitTerm.objects.filter(turns).values_list("unit__code", "unit__successor__code")
    return touched | persons_under({code for pair in terms for code in pair if code}, until)
