"""`hiroba versions`: how far versions have been recognised; to begin anew after the rules have changed."""

from __future__ import annotations

import argparse
from typing import Any

from hiroba.foundation.changes.readers import cursor_of, pending
from hiroba.ingest.versions.finding import NAME, forget_everything
from hiroba.ingest.versions.queries import count_pairs


def versions_arguments(parser: argparse.ArgumentParser) -> None:
    """Say whether to begin anew."""
    parser.add_argument("--rebuild", action="store_true", help="見つけ直す(人が決めたことは残る)")


def run_versions(options: argparse.Namespace) -> dict[str, Any]:
    """Count what was found, by what became of it, and what is still to be looked at."""
    if options.rebuild:
        forget_everything()
    return {**count_pairs(), "behind": pending(cursor_of(NAME))}


def say_versions(result: dict[str, Any]) -> str:
    """Say it in plain words."""
    return (
        f"提案中 {result['offered']}、自動で結びつけた {result['linked']}、人が認めた {result['accepted']}、"
        f"別のもの {result['refused']}。これから見る変更 {result['behind']}"
    )
