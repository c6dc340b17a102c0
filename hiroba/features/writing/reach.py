"""Whom the live stream may tell that a draft changed: those who may type in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiroba.features.writing.models import Draft
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.reach import Reach


def find_reach(changes: Sequence[Change]) -> Mapping[int, Reach]:
    """Give for each change who may read its draft now."""
    ids = {change.subject_id for change in changes}
    audiences = dict(Draft.objects.filter(pk__in=ids, is_discarded=False).values_list("pk", "audience_id"))
    principals = {audience: principals_in(audience) for audience in set(audiences.values())}
    return {
        change.seq or 0: Reach(principals[audiences[change.subject_id]])
        for change in changes
        if change.subject_id in audiences
    }
