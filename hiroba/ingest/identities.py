"""From a file server's access lists to our audiences: narrower where something is unknown, never wider."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils import timezone

from hiroba.connectors.ntfs_access import Access
from hiroba.extract.encoding import UndecodableError, decode
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import OutsideIdentity, Source

# The machine itself and its administrators are on every list, and nobody here.
NOBODY_HERE = frozenset({"S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-1", "S-1-22-1-0", "S-1-22-2-0"})


MOST_ROWS = 20_000
_COLUMNS = (("名前", "対応先"), ("name", "audience"))


class Narrowing:
    """The rule for one source, with the map, the organisation and the people of one moment."""

    def __init__(self, source: Source) -> None:
        self._bound = principals_in(source.audience_id)
        self._own = frozenset({of_person(source.person_id)})
        self._tree = get_tree()
        mapped = OutsideIdentity.objects.exclude(audience=None)
        self._map = {each.name: principals_in(each.audience_id or 0) for each in mapped}
        self._people: dict[str, frozenset[str]] = {}

    def audience(self, access: Access) -> frozenset[str]:
        """Give for whom a file is: those who may read it there, as far as they are mapped, none of those who are
        denied, and nobody outside of the source's own audience. Where nobody is left, or it is not known who is
        denied, whoever stands for the source reads it alone."""
        if access.is_unclear or any(sid not in self._map for sid in access.denied):
            return self._own
        denied = self._here(access.denied)
        allowed = {each for each in self._here(access.allowed) if not any(self._meets(each, no) for no in denied)}
        return self.shared(frozenset(allowed), self._bound)

    def shared(self, one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
        """Give the audience of those who are in both; where it would be nobody's, of whoever stands for the source."""
        inside = {both for each in one for bound in other if (both := self._shared(each, bound))}
        return frozenset(inside) or self._own

    def _here(self, sids: Iterable[str]) -> frozenset[str]:
        return frozenset(each for sid in sids for each in self._map.get(sid, ()))

    def _shared(self, one: str, other: str) -> str | None:
        """Give the principal for those who have both, None when there may be nobody or we cannot say who."""
        if one == other or other == EVERYONE:
            return one
        if one == EVERYONE or self._lies_in(other, one):
            return other
        return one if self._lies_in(one, other) else None

    def _meets(self, one: str, other: str) -> bool:
        """Tell whether somebody could have both; in doubt, yes. (An audience cannot say "but not": whatever a denied
        person could come in by is left out as a whole.)"""
        if one == other or EVERYONE in (one, other) or self._lies_in(one, other) or self._lies_in(other, one):
            return True
        kinds = {each.partition(":")[0] for each in (one, other)}
        return kinds not in ({"unit"}, {"person"}, {"unit", "person"}, {"team", "person"})

    def _lies_in(self, inner: str, outer: str) -> bool:
        """Tell whether everybody who has `inner` has `outer` too: a unit below another, a person of a unit or team."""
        kind, _sep, name = inner.partition(":")
        if kind == "unit":
            return outer.startswith("unit:") and outer.removeprefix("unit:") in self._tree.path(name)
        return kind == "person" and outer in self._principals(name)

    def _principals(self, person_id: str) -> frozenset[str]:
        if person_id not in self._people:
            person = Person.objects.filter(pk=person_id).first()
            self._people[person_id] = principals_of(person) if person else frozenset()
        return self._people[person_id]


def note_identities(sids: Iterable[str]) -> None:
    """Keep the identities a list named, so that an administrator can say who they are."""
    now = timezone.now()
    wanted = {sid for sid in sids if sid not in NOBODY_HERE}
    known = set(OutsideIdentity.objects.filter(name__in=wanted).values_list("name", flat=True))
    new = (OutsideIdentity(name=sid, seen_at=now, changed_at=now) for sid in sorted(wanted - known))
    OutsideIdentity.objects.bulk_create(new, ignore_conflicts=True)


def read_table(content: bytes) -> list[tuple[str, str, str]]:
    """Read a CSV (UTF-8 or CP932) with the columns SID, 名前 or name, 対応先 or audience as (SID, label, audience as
    `parse_audience` takes it). SOURCE-15 when it is no such table."""
    try:
        rows = list(csv.DictReader(io.StringIO(decode(content).text.removeprefix("\ufeff"))))
    except (UndecodableError, csv.Error) as error:
        raise Refusal("SOURCE-15") from error
    named = next((each for each in _COLUMNS if rows and {"SID", each[1]} <= set(rows[0])), None)
    if named is None or len(rows) > MOST_ROWS:
        raise Refusal("SOURCE-15")
    label, audience = named
    return [
        (row["SID"] or "", row.get(label) or "", (row[audience] or "").replace("、", ",").replace(";", ","))
        for row in rows
    ]
