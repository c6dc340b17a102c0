"""One word for one thing: what code and address say stands in the glossary, with its Japanese."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
# Parts of a thing whose word stands in the glossary, or rows behind one.
PARTS_OF = {
    "unit term": "unit",
    "membership": "team",
    "role grant": "role",
    "sign in": "sign in",
    "sign in try": "sign in",
    "device": "sign in",
    "reset code": "sign in",
    "coming change": "change",
    "audience principal": "principal",
    "journal entry": "access journal",
    "cursor": "change",
    "awaited part": "part",
    "part reading": "part",
}
SAME_EVERYWHERE = {
    "account",
    "administration",
    "api",
    "help",
    "live",
    "application",
    "state",
    "import",
    "export",
    "release",
}


def glossary() -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)
    assert all(japanese.strip() for _, japanese in rows)
    return {word.strip() for english, _ in rows for word in english.split(",")}


def spaced(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


def test_every_table_is_called_by_a_word_of_the_glossary() -> None:
    words = glossary()
    ours = [model for model in apps.get_models() if model.__module__.startswith("hiroba.")]
    unknown = {
        spaced(model.__name__)
        for model in ours
        if PARTS_OF.get(spaced(model.__name__), spaced(model.__name__)) not in words
    }
    assert unknown == set()
    assert len(ours) > 15


def nouns(resolver: URLResolver, above: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found |= {part for part in re.sub(r"<[^>]+>|\.\w+", "", route).split("/") if part}
        else:
            found |= nouns(pattern, route)
    return found


def test_addresses_are_made_of_the_same_words() -> None:
    words = glossary() | {word.split(" ")[-1] for word in glossary()}
    # Nouns of state changes, and what every product calls so.
    acts = {
        "withdrawal",
        "assignment",
        "settlement",
        "waiting",
        "restoration",
        "unlocking",
        "opening",
        "retry",
        "suggestions",
        "differences",
        "why",
        "end",
        "sessions",
    }
    plain = {"password", "language", "tokens", "roles", "slip", "journal", "people", "sign-in", "sign-out", "pages"}
    unknown = {noun for noun in nouns(get_resolver()) if noun.rstrip("s") not in words and noun not in words}
    batches = {"batches", "openapi", "imports", "files"}
    assert unknown - acts - plain - batches - SAME_EVERYWHERE == set()
