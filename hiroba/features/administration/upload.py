"""Carry an uploaded file from the page that shows the plan to the one that applies it: signed, in the page itself, so
that no half-done import lies about on the disk."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass

from django.core import signing

from hiroba.foundation.people.plan import Plan

_SALT = "hiroba.administration.upload"
MAX_AGE = 60 * 60


@dataclass(frozen=True)
class Upload:
    """The file as it was uploaded, how it was read, and the mark of the plan that was shown."""

    file: bytes
    on: dt.date
    is_part: bool
    mark: str


def carry(person_id: int, file: bytes, plan: Plan) -> str:
    """Give the signed text that holds the file and the plan's mark."""
    content = base64.b64encode(file).decode("ascii")
    return signing.dumps([person_id, content, plan.on.isoformat(), plan.is_part, plan.mark], salt=_SALT, compress=True)


def carried(token: str, person_id: int) -> Upload:
    """Give back what was carried; BadSignature when it is not whole, older than an hour, or somebody else's."""
    owner, content, on, is_part, mark = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    if owner != person_id:
        raise signing.BadSignature
    return Upload(base64.b64decode(content), dt.date.fromisoformat(on), is_part, mark)
