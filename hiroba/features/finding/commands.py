"""`hiroba search`: one question, or one a line."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any

from hiroba.features.finding.results import as_json
from hiroba.foundation.changes import journal
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_person
from hiroba.search.queries import Asked, search


def search_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to look for, as whom."""
    parser.add_argument("query", metavar="QUERY|-")
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--kind", default="", help="word|sheet|slides|pdf|mail|text|web|other")
    parser.add_argument("--since", type=dt.date.fromisoformat, default=None, metavar="YYYY-MM-DD")
    parser.add_argument("--mode", choices=["words"], default="words")


def run_search(options: argparse.Namespace) -> dict[str, Any] | Iterator[dict[str, Any]]:
    """Search as the person; every search is noted in the access journal."""
    person = get_person(options.login)
    if options.query == "-":
        return (_one(person, line.rstrip("\n"), options) for line in sys.stdin)
    return _one(person, options.query, options)


def _one(person: Person, text: str, options: argparse.Namespace) -> dict[str, Any]:
    """Search once; the limit counts hits, so that scripts get exactly as many as they asked for."""
    asked = Asked(
        text=text, limit=max(1, min(options.limit, 200)), kinds=frozenset({options.kind} - {""}), since=options.since
    )
    found = as_json(search(person, asked))
    journal.note(person.pk, "search.made", detail=f"found={found['total']}")
    found["hits"] = found["hits"][: asked.limit]
    return found


def say_search(result: dict[str, Any]) -> str:
    """Show hits as a person reads them in a terminal."""
    lines = [f"{result['total']}箇所({result['took_ms']}ミリ秒)"]
    for hit in result["hits"]:
        lines += [f"■ {hit['title']}  [{hit['locator']}]  {hit['file']}", f"   {hit['snippet']}"]
    return "\n".join(lines)
