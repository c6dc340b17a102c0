"""What was found, as JSON: the one shape of the command and of the HTTP API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hiroba.search.queries import Results


def as_json(results: Results) -> dict[str, Any]:
    """Give the contract's document; `total` counts passages, hits stand record by record, best first.

    `score` is relative to the best hit of the page (1.0): the index's own figure counts how rare a word is among
    everybody's papers, and so would tell what stands in those one may not read."""
    hits: list[dict[str, Any]] = []
    best = max((hit.score for found in results.records for hit in found.passages), default=0.0) or 1.0
    for found in results.records:
        record = found.record
        base = {
            "record": record.pk,
            "title": record.title,
            "file": _file(record.folder, record.file_name),
            "kind": record.kind,
            "at": record.dated_at.isoformat(),
        }
        for passage in found.passages:
            url = f"/records/{record.pk}/?at={quote(passage.locator)}#here"
            hits.append(
                base
                | {
                    "locator": passage.locator,
                    "snippet": passage.text,
                    "score": round(passage.score / best, 2),
                    "url": url,
                }
            )
        if not found.passages:
            hits.append(base | {"locator": "", "snippet": "", "score": 0.0, "url": f"/records/{record.pk}/"})
    return {"total": results.total, "took_ms": round(results.took_ms, 1), "hits": hits}


def _file(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
