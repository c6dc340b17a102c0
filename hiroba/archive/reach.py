"""Whom the live stream may tell of a change to a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hiroba.archive import gate
from hiroba.archive.models import Passage, Record, RecordState
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.models import AudiencePrincipal
from hiroba.foundation.changes.models import Change
from hiroba.foundation.changes.reach import NOBODY, Reach

# That a record was linked tells its readers of another one, which they may not be allowed to read.
_TOLD_TO_NOBODY = frozenset({"record.held", "record.linked", "record.unlinked"})


def find_reach(changes: Sequence[Change]) -> Mapping[int, Reach]:
    """Give for each change who may know of its record now, and who could until it was narrowed or taken back."""
    subjects = {change.subject_id for change in changes}
    records = Record.objects.select_related("current").in_bulk(subjects)
    ids = {record.audience_id for record in records.values()} | {
        record.audience_before_id for record in records.values() if record.audience_before_id
    }
    principals: dict[int, set[str]] = defaultdict(set)
    for audience, principal in AudiencePrincipal.objects.filter(audience__in=ids).values_list("audience", "principal"):
        principals[audience].add(principal)
    return {change.seq or 0: _reach(change.kind, records.get(change.subject_id), principals) for change in changes}


def find_passage_reach(changes: Sequence[Change]) -> Mapping[int, Reach]:
    """Give for each change of a passage who may read its record now."""
    rows = Passage.objects.filter(pk__in={change.subject_id for change in changes})
    found = {
        passage: (record, audience)
        for passage, record, audience, state in rows.values_list(
            "pk", "revision__record_id", "revision__record__audience_id", "revision__record__state"
        )
        if state == RecordState.LIVE
    }
    principals = {audience: principals_in(audience) for audience in {audience for _, audience in found.values()}}
    return {
        change.seq or 0: Reach(principals[found[change.subject_id][1]], of=("record", found[change.subject_id][0]))
        for change in changes
        if change.subject_id in found
    }


def _reach(kind: str, record: Record | None, principals: Mapping[int, set[str]]) -> Reach:
    """Say who is told. What is held was never there for anybody, and a version that is held changes nothing for its
    readers; those from whom it was narrowed hear of that once, and of nothing that happens to it later."""
    if record is None or kind in _TOLD_TO_NOBODY:
        return Reach()
    if record.current is not None and record.current.gate_code == gate.MY_NUMBER:
        return Reach()
    now = frozenset(principals.get(record.audience_id, ()))
    before = frozenset(principals.get(record.audience_before_id or 0, ())) if kind == "record.narrowed" else NOBODY
    if record.state != RecordState.LIVE:
        return Reach(NOBODY, now | before)
    return Reach(now, before)
