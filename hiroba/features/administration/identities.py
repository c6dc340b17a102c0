"""Who the people and groups of file servers are here: read, and decided by an administrator, one by one or by a file.

A mapping gives nobody anything by itself: a source's files are for those its lists name, inside the source's own
audience. What is not mapped gives nobody anything at all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hiroba.foundation.access.audiences import find_or_add_audience, principals_in, say_audience
from hiroba.foundation.access.principals import parse_audience, require_role
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person, RoleName
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.identities import MOST_ROWS, read_table
from hiroba.ingest.models import OutsideIdentity

NOBODY = Person()  # a mapping names nobody by who wrote it: "section" is refused


@dataclass(frozen=True)
class IdentityRow:
    """An identity in the list; `audience` says who it is here, "" for nobody."""

    identity: OutsideIdentity
    audience: str


def identities_visible_to(person: Person) -> list[IdentityRow]:
    """List the identities, those that nobody has mapped first."""
    require_role(person, RoleName.ADMINISTRATOR)
    tree = get_tree()
    rows = OutsideIdentity.objects.order_by("label", "name")[:MOST_ROWS]
    said = [IdentityRow(each, say_audience(_of(each), tree) if each.audience_id else "") for each in rows]
    return sorted(said, key=lambda row: bool(row.audience))


def _of(identity: OutsideIdentity) -> frozenset[str]:
    return principals_in(identity.audience_id or 0)


@transaction.atomic
def map_identity(actor: Person | None, name: str, label: str, audience: str) -> None:
    """Say who an identity is here: `everyone|unit:CODE|team:NAME|person:LOGIN`, several joined by commas, nobody when
    empty. SOURCE-14 for a name that is no SID, ACCESS-04 for somebody unknown."""
    if actor is not None:
        require_role(actor, RoleName.ADMINISTRATOR)
    _map(name, label, audience)
    journal.note_now(actor.pk if actor else None, "settings.changed", "outside identity", detail=f"{name} {audience}")


def _map(name: str, label: str, audience: str) -> None:
    name, audience = name.strip(), audience.strip()
    if not name.startswith("S-1-") or not name[4:].replace("-", "").isdecimal() or len(name) > 190:
        raise Refusal("SOURCE-14", name=name[:80])
    if audience and "section" in [part.strip() for part in audience.split(",")]:
        raise Refusal("ACCESS-04", audience=audience)
    found = find_or_add_audience(parse_audience(audience, NOBODY)) if audience else None
    values: dict[str, object] = {"audience": found, "changed_at": timezone.now()}
    if label.strip():
        values["label"] = label.strip()[:200]
    OutsideIdentity.objects.update_or_create(name=name, defaults=values)


@transaction.atomic
def import_identities(actor: Person | None, content: bytes) -> int:
    """Take a table (see `read_table`): all of it or nothing; give how many rows.

    SOURCE-15 when it is no such table; what is wrong in a row is told with its line (SOURCE-16)."""
    if actor is not None:
        require_role(actor, RoleName.ADMINISTRATOR)
    rows = read_table(content)
    for line, (name, label, audience) in enumerate(rows, start=2):
        try:
            _map(name, label, audience)
        except Refusal as refusal:
            raise Refusal("SOURCE-16", line=line, name=name[:80]) from refusal
    journal.note_now(actor.pk if actor else None, "settings.changed", "outside identity", detail=f"rows={len(rows)}")
    return len(rows)
