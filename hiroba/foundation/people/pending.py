"""Imports that an administrator should look at: what waits for a second one, and what was done at the machine."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from hiroba.foundation.people.models import PendingImport, Person, RoleName
from hiroba.foundation.people.queries import role_names_of

TOLD_FOR = dt.timedelta(days=14)


def pending_imports_visible_to(person: Person) -> QuerySet[PendingImport]:
    """List what waits for a second administrator, and what was applied at the machine in the last two weeks; nothing to
    anybody but administrators."""
    if RoleName.ADMINISTRATOR not in role_names_of(person):
        return PendingImport.objects.none()
    waiting = Q(outcome=PendingImport.WAITING)
    told = Q(outcome=PendingImport.APPLIED, proposed_by=None, proposed_at__gt=timezone.now() - TOLD_FOR)
    return PendingImport.objects.filter(waiting | told).select_related("proposed_by").order_by("-proposed_at")
