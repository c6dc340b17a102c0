"""The code on a separator sheet: printed by us, signed, and read again from a scan."""

from __future__ import annotations

import base64
import io

import segno
from django.core import signing

from hiroba.features.tray.models import Separator
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_tree
from hiroba.ingest.sources import may_give

_BEGINS = "HIROBA1-"
_SIGNER = signing.Signer(salt="hiroba.tray.separator")


def code_of(separator: Separator) -> str:
    """Give the text of a sheet's QR code: its number, signed with the office's key."""
    return _SIGNER.sign(f"{_BEGINS}{separator.pk}")


def picture_of(separator: Separator) -> str:
    """Give the QR code as a data: address of an SVG; level H is read with a third of it torn or stamped over."""
    target = io.BytesIO()
    segno.make(code_of(separator), error="h", micro=False).save(target, kind="svg", scale=8, border=4, xmldecl=False)
    return f"data:image/svg+xml;base64,{base64.b64encode(target.getvalue()).decode('ascii')}"


def is_like_ours(text: str) -> bool:
    """Tell whether a code claims to be one of a separator's."""
    return text.startswith(_BEGINS)


def find_separator(text: str) -> Separator | None:
    """Give the sheet a code names; None when nobody here signed it. A sheet that was ended still parts papers."""
    try:
        number = _SIGNER.unsign(text).removeprefix(_BEGINS)
    except signing.BadSignature:
        return None
    return (
        Separator.objects.filter(pk=int(number)).select_related("unit", "person").first() if number.isdigit() else None
    )


def audience_after(separator: Separator | None, folder: frozenset[str], is_shared: bool) -> frozenset[str]:
    """Say for whom the papers after a sheet are. A sheet narrows what its folder gives, and never widens it; only in a
    folder that several sections share (`is_shared`) it leads elsewhere, as far as whoever printed it still may."""
    if separator is None or separator.ended_at is not None:
        return folder
    wanted = principals_in(separator.audience_id)
    if is_shared:
        return wanted if separator.person.is_active and may_give(separator.person, wanted) else folder
    return wanted if all(_lies_within(principal, folder) for principal in wanted) else folder


def _lies_within(principal: str, folder: frozenset[str]) -> bool:
    """Whether everybody a principal names reads the folder anyway."""
    kind, _sep, name = principal.partition(":")
    if principal in folder:
        return True
    if kind == "unit":
        return any(f"unit:{code}" in folder for code in get_tree().path(name))
    person = Person.objects.filter(pk=name, is_active=True).first() if kind == "person" and name.isdigit() else None
    return person is not None and bool(principals_of(person) & folder)
