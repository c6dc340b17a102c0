"""Whom the live stream tells that a draft changed: those who may type in it, on the pages that show it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hiroba.features.writing.models import Draft
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.reach import Fragment, Reach


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


def render_fragments(changes: Sequence[Change]) -> Mapping[int, Fragment]:
    """Give what the pages that show a draft are sent of each change: that it changed. They ask what by themselves."""
    return {
        change.seq or 0: Fragment(f"draft-{change.subject_id}", "draft", json.dumps({"kind": change.kind}))
        for change in changes
    }
