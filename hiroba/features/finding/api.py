"""Search as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from hiroba.features.finding.results import as_json
from hiroba.foundation.web.asking import note, person_of
from hiroba.search.queries import Asked, search

router = Router(tags=["search"])


class HitOut(Schema):
    """One passage found."""

    record: int
    title: str
    file: str
    kind: str
    locator: str
    snippet: str
    score: float
    url: str
    at: dt.datetime


class ResultsOut(Schema):
    """What was found; `total` counts passages."""

    total: int
    took_ms: float
    hits: list[HitOut]


@router.get("", response=ResultsOut)
def get_search(
    request: HttpRequest,
    q: str,
    limit: int = 20,
    order: Literal["relevance", "date"] = "relevance",
    kind: str = "",
    since: dt.date | None = None,
) -> dict[str, Any]:
    """Search what the token's owner may read."""
    kinds = frozenset({kind} - {""})
    asked = Asked(text=q, limit=max(1, min(limit, 100)), order=order, kinds=kinds, since=since)
    results = search(person_of(request), asked)
    note(request, "search.made", detail=f"found={results.total}")
    return as_json(results)
