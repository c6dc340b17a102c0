"""Four eyes on posts: an import by which an administrator would read more than before waits for a second one.

At the machine itself nobody can be asked for a second pair of eyes: there it is carried out, written into the access
journal and told to every administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hiroba.foundation.access.principals import principals_of, require_role
from hiroba.foundation.changes import journal
from hiroba.foundation.people import importing
from hiroba.foundation.people.looks import one_look
from hiroba.foundation.people.models import PendingImport, Person, Post, RoleGrant, RoleName
from hiroba.foundation.people.plan import Plan, PostStep
from hiroba.foundation.people.planning import plan_import
from hiroba.foundation.people.queries import today
from hiroba.foundation.refusal import Refusal

Gains = list[dict[str, object]]


@dataclass(frozen=True)
class Done:
    """What became of an import: its slips, or what waits for a second administrator."""

    slips: list[importing.Slip]
    pending: PendingImport | None = None


class _NeedsSecond(Exception):  # noqa: N818 - undoes the transaction; nobody outside sees it
    def __init__(self, gains: Gains) -> None:
        super().__init__()
        self.gains = gains


def import_people(actor: Person, plan: Plan, file: bytes) -> Done:
    """Carry out the plan that was shown, or let it wait where an administrator would read more than before.

    The first import of an office, before anybody holds a post, waits for nobody."""
    require_role(actor, RoleName.ADMINISTRATOR)
    is_first = not Post.objects.exists()
    try:
        with transaction.atomic():
            slips, gains = _applied(plan, actor)
            if gains and not is_first:
                raise _NeedsSecond(gains)
            journal.note_now(actor.pk, "people.imported", detail=f"on={plan.on} posts={len(plan.posts)}")
            return Done(slips)
    except _NeedsSecond as second:
        return Done([], _propose(actor, plan, file, second.gains))


def import_at_the_machine(plan: Plan, with_slips: bool) -> list[importing.Slip]:
    """Carry out a plan on the word of whoever sits at the machine; what administrators gain is told to all of them."""
    with transaction.atomic():
        is_first = not Post.objects.exists()
        slips, gains = _applied(plan, None, with_slips)
        detail = f"on={plan.on} posts={len(plan.posts)}"
        if gains and not is_first:
            _note_down(plan, b"", gains, outcome=PendingImport.APPLIED)
            detail += f" administrators={_logins(gains)}"
        journal.note_now(None, "people.imported", detail=detail)
        return slips


@transaction.atomic
def confirm_import(actor: Person, pending_id: int) -> tuple[Plan, list[importing.Slip]]:
    """Carry out what another administrator proposed, exactly that. ADMIN-06 for one's own, ACCESS-01 when nothing
    waits, PEOPLE-27 when what stands has changed since."""
    pending = _waiting(actor, pending_id)
    plan = plan_import(bytes(pending.file), pending.on, pending.is_part)
    if plan.mark != pending.mark:
        raise Refusal("PEOPLE-27")
    slips = importing.apply_import(plan, actor, with_slips=True)
    _decide(pending, actor, PendingImport.APPLIED)
    return plan, slips


@transaction.atomic
def refuse_import(actor: Person, pending_id: int) -> None:
    """Throw away what waits; whoever proposed it may do so too."""
    pending = _waiting(actor, pending_id, is_own_allowed=True)
    _decide(pending, actor, PendingImport.REFUSED)


def show_pending(actor: Person, pending_id: int) -> tuple[PendingImport, Plan]:
    """Give what waits and what it would change as things stand now."""
    pending = _waiting(actor, pending_id, is_own_allowed=True)
    return pending, plan_import(bytes(pending.file), pending.on, pending.is_part)


def _waiting(actor: Person, pending_id: int, is_own_allowed: bool = False) -> PendingImport:
    require_role(actor, RoleName.ADMINISTRATOR)
    rows = PendingImport.objects.filter(pk=pending_id, outcome=PendingImport.WAITING)
    pending = rows.select_for_update().first() if transaction.get_connection().in_atomic_block else rows.first()
    if pending is None:
        raise Refusal("ACCESS-01")
    if pending.proposed_by_id == actor.pk and not is_own_allowed:
        raise Refusal("ADMIN-06")
    return pending


def _decide(pending: PendingImport, actor: Person, outcome: str) -> None:
    pending.outcome, pending.decided_by, pending.decided_at, pending.file = outcome, actor, timezone.now(), b""
    pending.save(update_fields=["outcome", "decided_by", "decided_at", "file"])
    detail = f"{outcome} proposed_by={pending.proposed_by_id} administrators={_logins(pending.gains)}"
    journal.note_now(actor.pk, "people.imported", "import", pending.pk, detail)


def _propose(actor: Person, plan: Plan, file: bytes, gains: Gains) -> PendingImport:
    with transaction.atomic():
        pending = _note_down(plan, file, gains, proposed_by=actor)
        detail = f"proposed administrators={_logins(gains)}"
        journal.note_now(actor.pk, "people.imported", "import", pending.pk, detail)
    return pending


def _note_down(
    plan: Plan, file: bytes, gains: Gains, proposed_by: Person | None = None, outcome: str = ""
) -> PendingImport:
    return PendingImport.objects.create(
        file=file,
        on=plan.on,
        is_part=plan.is_part,
        mark=plan.mark,
        gains=gains,
        proposed_by=proposed_by,
        proposed_at=timezone.now(),
        outcome=outcome,
    )


def _logins(gains: Gains) -> str:
    return ",".join(str(each["login"]) for each in gains)


def _applied(plan: Plan, actor: Person | None, with_slips: bool = True) -> tuple[list[importing.Slip], Gains]:
    """Carry out a plan and say which administrators read more afterwards, on any day it speaks of."""
    days = sorted({max(plan.on, today()), *(change.from_on for change in plan.posts if change.step == PostStep.BEGUN)})
    days = [day for day in days if day >= today()]
    administrators = _administrators(actor)
    before = {(each.pk, day): _principals(each, day) for each in administrators for day in days}
    slips = importing.apply_import(plan, actor, with_slips=with_slips)
    gains: Gains = []
    for each in administrators:
        new = {name for day in days for name in _principals(each, day) - before[each.pk, day]}
        if new:
            gains.append({"login": each.login, "name": each.name, "gains": sorted(new)})
    return slips, gains


def _administrators(actor: Person | None) -> list[Person]:
    """List those who hold the role today or will, and whoever imports."""
    grants = RoleGrant.objects.filter(role=RoleName.ADMINISTRATOR).exclude(until_on__lt=today())
    found: Iterable[int] = {*grants.values_list("person_id", flat=True), *([actor.pk] if actor else [])}
    return list(Person.objects.filter(pk__in=found).order_by("pk"))


def _principals(person: Person, day: dt.date) -> frozenset[str]:
    with one_look():  # what was known before the import no longer holds
        return principals_of(person, day)
